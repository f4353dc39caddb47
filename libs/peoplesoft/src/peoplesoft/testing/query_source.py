"""Rows in memory that are queried as PeopleSoft's are, the silent cuts included."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, field

from peoplesoft.query import QueryRequest, QueryRow


@dataclass(slots=True, kw_only=True)
class RowsInMemory:
    """A source for `QueryPages`, whatever the query's name. `table` holds the rows in any order; they are given out
    sorted by `key`, whose first field the prompts AFTER and UP_TO look at.

    `operator_limit` cuts every answer, as an administrator may have set it. `before_answer` is called with the
    request before each answer is made: to change `table`, or to raise. `asked` are all requests.
    """

    key: tuple[str, ...]
    table: list[QueryRow] = field(default_factory=list)
    operator_limit: int | None = None
    before_answer: Callable[[QueryRequest], None] = lambda _: None
    asked: list[QueryRequest] = field(default_factory=list)

    async def rows(self, query: QueryRequest, *, record: str = "") -> AsyncGenerator[QueryRow, None]:
        """The rows after AFTER and up to UP_TO, at most as many as asked for."""
        self.asked.append(query)
        self.before_answer(query)
        prompts = dict(query.prompts)
        after, up_to = prompts.get("AFTER", ""), prompts.get("UP_TO", "")
        limit = min(query.max_rows, self.operator_limit or query.max_rows)
        for row in self._sorted(after, up_to)[:limit]:
            yield row

    def _sorted(self, after: str, up_to: str) -> list[QueryRow]:
        first = self.key[0]
        shown: Iterable[QueryRow] = (
            row
            for row in self.table
            if (not after or str(row[first]) > after) and (not up_to or str(row[first]) <= up_to)
        )
        return sorted(shown, key=lambda row: [str(row[name]) for name in self.key])
