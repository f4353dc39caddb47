"""The client of Basware's P2P API."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

import aiohttp

from basware import _answers, _arguments, _imports, _lists, _writes, documents
from basware._api import Api
from basware._lists import DOCUMENTS, REQUEST_STATUS
from basware._tokens import OnRenewal, TokenSource
from basware._transport import Transport
from basware.documents import FetchedDocument
from basware.imports import ImportAccepted, ImportApi, ImportedRecord
from basware.limits import Limits
from basware.payment_response import PaymentResponse
from basware.processing_status import ProcessingStatus
from basware.request_status import RequestState, RequestStatus
from basware.transfer_response import TransferResponse

DEFAULT_SCOPES = (
    "accountingDocuments.read",
    "accountingDocuments.write",
    "requestStatus.read",
    "requestStatus.write",
)
DEFAULT_LIMITS = Limits()


class BaswareClient:
    """One tenant of Basware's P2P API, called with one client's credentials.

    The session is the caller's: it is shared, never closed here, and must carry no Authorization. `clock`
    gives monotonic seconds. Every method raises errors of `basware.errors`; each call is bounded by
    `limits`. Calls on one record must not overlap and must be at least a second apart (P2P OpenAPI:
    never acknowledge and respond at once; a record sent twice within a second expires): that order is the
    caller's to keep. `traceparent` is a W3C trace context, passed to the API only. `on_renewal` is told how each
    request for a token ended; it must not block or raise.
    """

    def __init__(
        self,
        *,
        base_url: str,
        client_id: str,
        client_secret: str,
        session: aiohttp.ClientSession,
        scopes: Sequence[str] = DEFAULT_SCOPES,
        clock: Callable[[], float] = time.monotonic,
        limits: Limits = DEFAULT_LIMITS,
        on_renewal: OnRenewal = lambda _: None,
    ) -> None:
        self._base_url = _arguments.base_url(base_url)
        _arguments.credentials(client_id, client_secret, scopes)
        transport = Transport(session=session, limits=limits)
        tokens = TokenSource(
            transport=transport,
            base_url=self._base_url,
            client_id=client_id,
            client_secret=client_secret,
            scopes=tuple(scopes),
            clock=clock,
            renewal_margin=limits.renewal_margin,
            max_bytes=limits.answer_bytes,
            on_renewal=on_renewal,
        )
        self._limits = limits
        self._api = Api(
            base_url=self._base_url, transport=transport, tokens=tokens, max_redirects=limits.redirects
        )

    def __repr__(self) -> str:
        return f"BaswareClient(base_url={self._base_url!r}, credentials hidden)"

    async def get_document(self, invoice_id: str, *, traceparent: str | None = None) -> FetchedDocument:
        """The accounting document with this id, fresh. `NotFound` when the tenant has none."""
        call = self._api.call("get_document", record=invoice_id)
        _arguments.identifier(invoice_id, call, field="invoiceId", longest=36)
        reading = await self._api.read(
            call=call,
            url=self._api.url(*DOCUMENTS, invoice_id),
            max_bytes=self._limits.document_bytes,
            traceparent=traceparent,
        )
        if reading.final.status != 200:
            raise self._api.refusal(reading.final, call)
        return documents.read_one(reading.final, call, invoice_id=invoice_id)

    async def acknowledge(self, invoice_id: str, *, traceparent: str | None = None) -> None:
        """Takes the document off the waiting list.

        `AlreadyAcknowledged` when that was done before: once per transfer (P2P OpenAPI, 405).
        """
        call = self._api.call("acknowledge", record=invoice_id, writes=True)
        _arguments.identifier(invoice_id, call, field="invoiceId", longest=36)
        answer = await _writes.post(
            self._api,
            call,
            *DOCUMENTS,
            invoice_id,
            "acknowledge",
            limits=self._limits,
            traceparent=traceparent,
        )
        _answers.check_done(answer, call)

    async def send_transfer_response(
        self, invoice_id: str, response: TransferResponse, *, traceparent: str | None = None
    ) -> str | None:
        """Reports what the ERP made of the document; Basware's request id to ask `request_status` with.

        Success means stored, not carried out. Only the latest 100 responses of an invoice are kept.
        `InvalidRequest`, with nothing sent, when a published limit is broken.
        """
        return await _writes.respond(
            self._api,
            self._api.call("send_transfer_response", record=invoice_id, writes=True),
            response,
            invoice_id=invoice_id,
            kind="transferResponses",
            limits=self._limits,
            traceparent=traceparent,
        )

    async def send_payment_response(
        self, invoice_id: str, response: PaymentResponse, *, traceparent: str | None = None
    ) -> str | None:
        """Reports the whole picture of the invoice's payment; read and bounded as `send_transfer_response`.

        To be sent only when something changed, each time under a new external code (P2P OpenAPI 26.06). `NotFound` for
        an unknown invoice; `Refused` with status 409 for a conflict, which a code that was stored before can be, and
        with 400 for what the API does not take.
        """
        return await _writes.respond(
            self._api,
            self._api.call("send_payment_response", record=invoice_id, writes=True),
            response,
            invoice_id=invoice_id,
            kind="paymentResponses",
            limits=self._limits,
            traceparent=traceparent,
        )

    async def request_status(
        self,
        request_id: str,
        *,
        system: str | None = None,
        ignore_successful_items: bool = False,
        traceparent: str | None = None,
    ) -> RequestStatus | None:
        """What became of a stored request, item by item; None while Basware does not know it yet."""
        call = self._api.call("request_status", record=request_id)
        _arguments.identifier(request_id, call, field="requestId", longest=128)
        query = _arguments.status_filters(call, system=system)
        if ignore_successful_items:
            query["ignoreSuccessfulItems"] = "true"
        reading = await self._api.read(
            call=call,
            url=self._api.url(*REQUEST_STATUS, request_id, query=query),
            max_bytes=self._limits.import_bytes,
            traceparent=traceparent,
        )
        if _answers.means_none(reading.final):
            return None
        if reading.final.status != 200:
            raise self._api.refusal(reading.final, call)
        return _answers.request_status(reading.final, call, request_id=request_id)

    def request_statuses(
        self,
        *,
        entity_type: str | None = None,
        state: RequestState | None = None,
        system: str | None = None,
        ignore_successful_items: bool = False,
        last_updated: datetime | None = None,
        page_size: int = 50,
        traceparent: str | None = None,
    ) -> AsyncIterator[RequestStatus]:
        """The requests that fit, each once as it is first met; read and bounded as `list_records`.

        `entity_type` is as in `ImportApi`. One of the first three is needed, else `InvalidRequest`: the API would
        answer the failed requests only (P2P OpenAPI 26.06).
        """
        listing = _lists.request_statuses(
            self._api,
            self._limits,
            entity_type=entity_type,
            state=state,
            system=system,
            ignore_successful_items=ignore_successful_items,
            last_updated=last_updated,
            traceparent=traceparent,
        )
        return listing.records(page_size=page_size, most=self._limits.listed_records)

    async def acknowledge_request_status(
        self, request_ids: Sequence[str], *, traceparent: str | None = None
    ) -> None:
        """Marks the outcomes of these requests as seen; `AlreadyAcknowledged` when they were before."""
        await _writes.acknowledge_requests(
            self._api, request_ids, limits=self._limits, traceparent=traceparent
        )

    def list_documents(
        self,
        *,
        processing_status: ProcessingStatus | str,
        company_code: str | None = None,
        last_updated: datetime | None = None,
        page_size: int = 100,
        max_documents: int | None = None,
        traceparent: str | None = None,
    ) -> AsyncIterator[FetchedDocument]:
        """The documents in this status, each once, in an order Basware does not promise.

        They are what `get_document` gives, so both can be compared. `last_updated` keeps those updated
        after that instant. Pages are fetched as the iterator is consumed, one is held at a time and one
        document of it parsed at a time. A page larger than `Limits.page_bytes` is asked for again in
        smaller pages. Beyond `max_documents` (`Limits.listed_documents` by default) or `Limits.pages` the
        list ends with a `ProtocolError`, after all before it was given; so does a page that is cut short.
        A status the API does not have raises `InvalidRequest`: it would answer an empty list.
        """
        listing = _lists.accounting_documents(
            self._api,
            self._limits,
            operation="list_documents",
            processing_status=processing_status,
            company_code=company_code,
            last_updated=last_updated,
            traceparent=traceparent,
        )
        most = self._limits.listed_documents if max_documents is None else max_documents
        return listing.records(page_size=page_size, most=most)

    async def import_records(
        self, api: ImportApi | str, records: Sequence[str], *, traceparent: str | None = None
    ) -> ImportAccepted:
        """Creates these records, or overwrites them whole; the outcome of each is asked for later.

        `api` is one of `IMPORTS`, of `list_api`, or its name. Each record is the JSON text of one object and is sent
        byte for byte. `InvalidRequest`, with nothing sent, for more than the API takes at once, for a record without
        an external code and for one that comes twice; `ImportRefused` naming the guilty records. After any error
        the same batch may be sent again, a second apart (P2P OpenAPI: an earlier version then expires).
        """
        target = _arguments.target(api, self._api.call("import_records"))
        call = self._api.call("import_records", record=f"{len(records)} {target.name}", writes=True)
        return await _imports.send(
            records, call, api=self._api, target=target, limits=self._limits, traceparent=traceparent
        )

    def list_records(
        self,
        api: ImportApi | str,
        *,
        company_code: str | None = None,
        page_size: int | None = None,
        last_updated: datetime | None = None,
        traceparent: str | None = None,
    ) -> AsyncIterator[ImportedRecord]:
        """The records that this API holds, each once as it is first met, in an order Basware does not promise.

        Read and bounded as `list_documents` is, `page_size` up to 500, at most `Limits.listed_records`.
        """
        target = _arguments.target(api, self._api.call("list_records"))
        listing = _lists.master_data(
            self._api,
            self._limits,
            target=target,
            company_code=company_code,
            last_updated=last_updated,
            traceparent=traceparent,
        )
        size = target.page_size if page_size is None else page_size
        return listing.records(page_size=size, most=self._limits.listed_records)

    async def ping(self, *, traceparent: str | None = None) -> None:
        """Returns when a token is given and a read of one waiting document is answered, redirect included.

        Changes nothing, so it serves as the first call after a pause, a time-out or a changed secret.
        """
        await _lists.probe(self._api, self._limits, traceparent=traceparent)
