"""Rows as PeopleSoft's queries give them, made comparable: blanks absent, numbers exact, the route not visible."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ap_domain.money import plain

__all__ = [
    "Row",
    "SourceFault",
    "SourceGroup",
    "SourceValue",
    "as_text",
    "cleaned",
    "distinct",
    "order",
    "require",
]

SourceValue = str | Decimal | None
Row = Mapping[str, SourceValue]
"""One row of a query, record aliases stripped. Over SOAP numbers are texts, over REST Decimals."""


class SourceFault(ValueError):
    """The query does not give what the rules need; nothing may be concluded from what it gave.

    Says which query, what is wrong with it and what to do. One faulty record is no such fault.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceGroup:
    """All rows of one paging key: history, future and inactive ones included.

    `parts` are the rows of the parts' queries (addresses, ...) under the same key.
    """

    main: tuple[Mapping[str, object], ...]
    parts: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)


def cleaned(row: Mapping[str, object]) -> dict[str, SourceValue]:
    """The row without what PeopleSoft's storage adds: a text ends with its last character that is not blank, and a
    blank one (PeopleSoft stores an empty field as one blank) is None. Leading zeros and blanks stay. Raises
    SourceFault for a value that no query gives, such as a float.
    """
    return {name: _cleaned(name, value) for name, value in row.items()}


def as_text(value: SourceValue) -> str:
    """The value as a key or a person has it; of equal values over either route the same."""
    if value is None:
        return ""
    return value if isinstance(value, str) else plain(value)


def order(value: SourceValue) -> tuple[int, int, str]:
    """Sorts numbers by their size, however the route writes them, before texts."""
    text = as_text(value)
    whole = text.isascii() and text.isdigit() and len(text) < 20
    return (0, int(text), text) if whole else (1, 0, text)


def require(row: Row, columns: frozenset[str], *, query: str) -> None:
    """Raises SourceFault when the row lacks one of the columns; a blank column is there."""
    if row.keys() >= columns:
        return
    missing = ", ".join(sorted(columns - row.keys()))
    raise SourceFault(
        f"query {query} gives no {missing}; add it to the query, or take the fields that are made of it out of "
        "the connection's masterdata"
    )


def distinct(rows: Sequence[Row]) -> list[Row]:
    """The rows, each once, in their order."""
    found: list[Row] = []
    for row in rows:
        if row not in found:
            found.append(row)
    return found


def _cleaned(name: str, value: object) -> SourceValue:
    if isinstance(value, str):
        return value.rstrip() or None
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, date):
        return value.isoformat()
    raise SourceFault(f"{name} is a {type(value).__name__} ({value!r}), which no query gives")
