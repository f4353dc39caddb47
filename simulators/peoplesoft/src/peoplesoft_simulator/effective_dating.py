"""Effective dating as PeopleSoft does it.

Of the rows with one key, the one with the latest EFFDT not after the day in question counts, and only then is its
status looked at.
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal, Protocol, TypeVar

LONG_AGO = date(1901, 1, 1)


class Effective(Protocol):
    """A row that holds from a day on."""

    @property
    def effdt(self) -> date:
        """The first day it holds."""
        ...

    @property
    def status(self) -> Literal["A", "I"]:
        """Active or inactive from that day on."""
        ...


_Dated = TypeVar("_Dated", bound=Effective)


def current_on(rows: Iterable[_Dated], day: date) -> _Dated | None:
    """The row in effect on that day, active or not."""
    return max((row for row in rows if row.effdt <= day), key=lambda row: row.effdt, default=None)


def active_on(rows: Iterable[_Dated], day: date) -> _Dated | None:
    """The row in effect on that day, if there is one and it is active."""
    current = current_on(rows, day)
    return current if current is not None and current.status == "A" else None
