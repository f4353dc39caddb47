"""A list of the API read to its end whatever the size of its pages, each record once."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from basware import _answers
from basware._api import Api
from basware._call import Call
from basware._paging import HEADER as CONTINUATION
from basware._paging import Page, walk
from basware._transport import Answer
from basware.errors import AnswerTooLarge
from basware.limits import Limits

_SHRINKS_BY = 5

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[T]):
    """One query of a list: where it is, how its pages are read, and what tells two records apart."""

    api: Api
    call: Call
    limits: Limits
    path: tuple[str, ...]
    query: Mapping[str, str]
    largest_page: int
    read: Callable[[Answer, Call], Iterator[T]]
    key: Callable[[T], str]
    traceparent: str | None

    async def page(self, *, size: int, token: str | None = None) -> Page[T]:
        """The page after `token`, of at most so many records; 404 is an empty one."""
        reading = await self.api.read(
            call=self.call,
            url=self.api.url(*self.path, query={**self.query, "pageSize": str(size)}),
            max_bytes=self.limits.page_bytes,
            headers={CONTINUATION: token} if token is not None else None,
            traceparent=self.traceparent,
        )
        if _answers.means_none(reading.final):
            return Page(records=(), next_token=None)
        if reading.final.status != 200:
            raise self.api.refusal(reading.final, self.call)
        found = self.read(reading.final, self.call)
        return Page(records=found, next_token=reading.header(CONTINUATION))

    def records(self, *, page_size: int, most: int) -> AsyncIterator[T]:
        """Every record once; pages are fetched as they are wanted, one is held at a time."""
        if not 1 <= page_size <= self.largest_page:
            raise self.call.invalid(
                "pageSize is out of bounds", field="pageSize", limit=f"1 to {self.largest_page}"
            )

        def pages_of(size: int) -> AsyncIterator[T]:
            async def fetch(token: str | None) -> Page[T]:
                return await self.page(size=size, token=token)

            return walk(fetch, call=self.call, max_pages=self.limits.pages)

        return each_once(pages_of, key=self.key, call=self.call, page_size=page_size, most=most)


async def each_once(
    pages_of: Callable[[int], AsyncIterator[T]],
    *,
    key: Callable[[T], str],
    call: Call,
    page_size: int,
    most: int,
) -> AsyncIterator[T]:
    """Every record of the list that `pages_of` reads in pages of a given size, in the order it is met.

    A page that is too large to be read would hide every record behind it, so the list is then begun
    again in smaller pages, down to one record each (a continuation token holds for one page size only).
    What was given before is not given again, nor is a record that moved to a later page meanwhile.
    More than `most` raises `ProtocolError` after that many were given.
    """
    seen: set[str] = set()
    while True:
        try:
            async for record in pages_of(page_size):
                if key(record) in seen:
                    continue
                if len(seen) == most:
                    raise call.protocol_error(
                        f"the list has more than {most} records", advice="Narrow the query."
                    )
                seen.add(key(record))
                yield record
        except AnswerTooLarge:
            if page_size == 1:
                raise
            page_size = max(page_size // _SHRINKS_BY, 1)
        else:
            return
