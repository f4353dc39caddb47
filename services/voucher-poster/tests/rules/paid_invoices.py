"""Invoices with a voucher whose payment is told, by what was told of it and what is under way."""

from dataclasses import replace
from typing import Any

from ap_domain.invoice_state import PaymentReport, PaymentState, Step
from ap_domain.payments import PaymentPicture, PaymentTold, payment_told
from chassis.ledger.entry import Phase

from .payment_side import paid
from .samples import PARKED, POSTED, WAITING, InvoiceEntry, an_entry

REPORT, CONFIRM = Step.REPORT_PAYMENT, Step.CONFIRM_PAYMENT


def told(found: PaymentPicture, *, before: PaymentTold | None = None) -> PaymentTold:
    """What Basware is told of a picture."""
    words = payment_told(found, before=before, transfer_block=False)
    assert words is not None
    return words


HALF, ALL = told(paid(50)), told(paid())


def state(**changes: Any) -> PaymentState:
    """A payment of which half was told and confirmed."""
    known = PaymentState(
        poll_offset=1, digest="before", standing="partially_paid", wanted=HALF, told=HALF, reports=1
    )
    return replace(known, **changes)


def under_way(what: PaymentTold = HALF, **changes: Any) -> PaymentState:
    """A payment of which half is being told, and nothing was before."""
    return state(told=None, report=PaymentReport(number=1, told=what), **changes)


def at(step: Step, payment: PaymentState | None, *, phase: Phase = WAITING, **body: Any) -> InvoiceEntry:
    """An invoice with a confirmed voucher, or one on its way."""
    reason = "a person must look" if phase is PARKED else ""
    return an_entry(step, phase=phase, reason=reason, body={**POSTED, "payment": payment, **body})


def payment_of(entry: InvoiceEntry) -> PaymentState:
    """The payment of an entry that has one."""
    assert entry.body.payment is not None
    return entry.body.payment
