"""Accounting documents as they are fetched: Basware's own bytes, and what they say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from basware._answers import elements, unreadable
from basware._call import Call
from basware._json import Json, text_of
from basware._transport import Answer

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
    found = list(read_all(answer, call))
    asked = [document for document in found if document.invoice_id == invoice_id]
    if len(asked) == 1:
        return asked[0]
    if asked:
        raise unreadable(answer, call, f"the answer holds the document {len(asked)} times")
    others = ", ".join(document.invoice_id for document in found[:3]) or "none"
    raise unreadable(answer, call, f"the answer holds another document than the one asked for: {others}")


def read_all(answer: Answer, call: Call) -> Iterator[FetchedDocument]:
    """The documents of an answer, wrapped or bare, in its order, parsed one by one."""
    for element in elements(answer, call, wrapper=WRAPPER):
        if not isinstance(element.value, dict):
            raise unreadable(answer, call, "the answer holds something that is not an object")
        invoice_id = text_of(element.value, "invoiceId")
        if invoice_id is None:
            raise unreadable(answer, call, "the answer holds a document without invoiceId")
        yield FetchedDocument(invoice_id=invoice_id, raw=element.raw, content=element.value)
