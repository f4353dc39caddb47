"""Reading a query to its end, page by page, by a prompt that asks for keys greater than the last one seen.

PeopleSoft has no paging and cuts an answer without a word: at the rows asked for, or at a lower limit that its
administrator set for the operator. So:

- one row more than a page is asked for; if it comes, the answer was cut.
- an answer below that may have been cut by the operator's limit, unless a larger one came before. If it may, it is
  treated as if it were.
- of a cut answer the last key is dropped, as more rows of it may follow, and the next page begins after the key
  before it.

Keys that are there throughout are seen exactly once, with all their rows as one answer gave them, whatever changes
between the pages. What cannot be told: that a query whose first key alone has more rows than the operator may fetch,
and no other key follows.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from peoplesoft.errors import PeopleSoftError, ProtocolError
from peoplesoft.query import QueryRequest, QueryRow, RowSource

Key: TypeAlias = tuple[str, ...]
_SORTED: Final = "Let the query sort by its key, and let its prompt ask for keys greater than the value."


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPage:
    """The rows of the keys after `after` up to and with `last_key`, by their whole key in the query's order.

    Both are values of the prompt, that is of the key's first field; the first page's `after` is empty, an empty
    page's `last_key` is its `after`. `complete`: nothing follows.
    """

    after: str
    last_key: str
    rows: Mapping[Key, tuple[QueryRow, ...]]
    complete: bool


class QueryPages:
    """Reads one site's queries by pages. Holds one page in memory.

    One object for a read of several queries, as what it learns about the operator's limit holds for all of them and
    saves calls; not for ever, as the limit may be changed. `order` says how the site's database compares keys: most
    sort by code points, as is the default; a key sorts where ``order(key)`` does.
    """

    def __init__(
        self,
        source: RowSource,
        *,
        most_pages: int = 100_000,
        order: Callable[[str], str] = str,
    ) -> None:
        self._source = source
        self._most_pages = most_pages
        self._order = order
        self._largest_answer = 0

    async def pages(
        self,
        query: QueryRequest,
        *,
        key: Key,
        after_prompt: str | None = "AFTER",
        after: str = "",
        record: str = "",
    ) -> AsyncGenerator[KeyPage, None]:
        """All pages of `query`, `max_rows` rows each at most, from the key after `after` on; the last one is complete.

        `key` are the fields that tell records apart, the first of them the one `after_prompt` asks for. Without such
        a prompt (None) everything must come in one answer. Raises what the source raises, and ProtocolError for a
        query that is not sorted, that has a key with more rows than a page, or that never ends: read nothing into
        the pages seen until then.
        """
        position, previous_size, asked_again = after, 0, False
        for _ in range(self._most_pages):
            asked = query if after_prompt is None else query.with_prompt(after_prompt, position)
            groups, size = await self._answer(asked, key=key, after=position, record=record)
            cut = size > query.max_rows
            perhaps_cut = size > 0 and size >= self._largest_answer
            self._largest_answer = max(self._largest_answer, size)
            if cut and after_prompt is None:
                raise _failure(
                    query, f"it has more than {query.max_rows} rows and no prompt to page by", record
                )
            if after_prompt is None or not (cut or perhaps_cut):
                yield _page(groups.values(), key, after=position, complete=True)
                return
            if len(groups) == 1:
                only = next(iter(groups))
                if cut:
                    what = f"{key[0]} {only!r} has more rows than the {query.max_rows} of a page"
                    raise _failure(query, what, record, remedy="Raise the rows of a page.")
                beyond = query.with_prompt(after_prompt, only)
                _, following = await self._answer(beyond, key=key, after=only, record=record)
                if (following or size == previous_size) and not asked_again:
                    asked_again = True  # a row that came in between is no sign of a cut
                    continue
                if following or size == previous_size:
                    what = f"the answer ended with {size} rows of {key[0]} {only!r} though it may have more"
                    raise _failure(query, what, record, remedy="Raise the rows that the operator may fetch.")
                yield _page(groups.values(), key, after=position, complete=True)
                return
            groups.popitem()
            yield _page(groups.values(), key, after=position, complete=False)
            position, previous_size, asked_again = next(reversed(groups)), size, False
        raise _failure(query, f"no end after {self._most_pages} pages", record)

    async def _answer(
        self, query: QueryRequest, *, key: Key, after: str, record: str
    ) -> tuple[dict[str, list[QueryRow]], int]:
        """The rows by the prompt's key, and how many there are."""
        one_more = QueryRequest(
            name=query.name, owner=query.owner, prompts=query.prompts, max_rows=query.max_rows + 1
        )
        groups: dict[str, list[QueryRow]] = {}
        current, size = after, 0
        async with aclosing(self._source.rows(one_more, record=record)) as rows:
            async for row in rows:
                if size == 0:
                    _check_fields(query, row, key, record)
                value = _text(query, row[key[0]], key[0], record)
                if not value:
                    what = f"row {size + 1} has no {key[0]}"
                    raise _failure(query, what, record, remedy="Let the query leave out rows without a key.")
                if value != current or not groups:
                    if current and self._order(value) <= self._order(current):
                        what = f"{key[0]} {value!r} comes after {current!r}"
                        raise _failure(query, what, record, remedy=_SORTED)
                    groups[value] = []
                    current = value
                groups[value].append(row)
                size += 1
        return groups, size


def _page(groups: Iterable[list[QueryRow]], key: Key, *, after: str, complete: bool) -> KeyPage:
    rows: dict[Key, list[QueryRow]] = {}
    last_key = after
    for group in groups:
        for row in group:
            whole = tuple(str(row.get(field) or "") for field in key)
            rows.setdefault(whole, []).append(row)
            last_key = whole[0]
    return KeyPage(
        after=after,
        last_key=last_key,
        rows={whole: tuple(each) for whole, each in rows.items()},
        complete=complete,
    )


def _check_fields(query: QueryRequest, row: QueryRow, key: Key, record: str) -> None:
    for field in key:
        if field not in row:
            raise _failure(query, f"it has no field {field}, only {', '.join(row)}", record)


def _text(query: QueryRequest, value: str | Decimal | None, field: str, record: str) -> str:
    if isinstance(value, Decimal):
        what = f"{field} came as the number {value}: leading zeros may be lost"
        raise _failure(query, what, record, remedy=f"Let the query give {field} as characters.")
    return value or ""


def _failure(query: QueryRequest, what: str, record: str, *, remedy: str = "") -> PeopleSoftError:
    return ProtocolError(
        f"query {query.name} cannot be read page by page: {what}",
        operation=f"query {query.name}",
        record=record,
        remedy=remedy or "Correct the query or the connection's description of it.",
    )
