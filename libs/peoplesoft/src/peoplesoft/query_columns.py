"""Rows as PeopleSoft writes them turned into rows by field name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from peoplesoft.call import Call
from peoplesoft.errors import ProtocolError
from peoplesoft.query import QueryRow

_MOST_DIGITS: Final = 40


class Columns:
    """The columns of one answer: all its rows have the same.

    The record's alias goes ("A.VENDOR_ID" is VENDOR_ID), unless two columns would then share a name.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._names: dict[str, str] = {}

    def row(self, cells: Mapping[str, object]) -> QueryRow:
        """One row. Raises ProtocolError where its columns are not those of the first row, or a value is none."""
        if cells.keys() != self._names.keys():
            self._learn(cells)
        names = self._names
        return {
            names[column]: (cell.rstrip(" ") or None) if type(cell) is str else self._value(column, cell)
            for column, cell in cells.items()
        }

    def _learn(self, cells: Iterable[str]) -> None:
        columns = list(cells)
        if self._names or not columns:
            missing = ", ".join(sorted(self._names.keys() - set(columns))) or "none"
            added = ", ".join(sorted(set(columns) - self._names.keys())) or "none"
            raise self._call.error(
                ProtocolError,
                f"a row has other columns than the first one: missing {missing}, added {added}",
            )
        plain = {column: column.partition(".")[2] or column for column in columns}
        shared = Counter(plain.values())
        self._names = {column: name if shared[name] == 1 else column for column, name in plain.items()}

    def _value(self, column: str, cell: object) -> Decimal | None:
        if cell is None:
            return None
        if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
            number = Decimal(cell)
            if len(number.as_tuple().digits) <= _MOST_DIGITS and abs(number.adjusted()) <= _MOST_DIGITS:
                return number
        raise self._call.error(ProtocolError, f"column {column} holds what is not a value")
