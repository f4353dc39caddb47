"""A list of documents read to its end whatever the size of its pages, each document once."""

from collections.abc import AsyncIterator, Callable

from basware._call import Call
from basware.documents import FetchedDocument
from basware.errors import AnswerTooLarge

_SHRINKS_BY = 5


async def each_once(
    pages_of: Callable[[int], AsyncIterator[FetchedDocument]],
    *,
    call: Call,
    page_size: int,
    max_documents: int,
) -> AsyncIterator[FetchedDocument]:
    """Every document of the list that `pages_of` reads in pages of a given size, in the order it is met.

    A page that is too large to be read would hide every document behind it, so the list is then begun
    again in smaller pages, down to one document each (a continuation token holds for one page size only).
    What was given before is not given again, nor is a document that moved to a later page meanwhile.
    More than `max_documents` raises `ProtocolError` after that many were given.
    """
    seen: set[str] = set()
    while True:
        try:
            async for document in pages_of(page_size):
                if document.invoice_id in seen:
                    continue
                if len(seen) == max_documents:
                    raise call.protocol_error(
                        f"the list has more than {max_documents} documents", advice="Narrow the query."
                    )
                seen.add(document.invoice_id)
                yield document
        except AnswerTooLarge:
            if page_size == 1:
                raise
            page_size = max(page_size // _SHRINKS_BY, 1)
        else:
            return
