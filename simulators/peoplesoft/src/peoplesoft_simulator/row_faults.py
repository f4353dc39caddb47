"""Rows of a query that a client must not trust, made from good ones."""

from collections.abc import Iterable

from peoplesoft_simulator.faults import FaultOrder
from peoplesoft_simulator.query import QueryRow

_EXTRA = "A.EXTRA_FIELD"


def twisted(order: FaultOrder | None, rows: Iterable[QueryRow]) -> Iterable[QueryRow]:
    """The rows as they are found under that order; other orders leave them alone."""
    if order is None:
        return rows
    params = order.params
    match order.kind:
        case "silently_cut":
            found = list(rows)
            return found[: len(found) * 2 // 3 if params.rows is None else params.rows]
        case "unsorted":
            return list(rows)[::-1]
        case "duplicated_rows":
            return [each for row in rows for each in (row, row)]
        case "extra_column":
            return ({**row, **dict.fromkeys(params.elements or (_EXTRA,), "X")} for row in rows)
        case "missing_column":
            return ({k: v for k, v in row.items() if k not in _gone(order, row)} for row in rows)
        case _:
            return rows


def _gone(order: FaultOrder, row: QueryRow) -> tuple[str, ...]:
    """The columns named, or the last one."""
    return order.params.elements or tuple(row)[-1:]
