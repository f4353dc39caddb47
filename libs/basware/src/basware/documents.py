"""Accounting documents as they are fetched: Basware's own bytes, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass

from basware._call import Call
from basware._json import Element, Json, NotJson, records, text_of
from basware._redaction import excerpt
from basware._transport import Answer
from basware.errors import ProtocolError

WRAPPER = "accountingDocuments"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedDocument:
    """One accounting document.

    `raw` is the document's JSON object byte by byte as Basware sent it, without the list around it;
    `content` is the same parsed, numbers with a fraction as Decimal, others as int.
    """

    invoice_id: str
    raw: bytes
    content: Mapping[str, Json]

    @property
    def processing_status(self) -> str | None:
        """Basware's `processingStatus` as written."""
        return text_of(self.content, "processingStatus")


def read_one(answer: Answer, call: Call, *, invoice_id: str) -> FetchedDocument:
    """The document asked for; `ProtocolError` when the answer holds another one, or it more than once."""
    found = read_all(answer, call)
    asked = [document for document in found if document.invoice_id == invoice_id]
    if len(asked) == 1:
        return asked[0]
    if asked:
        raise _unreadable(answer, call, f"the answer holds the document {len(asked)} times")
    others = ", ".join(document.invoice_id for document in found[:3]) or "none"
    raise _unreadable(answer, call, f"the answer holds another document than the one asked for: {others}")


def read_all(answer: Answer, call: Call) -> list[FetchedDocument]:
    """The documents of an answer, wrapped or bare, in its order."""
    try:
        return [_document(element) for element in records(answer.body, wrapper=WRAPPER)]
    except ValueError as exc:
        what = "empty" if not answer.body.strip() else f"not a list of documents: {exc}"
        raise _unreadable(answer, call, f"the answer is {what}") from None


def _document(element: Element) -> FetchedDocument:
    content = element.value
    if not isinstance(content, dict):
        raise NotJson("an element is not an object")
    invoice_id = text_of(content, "invoiceId")
    if invoice_id is None:
        raise NotJson("an element without invoiceId")
    return FetchedDocument(invoice_id=invoice_id, raw=element.raw, content=content)


def _unreadable(answer: Answer, call: Call, message: str) -> ProtocolError:
    return call.protocol_error(
        message, status=answer.status, request_id=answer.request_id, excerpt=excerpt(answer.body)
    )
