"""A voucher that a person names for an invoice that has one, or has a payment."""

from dataclasses import replace

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import Step

from .named_voucher import NAMED, NO, PAYMENT, linkable, ordered
from .payment_side import paid, scheduled, seen
from .samples import (
    FINAL,
    FIRST,
    PARKED,
    POSTED,
    SECOND,
    WAITING,
    InvoiceEntry,
    after,
    an_entry,
    entry_of,
    fetch,
    order,
    parked,
    received,
)

WITH_VOUCHER = [
    ("confirmed", an_entry(Step.CONFIRMED, phase=FINAL, body={**POSTED, "voucher": SECOND})),
    ("paid", an_entry(Step.PAID, phase=FINAL, body={**POSTED, "voucher": SECOND, "payment": PAYMENT})),
    ("parked with other content", parked(Step.CONFIRMED, **{**POSTED, "voucher": SECOND})),
    ("discarded", an_entry(Step.DISCARDED, phase=FINAL, body={**POSTED, "voucher": SECOND})),
]


@pytest.mark.parametrize("entry", [pytest.param(entry, id=name) for name, entry in WITH_VOUCHER])
def test_a_voucher_takes_the_place_of_one_that_peoplesoft_shows_as_deleted(entry: InvoiceEntry) -> None:
    looking = ordered(entry)
    assert (looking.phase, looking.step, looking.body.voucher) == (WAITING, Step.LINK, SECOND)
    left = after(looking, linkable())
    assert (left.phase, left.step, left.body.voucher) == (FINAL, Step.CONFIRMED, FIRST)
    if entry.body.payment is not None:
        payment = left.body.payment
        assert payment is not None
        assert (payment.told, payment.wanted, payment.reports) == (PAYMENT.told, None, PAYMENT.reports)
        assert (payment.settled, payment.digest) == (False, "")
        told = seen(left, scheduled(poll=1))
        assert told.step == Step.REPORT_PAYMENT, "Basware shows the payment of the voucher that is gone"
        assert told.body.payment is not None
        assert told.body.payment.reports == PAYMENT.reports + 1, "no number is used twice"


@pytest.mark.parametrize("entry", [pytest.param(entry, id=name) for name, entry in WITH_VOUCHER])
def test_a_voucher_that_still_lives_keeps_its_place(entry: InvoiceEntry) -> None:
    left = after(ordered(entry), NO)
    assert (left.phase, left.step, left.due) == (entry.phase, entry.step, None)
    assert (left.body.voucher, left.body.payment) == (SECOND, entry.body.payment)
    assert "PeopleSoft does not show it" in left.reason


@pytest.mark.parametrize("how", ["refused", "discarded", "fetched"])
def test_a_payment_that_comes_while_another_voucher_is_looked_at_is_told_afterwards(how: str) -> None:
    entry = an_entry(Step.CONFIRMED, phase=FINAL, body={**POSTED, "voucher": SECOND})
    looking = seen(ordered(entry), paid(voucher_id=SECOND.voucher_id))
    assert looking.step == Step.LINK
    if how == "refused":
        left = after(looking, NO)
    else:
        waits = replace(looking, phase=PARKED, due=None)
        what = order(Action.DISCARD) if how == "discarded" else fetch(2, status="Transferred")
        left = entry_of(received(waits, what))
    assert (left.phase, left.step, left.body.link) == (WAITING, Step.REPORT_PAYMENT, None)


def test_a_discarded_invoice_is_taken_up_by_linking_its_own_voucher() -> None:
    entry = an_entry(Step.DISCARDED, phase=FINAL, body={**POSTED, "payment": PAYMENT})
    left = after(ordered(entry), linkable())
    assert (left.phase, left.step, left.body.voucher) == (FINAL, Step.PAID, FIRST)
    assert left.body.payment == PAYMENT


def test_no_voucher_is_looked_at_while_basware_is_told_of_a_payment() -> None:
    entry = parked(Step.REPORT_PAYMENT, **{**POSTED, "voucher": SECOND, "payment": PAYMENT})
    decision = received(entry, order(Action.LINK, voucher=NAMED))
    assert decision.entry is entry
    assert "discard it first" in decision.notes[0].detail["said"]
