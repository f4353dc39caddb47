"""The second origin: documents behind pre-signed addresses, and S3's manners towards those who show credentials."""

import asyncio
import hmac
from xml.sax.saxutils import escape

from aiohttp import web

from .accounting_documents import serve_documents
from .answers import Answer, RefusalError
from .decimal_json import dumps
from .delivery import deliver
from .faults import CONTENT_KINDS, Fault, FaultKind, Operation
from .outages import Origin
from .presigned import StoredObject
from .records import DocumentRecord
from .world import World

_ONLY_ONE_MECHANISM = (
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
    "Signature query string parameter or the Authorization header should be specified"
)


class DocumentOrigin:
    """Serves promised documents on an aiohttp application of their own."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add_to(self, app: web.Application) -> None:
        """Register the one address there is."""
        app.router.add_get("/accounting-documents/{key}.json", self._serve)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self._world.settle()
        fault: Fault | None = None
        try:
            held = self._entitled(request)
            away = self._world.outages.answer(origin=Origin.DOCUMENTS, tenant=held.tenant)
            if away is not None:
                return await deliver(request, away)
            fault = self._fault(held)
            if fault is not None and fault.kind is FaultKind.DELAY:
                await asyncio.sleep(fault.params.seconds)
            answer = self._content(held, wrong=fault is not None and fault.kind is FaultKind.WRONG_DOCUMENT)
        except RefusalError as refusal:
            answer = refusal.answer
        await self._world.books.journal.durable()
        if fault is not None:
            answer = fault.answer(answer)
        return await deliver(request, answer, {"x-amz-request-id": self._world.new_id()})

    def _entitled(self, request: web.Request) -> StoredObject:
        if "Authorization" in request.headers:
            raise _refusal(400, "InvalidArgument", _ONLY_ONE_MECHANISM)
        held = self._world.objects.find(request.match_info["key"])
        shown = request.query.get("X-Amz-Signature", "")
        if held is None or not hmac.compare_digest(held.signature.encode(), shown.encode()):
            raise _refusal(403, "SignatureDoesNotMatch", "The request signature does not match")
        if held.expires <= self._world.now():
            raise _refusal(403, "AccessDenied", "Request has expired")
        return held

    def _fault(self, held: StoredObject) -> Fault | None:
        document_id = held.invoice_ids[0] if held.single else None
        direct = self._world.faults.take(
            operations=frozenset({Operation.DOCUMENT_CONTENT}), tenant=held.tenant, document_id=document_id
        )
        first_hop = Operation.GET_DOCUMENT if held.single else Operation.LIST_DOCUMENTS
        return direct or self._world.faults.take(
            operations=frozenset({first_hop, Operation.ANY}),
            tenant=held.tenant,
            document_id=document_id,
            only_kinds=CONTENT_KINDS,
        )

    def _content(self, held: StoredObject, *, wrong: bool) -> Answer:
        records = [
            record
            for invoice_id in held.invoice_ids
            if (record := self._world.books.documents.get(held.tenant, invoice_id)) is not None
            and not record.deleted
        ]
        if held.single and not records:
            raise _refusal(404, "NoSuchKey", "The specified key does not exist.")
        if wrong:
            return wrong_document(records[0], self._world)
        return serve_documents(records, held.continuation)


def wrong_document(asked: DocumentRecord, world: World) -> Answer:
    """Another invoice than the one asked for: one of the same tenant if there is one, else an invented one."""
    for other in world.books.documents:
        if other.tenant == asked.tenant and other.invoice_id != asked.invoice_id:
            return serve_documents([other], None)
    invented = asked.document() | {"invoiceId": asked.invoice_id[::-1] + "0"}
    return Answer(status=200, body=dumps({"accountingDocuments": [invented]}).encode())


def _refusal(status: int, code: str, message: str) -> RefusalError:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    )
    return RefusalError(Answer(status=status, body=body.encode(), content_type="application/xml"))
