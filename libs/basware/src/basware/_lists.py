"""The lists that the API has, each as one query of it."""

from datetime import datetime
from operator import attrgetter

from basware import _answers, _arguments, _imports, documents
from basware._api import Api
from basware._listing import Listing
from basware.documents import FetchedDocument
from basware.errors import AnswerTooLarge
from basware.imports import ImportApi, ImportedRecord
from basware.limits import Limits
from basware.processing_status import ProcessingStatus
from basware.request_status import RequestState, RequestStatus

DOCUMENTS = ("v1", "accountingDocuments")
REQUEST_STATUS = ("v1", "requestStatus")


def accounting_documents(
    api: Api,
    limits: Limits,
    *,
    operation: str,
    processing_status: ProcessingStatus | str,
    company_code: str | None = None,
    last_updated: datetime | None = None,
    traceparent: str | None,
) -> Listing[FetchedDocument]:
    """The documents in one status."""
    call = api.call(operation)
    return Listing(
        api=api,
        call=call,
        limits=limits,
        path=DOCUMENTS,
        query={
            "ProcessingStatus": _arguments.processing_status(processing_status, call),
            **_arguments.filters(call, company_code=company_code, last_updated=last_updated),
        },
        largest_page=100,
        read=documents.read_all,
        key=attrgetter("invoice_id"),
        traceparent=traceparent,
    )


async def probe(api: Api, limits: Limits, *, traceparent: str | None) -> None:
    """Reads one waiting document, redirect included."""
    listing = accounting_documents(
        api,
        limits,
        operation="ping",
        processing_status=ProcessingStatus.WAITING_FOR_TRANSFER,
        traceparent=traceparent,
    )
    try:
        page = await listing.page(size=1)
    except AnswerTooLarge:
        # One huge document that waits must not make the whole tenant look as if it were away.
        return
    for _ in page.records:
        pass


def master_data(
    api: Api,
    limits: Limits,
    *,
    target: ImportApi,
    company_code: str | None,
    last_updated: datetime | None,
    traceparent: str | None,
) -> Listing[ImportedRecord]:
    """The records that one API of master data holds."""
    call = api.call("list_records", record=target.name)
    return Listing(
        api=api,
        call=call,
        limits=limits,
        path=target.path,
        query=_arguments.filters(call, company_code=company_code, last_updated=last_updated),
        largest_page=500,
        read=lambda answer, call: _imports.read_records(answer, call, target=target),
        key=attrgetter("external_code"),
        traceparent=traceparent,
    )


def request_statuses(
    api: Api,
    limits: Limits,
    *,
    entity_type: str | None,
    state: RequestState | None,
    system: str | None,
    ignore_successful_items: bool,
    last_updated: datetime | None,
    traceparent: str | None,
) -> Listing[RequestStatus]:
    """What became of the requests that fit; without any filter the API lists the failed ones only."""
    call = api.call("request_statuses", record=entity_type)
    narrowed = _arguments.status_filters(call, entity_type=entity_type, state=state, system=system)
    if not narrowed:
        raise call.invalid(
            "without a filter only failed requests are listed",
            field="entityType",
            limit="entityType, status or system",
        )
    # The list spells it with another l than the single status.
    ignoring = {"ignoreSuccessfullItems": "true"} if ignore_successful_items else {}
    return Listing(
        api=api,
        call=call,
        limits=limits,
        path=REQUEST_STATUS,
        query={**narrowed, **ignoring, **_arguments.filters(call, last_updated=last_updated)},
        largest_page=500,
        read=_answers.request_statuses,
        key=attrgetter("request_id"),
        traceparent=traceparent,
    )
