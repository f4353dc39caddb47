"""Lists that come in pages: the continuation token goes from a response header into a request header."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from basware._call import Call

HEADER = "x-amz-meta-continuationtoken"
_MAX_TOKEN = 4096

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """The records of one answer and the token of the next page, None on the last."""

    records: Iterable[T]
    next_token: str | None


async def walk(
    fetch: Callable[[str | None], Awaitable[Page[T]]], *, call: Call, max_pages: int
) -> AsyncIterator[T]:
    """Every record of every page, in order.

    Only an absent token ends the list: a page may be short or empty and not be the last. A token seen
    before, or more than `max_pages` pages, raises `ProtocolError` instead of going on for ever.
    """
    token: str | None = None
    seen: set[str] = set()
    for _ in range(max_pages):
        page = await fetch(token)
        for record in page.records:
            yield record
            # Parsing a long page must not hold up whatever else runs in this loop.
            await asyncio.sleep(0)
        token = page.next_token
        if token is None:
            return
        if len(token) > _MAX_TOKEN or not token.isascii() or not token.isprintable():
            raise call.protocol_error("the continuation token is malformed")
        if token in seen:
            raise call.protocol_error("the list goes round in a circle: a continuation token came twice")
        seen.add(token)
    raise call.protocol_error(f"the list has more than {max_pages} pages", advice="Narrow the query.")
