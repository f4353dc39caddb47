"""One row of a voucher with the rows below it, as canonical text values.

Amounts are plain decimal text, dates are ISO text, characters have no trailing blanks. A field without a value
is absent, which is how PeopleSoft's blank, zero and null dates look from outside.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Values by canonical field name and child rows by canonical record name."""

    values: Mapping[str, str]
    rows: Mapping[str, tuple["Row", ...]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The value as text, empty when it has none."""
        return self.values.get(name, "")

    def amount(self, name: str) -> Decimal:
        """The value as a number, zero when it has none (PeopleSoft's number fields are never null)."""
        return Decimal(self.values[name]) if name in self.values else ZERO

    def day(self, name: str) -> date | None:
        """The value as a date, None when it has none."""
        return date.fromisoformat(self.values[name]) if name in self.values else None

    def children(self, name: str) -> tuple["Row", ...]:
        """The rows of one child record, in the order they were entered."""
        return self.rows.get(name, ())

    def having(self, **values: str) -> "Row":
        """The same row with these values; an empty value removes the field."""
        merged = {**self.values, **values}
        return replace(self, values={name: value for name, value in merged.items() if value != ""})

    def with_children(self, name: str, rows: tuple["Row", ...]) -> "Row":
        """The same row with the rows of one child record replaced."""
        return replace(self, rows={**self.rows, name: rows})

    def as_json(self) -> dict[str, Any]:
        """Values and child rows in one mapping: a list is a child record, anything else is text."""
        nested = {name: [row.as_json() for row in rows] for name, rows in self.rows.items()}
        return {**self.values, **nested}


def row_from_json(body: Mapping[str, Any]) -> Row:
    """The inverse of :meth:`Row.as_json`."""
    return Row(
        values={name: value for name, value in body.items() if isinstance(value, str)},
        rows={
            name: tuple(row_from_json(row) for row in value)
            for name, value in body.items()
            if isinstance(value, list)
        },
    )
