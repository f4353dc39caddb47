"""Reading and acknowledging accounting documents (P2P OpenAPI 26.06)."""

from dataclasses import replace

from .answers import Answer, RefusalError, empty_refusal, json_answer, p2p_refusal
from .call import Call
from .document_changes import changed
from .document_model import AFTER_ACKNOWLEDGE, PROCESSING_MODES, STATUSES
from .pages import CONTINUATION, Window
from .records import DocumentRecord
from .world import World
from .write_rules import watch_spacing

_MOST_PER_PAGE = 100
# Pages of documents with many coding rows are cut short although more follow; where, is not published.
_MOST_ROWS_PER_PAGE = 500


def find(world: World, call: Call) -> DocumentRecord:
    """The document that the path names.

    Raises:
        RefusalError: 404, also for a document of another tenant.
    """
    record = world.books.documents.get(call.tenant.name, call.path["invoiceId"])
    if record is None or record.deleted:
        raise empty_refusal(404)
    return record


def serve_documents(records: list[DocumentRecord], continuation: str | None) -> Answer:
    """The documents themselves, as both origins serve them."""
    body = '{"accountingDocuments":[' + ",".join(record.content for record in records) + "]}"
    headers = {CONTINUATION: continuation} if continuation else {}
    return Answer(status=200, body=body.encode(), headers=headers)


async def get_document(world: World, call: Call) -> Answer:
    """``GET /v1/accountingDocuments/{invoiceId}``: a redirect to the second origin, or the document."""
    call.allow_parameters()
    record = find(world, call)
    key = (record.tenant, record.invoice_id)
    world.fetches[key] = world.fetches.get(key, 0) + 1
    return _offer(world, call, [record], continuation=None, single=True)


async def list_documents(world: World, call: Call) -> Answer:
    """``GET /v1/accountingDocuments``: one page, or 404 where nothing fits. Oldest change first (assumption)."""
    call.allow_parameters("ProcessingStatus", "pageSize", "companyCode", "lastUpdated", "p2pProcessingMode")
    size = call.page_size(most=_MOST_PER_PAGE)
    window = world.pages.resume(call) or Window(ids=tuple(_select(world, call)))
    page: list[DocumentRecord] = []
    seen = rows = 0
    for invoice_id in window:
        if len(page) >= size or rows >= _MOST_ROWS_PER_PAGE:
            break
        seen += 1
        record = world.books.documents.get(call.tenant.name, invoice_id)
        if record is not None and not record.deleted:
            page.append(record)
            rows += record.rows
    if not page:
        raise empty_refusal(404)
    continuation = world.pages.remember(call, window.after(seen))
    return _offer(world, call, page, continuation=continuation, single=False)


def _select(world: World, call: Call) -> list[str]:
    status = call.choice("ProcessingStatus", STATUSES)
    mode = call.choice("p2pProcessingMode", PROCESSING_MODES) or "Standard"
    company = call.query.get("companyCode") or None
    after = call.updated_after()
    found = [
        record
        for record in world.books.documents
        if record.tenant == call.tenant.name
        and not record.deleted
        and record.mode == mode
        and status in (None, record.status)
        and company in (None, record.company_code)
        and (after is None or record.updated > after)
    ]
    return [record.invoice_id for record in sorted(found, key=lambda r: (r.updated, r.invoice_id))]


def _offer(
    world: World, call: Call, records: list[DocumentRecord], *, continuation: str | None, single: bool
) -> Answer:
    if not call.tenant.settings.redirect:
        return serve_documents(records, continuation)
    location = world.document_origin + world.objects.promise(
        tenant=call.tenant.name,
        invoice_ids=tuple(record.invoice_id for record in records),
        continuation=continuation,
        now=world.now(),
        single=single,
    )
    return Answer(status=302, content_type="text/plain", headers={"Location": location})


async def acknowledge(world: World, call: Call) -> Answer:
    """``POST .../acknowledge``: once per transfer, and only while the document waits.

    Raises:
        RefusalError: 405 the second time; 400 with a body, or for a document that does not wait (assumption).
    """
    call.allow_parameters()
    record = find(world, call)
    if call.body.strip():
        raise _refused(call, 400, "acknowledge takes no body", "SCHEMA_VALIDATION_ERROR")
    watch_spacing(world=world, record=record, call=call, operation="acknowledge")
    if record.acknowledged:
        message = "The accountingDocument is already acknowledged"
        raise _refused(call, 405, message, "METHOD_NOT_ALLOWED")
    status = AFTER_ACKNOWLEDGE.get(record.status)
    if status is None:
        raise _refused(
            call,
            400,
            f"A document in status {record.status} cannot be acknowledged",
            "DATA_VALIDATION_FAILED",
        )
    now = world.now()
    record = changed(record, at=now, event="acknowledged", status=status, request_id=call.request_id)
    world.books.documents.put(replace(record, acknowledged=True, last_write=now))
    return json_answer("Acknowledged")


def _refused(call: Call, status: int, message: str, code: str) -> RefusalError:
    return p2p_refusal(
        request_id=call.request_id, status=status, messages=[message], code=code, kind="BUSINESS"
    )
