"""Payments in the world of two invoices: what PeopleSoft shows of a voucher, and what Basware was told and shows."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ap_domain.invoice_state import PaymentReport
from ap_domain.payments import (
    Instalment,
    InstalmentState,
    PaymentPicture,
    PaymentStanding,
    PaymentTold,
    Proof,
)
from chassis.ledger.machine import Input

from .samples import INVOICE_ID, NOW, InvoiceEntry, arrived

SPACING = timedelta(seconds=1)
GROSS = Decimal(100)
DAY = date(2026, 12, 1)


def instalment(state: InstalmentState, gross: Decimal, **changes: Any) -> Instalment:
    """A row of the voucher, in its currency; paid with its gross amount where it is paid."""
    paid = gross if state is InstalmentState.PAID else Decimal(0)
    row = Instalment(
        number=1,
        state=state,
        selection="P" if paid else "N",
        gross=gross,
        paid=paid,
        discount=Decimal(0),
        withheld=Decimal(0),
        currency="EUR",
        due=DAY,
        scheduled=DAY,
        payment_id="0000000007" if paid else "",
        reference="000123" if paid else "",
        paid_on=DAY if paid else None,
    )
    return replace(row, **changes)


def picture(
    *rows: Instalment,
    voucher_id: str = "00000042",
    poll: int = 1,
    invoice_id: str = INVOICE_ID,
    unknown: tuple[str, ...] = (),
) -> PaymentPicture:
    """What one poll found; without rows nothing is scheduled."""
    paid = sum((row.paid for row in rows), Decimal(0))
    settled = bool(rows) and all(row.state is InstalmentState.PAID for row in rows)
    held = any(row.state is InstalmentState.ON_HOLD for row in rows)
    standing = PaymentStanding.PAID if settled else PaymentStanding.SCHEDULED
    if paid and not settled:
        standing = PaymentStanding.PARTIALLY_PAID
    if held:
        standing = PaymentStanding.ON_HOLD
    if unknown:
        standing = PaymentStanding.UNKNOWN
    return PaymentPicture(
        connection_id="acme",
        invoice_id=invoice_id,
        business_unit="US001",
        voucher_id=voucher_id,
        poll_offset=poll,
        observed_at=NOW,
        proof=Proof.QUERY,
        standing=standing,
        settled=settled,
        currency="EUR",
        gross=GROSS,
        paid_total=paid,
        cash_discount=Decimal(0),
        withheld=Decimal(0),
        payment_date=DAY if paid else None,
        on_hold=held,
        instalments=rows,
        unknown=unknown,
        digest=f"{[(row.state, row.gross, row.reference) for row in rows]} {unknown}",
    )


def paid(amount: int = 100, **changes: Any) -> PaymentPicture:
    """So much of it is paid, the rest is scheduled."""
    rows = (
        instalment(InstalmentState.PAID, Decimal(amount)),
        instalment(InstalmentState.SCHEDULED, GROSS - amount, number=2),
    )
    return picture(*(row for row in rows if row.gross), **changes)


def scheduled(**changes: Any) -> PaymentPicture:
    """Nothing is paid yet: there is nothing to tell."""
    return picture(instalment(InstalmentState.SCHEDULED, GROSS), **changes)


def held(**changes: Any) -> PaymentPicture:
    """Somebody put it on hold."""
    return picture(instalment(InstalmentState.ON_HOLD, GROSS), **changes)


def unreadable(**changes: Any) -> PaymentPicture:
    """It shows a code that no rule knows."""
    row = instalment(InstalmentState.UNKNOWN, GROSS, selection="?")
    return picture(row, unknown=("PYMNT_SELCT_STATUS ?",), **changes)


def arriving(found: PaymentPicture) -> Input:
    """A picture as it arrives."""
    return Input(
        topic="peoplesoft.payments",
        partition=3,
        offset=1000 + found.poll_offset,
        key=f"acme/{INVOICE_ID}",
        connection_id="acme",
        payload=found,
        trace_id="00-trace",
    )


def seen(entry: InvoiceEntry, found: PaymentPicture) -> InvoiceEntry:
    """The entry that a picture leaves."""
    return arrived(entry, arriving(found))


@dataclass(slots=True, kw_only=True)
class BaswareSide:
    """What Basware holds of one invoice. A response is stored when it is sent, and shown once that is confirmed."""

    shown: PaymentTold | None = None
    stored: dict[tuple[int, int], PaymentTold] = field(default_factory=dict)
    written: datetime = NOW - timedelta(days=1)
    last: tuple[int, PaymentTold] | None = None
    """The number and the content that was confirmed last, if nothing was sent since."""

    def transferred(self) -> None:
        """Another transferResponse clears what was told of a payment."""
        self.shown = self.last = None

    def sent(self, report: PaymentReport, *, cycle: int) -> None:
        """A payment response arrives, perhaps again."""
        known = self.stored.setdefault((cycle, report.number), report.told)
        assert known == report.told, "a repeat is not the same response"
        again = self.last is not None and self.last[0] != report.number and self.last[1] == report.told
        assert not again, "what Basware confirmed is sent again under another number"

    def carried_out(self, report: PaymentReport) -> None:
        """The response is shown from here on."""
        self.shown, self.last = report.told, (report.number, report.told)
