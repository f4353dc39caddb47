"""What a query is: its prompts, and the rows it finds in a site's data."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

from peoplesoft_simulator.books import BookReader
from peoplesoft_simulator.query_setup import PromptRole
from peoplesoft_simulator.reference_data import ReferenceData

QueryValue = str | int | Decimal | bool | date | datetime | None
"""A character field, a number, a Y/N flag, a date or a date-time; None is a date without a value."""
QueryRow = Mapping[str, QueryValue]
"""One row by column, in the query's order; columns carry the alias of their record."""

NEVER_TOUCHED = datetime(2020, 1, 1, tzinfo=UTC)
"""LASTUPDDTTM of a row nobody saved since the site began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The prompts of one run.

    `setid` None means the query has no such prompt, then it finds the rows of all; `after` and `up_to` bound the key,
    empty is no bound; `since` None finds rows whenever they changed; `from_day` and `to_day` bound the day of entry,
    both included. `today` is the simulated day.
    """

    setid: str | None
    today: date
    after: str = ""
    up_to: str = ""
    since: datetime | None = None
    since_by: Literal["key", "row"] = "key"
    from_day: date | None = None
    to_day: date | None = None

    def within(self, key: str) -> bool:
        """Whether a key lies within the bounds, compared as text."""
        return key > self.after and (not self.up_to or key <= self.up_to)

    def owns(self, setid: str) -> bool:
        """Whether rows of that SetID are asked for."""
        return self.setid in (None, setid)

    def changed(self, at: datetime | None) -> bool:
        """Whether a row saved then is asked for."""
        return self.since is None or (at or NEVER_TOUCHED) >= self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What a query of one site can look at."""

    node: str
    reference: ReferenceData
    books: BookReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A delivered query: `prompts` are its prompts with their delivered names, `rows` finds sorted by key."""

    name: str
    prompts: Mapping[PromptRole, str]
    rows: Callable[[Tables, Ask], Iterator[QueryRow]]
