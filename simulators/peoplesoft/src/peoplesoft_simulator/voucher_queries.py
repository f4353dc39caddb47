"""The queries over vouchers and their payments, run in the books' own tables as a site's SQL would be.

The prompt for changes brings whole vouchers: all rows of one of which anything changed, be it the voucher, a scheduled
payment or the payment that carries one.
"""

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from peoplesoft_simulator.clock import database_time
from peoplesoft_simulator.query import Ask, QueryRow, QueryValue, Tables

_CHANGED = """
WITH changed AS MATERIALIZED (
    SELECT BUSINESS_UNIT AS business_unit, VOUCHER_ID AS voucher_id FROM vouchers
    WHERE node = :node AND last_update >= :since
    UNION SELECT business_unit, voucher_id FROM schedule WHERE node = :node AND last_update >= :since
    UNION SELECT s.business_unit, s.voucher_id FROM payments p
    JOIN schedule s ON s.node = p.node AND s.bank = p.bank AND s.payment_id = p.payment_id AND s.payment_id <> ''
    WHERE p.node = :node AND p.last_update >= :since
)
"""
_INSTALMENTS = """
    a.business_unit, a.voucher_id, a.number, a.selection, a.action, a.type, a.method, a.hold, a.hold_reason,
    a.gross, a.paid, a.paid_gross, a.paid_discount, a.paid_withheld, a.currency, a.due, a.scheduled, a.payment_id,
    b.reference, b.day, b.status, b.cancel_action, b.cancel_day, b.netted, a.last_update
"""
_PAYMENT = "LEFT JOIN payments b ON b.node = a.node AND b.bank = a.bank AND b.payment_id = a.payment_id"
_CHARACTERS = (
    "ENTRY_STATUS",
    "MATCH_STATUS_VCHR",
    "APPR_STATUS",
    "BUDGET_HDR_STATUS",
    "POST_STATUS_AP",
    "CLOSE_STATUS",
    "INVOICE_ID",
)


def vouchers(tables: Tables, ask: Ask) -> Iterator[QueryRow]:
    """One row a voucher, deleted ones included."""
    for body, changed in _found(tables, ask, columns="a.body, a.last_update", table="vouchers"):
        yield _voucher(json.loads(body), changed)


def voucher_payments(tables: Tables, ask: Ask) -> Iterator[QueryRow]:
    """One row a scheduled payment, with the payment that carries it where one does."""
    for row in _found(tables, ask, columns=_INSTALMENTS, table="schedule", join=_PAYMENT, then=", a.number"):
        yield _instalment(row)


def _found(
    tables: Tables, ask: Ask, *, columns: str, table: str, join: str = "", then: str = ""
) -> Iterator[tuple[Any, ...]]:
    conditions, values = ["a.node = :node"], {"node": tables.node}
    if ask.setid is not None:
        conditions.append("a.business_unit = :unit")
        values["unit"] = ask.setid
    begin, source, key = "", f"{table} a", "a.voucher_id"
    if ask.since is not None:
        values["since"] = database_time(ask.since)
        if ask.since_by == "row":
            conditions.append("a.last_update >= :since")
        else:
            # The changed ones lead, each looked up by its key: a poll costs what has changed.
            begin, source = _CHANGED, f"changed CROSS JOIN {table} a"
            # The plus keeps SQLite from taking the range for a better way into the table than the key itself.
            key = "+a.voucher_id"
            conditions.append("a.business_unit = changed.business_unit AND a.voucher_id = changed.voucher_id")
    for value, condition in (
        (ask.after, f"{key} > :after"),
        (ask.up_to, f"{key} <= :up_to"),
        (_text(ask.from_day), "json_extract(a.body, '$.ENTERED_DT') >= :from_day"),
        (_text(ask.to_day), "json_extract(a.body, '$.ENTERED_DT') <= :to_day"),
    ):
        if value:
            conditions.append(condition)
            values[condition.rpartition(":")[2]] = value
    yield from _rows(
        tables,
        # Only text of this module goes into the statement.
        f"{begin}SELECT {columns} FROM {source} {join} WHERE {' AND '.join(conditions)}"  # noqa: S608
        f" ORDER BY a.voucher_id, a.business_unit{then}",
        values,
    )


def _rows(tables: Tables, statement: str, values: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    with tables.books.reading() as database:
        cursor: sqlite3.Cursor = database.execute(statement, values)
        yield from cursor


def _voucher(body: dict[str, Any], changed: str) -> QueryRow:
    return {
        "A.BUSINESS_UNIT": body["BUSINESS_UNIT"],
        "A.VOUCHER_ID": body["VOUCHER_ID"],
        **{f"A.{name}": body.get(name, "") for name in _CHARACTERS},
        "A.INVOICE_DT": _day(body.get("INVOICE_DT")),
        "A.VENDOR_SETID": body.get("VENDOR_SETID", ""),
        "A.VENDOR_ID": body.get("VENDOR_ID", ""),
        "A.GROSS_AMT": Decimal(body.get("GROSS_AMT", "0")),
        "A.TXN_CURRENCY_CD": body.get("TXN_CURRENCY_CD", ""),
        "A.PYMNT_TERMS_CD": body.get("PYMNT_TERMS_CD", ""),
        "A.ACCOUNTING_DT": _day(body.get("ACCOUNTING_DT")),
        "A.ORIGIN": body.get("ORIGIN", ""),
        "A.ENTERED_DT": _day(body.get("ENTERED_DT")),
        "A.LAST_UPDATE_DT": _moment(changed),
    }


def _instalment(row: tuple[Any, ...]) -> QueryRow:
    (unit, voucher, number, selection, action, kind, method, hold, reason, *amounts) = row[:14]
    currency, due, scheduled, payment_id = row[14:18]
    reference, day, status, cancelled, cancel_day, netted, changed = row[18:]
    gross, paid, paid_gross, discount, withheld = (Decimal(each) for each in amounts)
    return {
        "A.BUSINESS_UNIT": unit,
        "A.VOUCHER_ID": voucher,
        "A.PYMNT_CNT": number,
        "A.PYMNT_SELCT_STATUS": selection,
        "A.PYMNT_ACTION": action,
        "A.PYMNT_TYPE": kind,
        "A.PYMNT_METHOD": method,
        "A.PYMNT_HOLD": hold,
        "A.PYMNT_HOLD_REASON": reason,
        "A.PYMNT_GROSS_AMT": gross,
        "A.PAID_AMT": paid,
        "A.PAID_AMT_GROSS": paid_gross,
        "A.PAID_AMT_DSCNT": discount,
        "A.WTHD_AMT": withheld,
        "A.CURRENCY_PYMNT": currency,
        "A.DUE_DT": _day(due),
        "A.SCHEDULED_PAY_DT": _day(scheduled),
        "A.PYMNT_ID": payment_id,
        "B.PYMNT_ID_REF": reference or "",
        "B.PYMNT_DT": _day(day),
        "B.PYMNT_STATUS": status or "",
        "B.CANCEL_ACTION": cancelled or "",
        "B.CANCEL_DT": _day(cancel_day),
        "B.NETTED": netted or "",
        "A.LAST_UPDATE_DT": _moment(changed),
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(text: str) -> QueryValue:
    """A date-time of the database; one that was never set is blank."""
    return datetime.fromisoformat(text) if text else None


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
