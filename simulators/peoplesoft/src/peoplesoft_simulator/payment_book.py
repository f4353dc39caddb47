"""Scheduled payments and payments in the books: read, written, looked up by voucher and by payment."""

import sqlite3
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from peoplesoft_simulator.payment_rows import Instalment, Payment

SCHEMA = """
CREATE TABLE IF NOT EXISTS schedule (
    node TEXT NOT NULL, business_unit TEXT NOT NULL, voucher_id TEXT NOT NULL, number INTEGER NOT NULL,
    selection TEXT NOT NULL, action TEXT NOT NULL, type TEXT NOT NULL, method TEXT NOT NULL,
    hold TEXT NOT NULL, hold_reason TEXT NOT NULL, gross TEXT NOT NULL, paid TEXT NOT NULL,
    paid_gross TEXT NOT NULL, paid_discount TEXT NOT NULL, paid_withheld TEXT NOT NULL, currency TEXT NOT NULL,
    due TEXT, scheduled TEXT, bank TEXT NOT NULL, payment_id TEXT NOT NULL, last_update TEXT NOT NULL,
    fate TEXT NOT NULL, net TEXT NOT NULL, discount TEXT NOT NULL, withheld TEXT NOT NULL,
    PRIMARY KEY (node, business_unit, voucher_id, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS schedule_by_change ON schedule (node, last_update);
CREATE INDEX IF NOT EXISTS schedule_by_payment ON schedule (node, bank, payment_id) WHERE payment_id <> '';
CREATE INDEX IF NOT EXISTS schedule_by_fate ON schedule (node, fate, scheduled);
CREATE TABLE IF NOT EXISTS payments (
    node TEXT NOT NULL, bank TEXT NOT NULL, payment_id TEXT NOT NULL, reference TEXT NOT NULL, day TEXT NOT NULL,
    amount TEXT NOT NULL, currency TEXT NOT NULL, method TEXT NOT NULL, status TEXT NOT NULL,
    cancel_action TEXT NOT NULL, cancel_day TEXT, netted TEXT NOT NULL, last_update TEXT NOT NULL,
    PRIMARY KEY (node, bank, payment_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS payments_by_change ON payments (node, last_update);
CREATE INDEX IF NOT EXISTS payments_by_day ON payments (node, day);
"""
_AMOUNTS = {
    "gross",
    "paid",
    "paid_gross",
    "paid_discount",
    "paid_withheld",
    "net",
    "discount",
    "withheld",
    "amount",
}
_DAYS = {"due", "scheduled", "day", "cancel_day"}
_INSTALMENT = tuple(each.name for each in fields(Instalment))
_PAYMENT = tuple(each.name for each in fields(Payment))


class PaymentBook:
    """The two tables, over the books' own connection: what is written belongs to the books' transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, instalments: Iterable[Instalment]) -> None:
        """Save scheduled payments, replacing those with the same keys."""
        self._put("schedule", _INSTALMENT, instalments)

    def put_payments(self, payments: Iterable[Payment]) -> None:
        """Save payments, replacing those with the same keys."""
        self._put("payments", _PAYMENT, payments)

    def clear(self, node: str, business_unit: str, voucher_id: str) -> None:
        """Forget the schedule of a voucher."""
        self._database.execute(
            "DELETE FROM schedule WHERE node = ? AND business_unit = ? AND voucher_id = ?",
            (node, business_unit, voucher_id),
        )

    def schedule(self, node: str, business_unit: str, voucher_id: str) -> list[Instalment]:
        """The scheduled payments of a voucher, by number."""
        return self._instalments(
            "node = ? AND business_unit = ? AND voucher_id = ? ORDER BY number",
            (node, business_unit, voucher_id),
        )

    def on_payment(self, payment: Payment) -> list[Instalment]:
        """The scheduled payments that a payment carries, or carried where the row still names it."""
        return self._instalments(
            "node = ? AND bank = ? AND payment_id = ? AND payment_id <> ''"
            " ORDER BY business_unit, voucher_id, number",
            (payment.node, payment.bank, payment.payment_id),
        )

    def due(self, node: str, *, up_to: date, business_unit: str | None) -> list[Instalment]:
        """Unpaid scheduled payments that are to be paid by that day and not held, the earliest first."""
        return self._instalments(
            "node = ?1 AND fate IN ('open', 'selected') AND coalesce(scheduled, '') <= ?2 AND hold <> 'Y'"
            " AND (?3 IS NULL OR business_unit = ?3) ORDER BY scheduled, business_unit, voucher_id, number",
            (node, up_to.isoformat(), business_unit),
        )

    def with_open(self, node: str, business_unit: str) -> list[tuple[str, str]]:
        """Keys of the vouchers of a business unit with a scheduled payment that nobody has taken up or holds."""
        found = self._database.execute(
            "SELECT DISTINCT business_unit, voucher_id FROM schedule"
            " WHERE node = ? AND business_unit = ? AND fate = 'open' AND hold <> 'Y' ORDER BY voucher_id",
            (node, business_unit),
        )
        return [(unit, voucher) for unit, voucher in found]

    def payment(self, node: str, bank: str, payment_id: str) -> Payment | None:
        """One payment by its keys."""
        found = self._database.execute(
            f"SELECT {', '.join(_PAYMENT)} FROM payments WHERE node = ? AND bank = ? AND payment_id = ?",  # noqa: S608
            (node, bank, payment_id),
        ).fetchone()
        return Payment(**_read(_PAYMENT, found)) if found else None

    def paid_between(self, node: str, *, first: date, last: date) -> list[tuple[Instalment, Payment | None]]:
        """Scheduled payments whose payment, or else whose plan, falls on one of these days, by day and keys."""
        found = self._instalments(
            "node = ?1 AND ((payment_id = '' AND scheduled BETWEEN ?2 AND ?3) OR (payment_id <> ''"
            " AND (bank, payment_id) IN (SELECT bank, payment_id FROM payments"
            " WHERE node = ?1 AND day BETWEEN ?2 AND ?3))) ORDER BY business_unit, voucher_id, number",
            (node, first.isoformat(), last.isoformat()),
        )
        return [(each, self.payment(node, each.bank, each.payment_id)) for each in found]

    def _instalments(self, where: str, values: Iterable[Any]) -> list[Instalment]:
        rows = self._database.execute(
            f"SELECT {', '.join(_INSTALMENT)} FROM schedule WHERE {where}",  # noqa: S608 - this module's own text
            tuple(values),
        )
        return [Instalment(**_read(_INSTALMENT, row)) for row in rows]

    def _put(self, table: str, names: tuple[str, ...], rows: Iterable[Instalment | Payment]) -> None:
        marks = ", ".join("?" * len(names))
        self._database.executemany(
            f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608 - own names
            ([_stored(getattr(row, name)) for name in names] for row in rows),
        )


def _stored(value: Any) -> Any:
    match value:
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return value


def _read(names: tuple[str, ...], row: tuple[Any, ...]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in zip(names, row, strict=True)}


def _value(name: str, value: Any) -> Any:
    if name in _AMOUNTS:
        return Decimal(value)
    return date.fromisoformat(value) if name in _DAYS and value is not None else value
