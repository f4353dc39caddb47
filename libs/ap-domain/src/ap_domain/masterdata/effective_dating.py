"""PeopleSoft's effective dating: of a key's rows the one with the latest EFFDT up to the day counts, whatever its
status; only then is the status looked at.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from ap_domain.masterdata.source_rows import Row, as_text

__all__ = ["UndatedRow", "current_rows"]


class UndatedRow(ValueError):
    """A row whose date is none, so that nobody can say which row of its key is current. Says which field and value."""


def current_rows(
    rows: Iterable[Row], *, today: date, dated_by: Sequence[str], effective: str | None = "EFFDT"
) -> list[Row]:
    """The rows that are current today, in their order.

    `dated_by` are the fields under which one date follows another; all rows of the latest date up to today are
    current (the bank accounts of a location share its date). Future-dated rows are not there yet. Without an
    `effective` field every row is current. Raises UndatedRow.
    """
    if effective is None:
        return list(rows)
    dated = [(_key(row, dated_by), _day_of(row, effective), row) for row in rows]
    latest: dict[tuple[str, ...], date] = {}
    for key, day, _ in dated:
        if day <= today and (key not in latest or latest[key] < day):
            latest[key] = day
    return [row for key, day, row in dated if latest.get(key) == day]


def _day_of(row: Row, name: str) -> date:
    """The day in a field, of a date-time its date."""
    value = row.get(name)
    try:
        if isinstance(value, str):
            return date.fromisoformat(value[:10])
    except ValueError:
        pass
    said = "blank" if value is None else repr(value)
    raise UndatedRow(f"{name} is {said}, which is no day as in 2026-01-31")


def _key(row: Row, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(as_text(row.get(name)) for name in names)
