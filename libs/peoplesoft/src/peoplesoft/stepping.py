"""A source of rows that says of every answer that it is asked for: that a long read gets on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from peoplesoft.query import QueryRequest, QueryRow, RowSource


@dataclass(frozen=True, slots=True, kw_only=True)
class SteppingSource:
    """`stepped` is called before each query that `source` runs."""

    source: RowSource
    stepped: Callable[[], None]

    def rows(self, query: QueryRequest, *, record: str = "") -> AsyncGenerator[QueryRow, None]:
        """As the port says."""
        self.stepped()
        return self.source.rows(query, record=record)
