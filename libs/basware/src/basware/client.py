"""The client of Basware's P2P API."""

import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime

import aiohttp
from yarl import URL

from basware import _answers, _redirect, documents
from basware._api import Api
from basware._call import Call
from basware._document_list import each_once
from basware._paging import HEADER as CONTINUATION
from basware._paging import Page, walk
from basware._tokens import OnRenewal, TokenSource
from basware._transport import Answer, Transport
from basware.documents import FetchedDocument
from basware.errors import AnswerTooLarge, InvalidRequest
from basware.limits import Limits
from basware.processing_status import ProcessingStatus
from basware.request_status import RequestStatus
from basware.transfer_response import TransferResponse, checked_text, instant

DEFAULT_SCOPES = (
    "accountingDocuments.read",
    "accountingDocuments.write",
    "requestStatus.read",
    "requestStatus.write",
)
DEFAULT_LIMITS = Limits()

_DOCUMENTS = ("v1", "accountingDocuments")
_REQUEST_STATUS = ("v1", "requestStatus")


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
        self._base_url = _base_url(base_url)
        if not client_id or ":" in client_id or not client_secret:
            raise InvalidRequest(
                "client id and secret must not be empty, a client id has no colon",
                field="client_id",
                limit="HTTP Basic",
            )
        if not scopes or not all(scope and scope.isascii() and " " not in scope for scope in scopes):
            raise InvalidRequest("scopes are missing or malformed", field="scope", limit="at least one")
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
        _identifier(invoice_id, call, field="invoiceId", longest=36)
        reading = await self._api.read(
            call=call,
            url=self._api.url(*_DOCUMENTS, invoice_id),
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
        _identifier(invoice_id, call, field="invoiceId", longest=36)
        answer = await self._post(call, *_DOCUMENTS, invoice_id, "acknowledge", traceparent=traceparent)
        _answers.check_done(answer, call)

    async def send_transfer_response(
        self, invoice_id: str, response: TransferResponse, *, traceparent: str | None = None
    ) -> str | None:
        """Reports what the ERP made of the document; Basware's request id to ask `request_status` with.

        Success means stored, not carried out. Only the latest 100 responses of an invoice are kept.
        `InvalidRequest`, with nothing sent, when a published limit is broken.
        """
        call = self._api.call("send_transfer_response", record=invoice_id, writes=True)
        _identifier(invoice_id, call, field="invoiceId", longest=36)
        body = response.to_json(call)
        answer = await self._post(
            call, *_DOCUMENTS, invoice_id, "transferResponses", body=body, traceparent=traceparent
        )
        _answers.check_echo(answer, call, external_code=response.external_code)
        return answer.request_id

    async def request_status(
        self, request_id: str, *, traceparent: str | None = None
    ) -> RequestStatus | None:
        """What became of a stored request, item by item; None while Basware does not know it yet."""
        call = self._api.call("request_status", record=request_id)
        _identifier(request_id, call, field="requestId", longest=128)
        reading = await self._api.read(
            call=call,
            url=self._api.url(*_REQUEST_STATUS, request_id),
            max_bytes=self._limits.answer_bytes,
            traceparent=traceparent,
        )
        if _answers.means_none(reading.final):
            return None
        if reading.final.status != 200:
            raise self._api.refusal(reading.final, call)
        return _answers.request_status(reading.final, call, request_id=request_id)

    async def acknowledge_request_status(
        self, request_ids: Sequence[str], *, traceparent: str | None = None
    ) -> None:
        """Marks the outcomes of these requests as seen; `AlreadyAcknowledged` when they were before."""
        call = self._api.call("acknowledge_request_status", record=", ".join(request_ids[:3]), writes=True)
        for request_id in request_ids:
            _identifier(request_id, call, field="requestIds", longest=128)
        if not request_ids:
            raise call.invalid("requestIds is empty", field="requestIds", limit="at least one")
        body = json.dumps({"requestIds": list(request_ids)}).encode()
        answer = await self._post(call, *_REQUEST_STATUS, "acknowledge", body=body, traceparent=traceparent)
        _answers.check_done(answer, call)

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
        call = self._api.call("list_documents")
        query = _list_query(
            call,
            processing_status=processing_status,
            company_code=company_code,
            last_updated=last_updated,
            page_size=page_size,
        )

        def pages_of(size: int) -> AsyncIterator[FetchedDocument]:
            sized = {**query, "pageSize": str(size)}

            async def fetch(token: str | None) -> Page[FetchedDocument]:
                return await self._page(call, query=sized, token=token, traceparent=traceparent)

            return walk(fetch, call=call, max_pages=self._limits.pages)

        most = self._limits.listed_documents if max_documents is None else max_documents
        return each_once(pages_of, call=call, page_size=page_size, max_documents=most)

    async def ping(self, *, traceparent: str | None = None) -> None:
        """Returns when a token is given and a read of one waiting document is answered, redirect included.

        Changes nothing, so it serves as the first call after a pause, a time-out or a changed secret.
        """
        call = self._api.call("ping")
        query = _list_query(call, processing_status=ProcessingStatus.WAITING_FOR_TRANSFER, page_size=1)
        try:
            page = await self._page(call, query=query, token=None, traceparent=traceparent)
        except AnswerTooLarge:
            # One huge document that waits must not make the whole tenant look as if it were away.
            return
        for _ in page.records:
            pass

    async def _page(
        self, call: Call, *, query: dict[str, str], token: str | None, traceparent: str | None
    ) -> Page[FetchedDocument]:
        reading = await self._api.read(
            call=call,
            url=self._api.url(*_DOCUMENTS, query=query),
            max_bytes=self._limits.page_bytes,
            headers={CONTINUATION: token} if token is not None else None,
            traceparent=traceparent,
        )
        if _answers.means_none(reading.final):
            return Page(records=(), next_token=None)
        if reading.final.status != 200:
            raise self._api.refusal(reading.final, call)
        found = documents.read_all(reading.final, call)
        return Page(records=found, next_token=reading.header(CONTINUATION))

    async def _post(
        self, call: Call, *segments: str, traceparent: str | None, body: bytes | None = None
    ) -> Answer:
        answer = await self._api.send(
            call=call,
            method="POST",
            url=self._api.url(*segments),
            body=body,
            max_bytes=self._limits.answer_bytes,
            traceparent=traceparent,
        )
        if answer.status not in _answers.SUCCESS or answer.is_markup:
            raise self._api.refusal(answer, call)
        return answer


def _base_url(text: str) -> str:
    """The base URL without a trailing slash; https, or http to this machine."""
    limit = "https://host[/path], or http:// on this machine"
    try:
        url = URL(text)
        usable = _redirect.allowed(url) and url.host and url.user is None and url.password is None
    except ValueError:
        raise InvalidRequest("the base URL is malformed", field="base_url", limit=limit) from None
    if not usable or url.query_string or url.fragment:
        raise InvalidRequest(f"the base URL must be {limit}", field="base_url", limit=limit)
    return str(url).rstrip("/")


def _identifier(value: str, call: Call, *, field: str, longest: int) -> None:
    """An id that can stand in a path: a dot segment would name another resource."""
    checked_text(value, call, field=field, shortest=1, longest=longest)
    if value in {".", ".."} or not value.isprintable():
        raise call.invalid(f"{field} is no id", field=field, limit="printable, not a dot segment")


def _list_query(
    call: Call,
    *,
    processing_status: ProcessingStatus | str,
    company_code: str | None = None,
    last_updated: datetime | None = None,
    page_size: int,
) -> dict[str, str]:
    try:
        status = ProcessingStatus(processing_status)
    except ValueError:
        raise call.invalid(
            f"{processing_status} is no processing status", field="ProcessingStatus", limit="a published one"
        ) from None
    if not 1 <= page_size <= 100:
        raise call.invalid("pageSize is out of bounds", field="pageSize", limit="1 to 100")
    query = {"ProcessingStatus": status.value, "pageSize": str(page_size)}
    if company_code is not None:
        query["companyCode"] = checked_text(company_code, call, field="companyCode", shortest=1, longest=32)
    if last_updated is not None:
        query["lastUpdated"] = instant(last_updated, call, field="lastUpdated")
    return query
