"""What a person orders of a payment's report: to give it up, or to send it again."""

from datetime import timedelta

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import PaymentReport, Step
from ap_domain.payments import PaymentTold
from voucher_poster.core.answers import PaymentReported

from .paid_invoices import ALL, CONFIRM, HALF, REPORT, at, payment_of, state, under_way
from .payment_side import paid, seen, unreadable
from .samples import FINAL, LATER, PARKED, POSTED, WAITING, after, document, entry_of, order, parked, received


def test_nobody_can_order_that_an_unknown_code_is_told() -> None:
    entry = at(REPORT, state(unknown=("PYMNT_SELCT_STATUS ?",)), phase=PARKED)
    decision = received(entry, order(Action.RESUBMIT))
    assert decision.entry is entry
    assert "payments.statuses" in decision.notes[0].detail["said"]


def test_a_payment_that_is_given_up_does_not_hide_that_the_invoice_is_offered_again() -> None:
    waited = at(CONFIRM, under_way(), phase=PARKED, newer=document(2))
    left = entry_of(received(waited, order(Action.DISCARD)))
    assert (left.phase, left.step, left.body.newer) == (WAITING, Step.REVISIT, None)
    assert payment_of(left).given_up == HALF


@pytest.mark.parametrize("step", [REPORT, CONFIRM])
def test_a_payment_that_a_person_gives_up_ends_that_response_and_no_later_one(step: Step) -> None:
    left = entry_of(received(at(step, under_way(), phase=PARKED), order(Action.DISCARD)))
    assert (left.phase, left.step, left.reason) == (FINAL, Step.CONFIRMED, "the buyer said so")
    assert (payment_of(left).report, payment_of(left).told, payment_of(left).given_up) == (None, None, HALF)
    again = seen(left, paid(50, poll=6))
    assert (again.phase, again.step) == (FINAL, Step.CONFIRMED), "it is what was given up"
    newer = seen(again, paid(poll=7))
    assert (newer.phase, newer.step) == (WAITING, REPORT)
    report = payment_of(newer).report
    assert report is not None
    assert (report.number, report.told) == (2, ALL)


def test_what_was_given_up_is_told_when_it_comes_again_or_a_person_says_so() -> None:
    left = entry_of(received(at(REPORT, under_way(), phase=PARKED), order(Action.DISCARD)))
    ordered = entry_of(received(left, order(Action.RESUBMIT)))
    assert (ordered.phase, ordered.step, payment_of(ordered).given_up) == (WAITING, REPORT, None)
    between = seen(seen(left, paid(70, poll=6)), paid(50, poll=7))
    assert (payment_of(between).wanted, payment_of(between).given_up) == (HALF, None)


def test_codes_that_a_person_lets_go_are_asked_about_again_with_the_next_picture() -> None:
    unknown = at(REPORT, state(wanted=ALL, unknown=("?",)), phase=PARKED)
    left = entry_of(received(unknown, order(Action.DISCARD)))
    assert (left.phase, left.step, payment_of(left).given_up) == (FINAL, Step.CONFIRMED, None)
    assert seen(left, unreadable(poll=8)).phase is PARKED
    assert seen(left, paid(poll=8)).step == REPORT, "what came before the codes was not given up"


def test_a_response_that_nobody_says_what_became_of_is_sent_again_by_an_order() -> None:
    """Basware lost it: a picture that is final is followed by no newer one."""
    left = entry_of(received(at(CONFIRM, under_way(), phase=PARKED), order(Action.RESUBMIT)))
    assert (left.phase, left.step) == (WAITING, REPORT)
    report = payment_of(left).report
    assert report is not None
    assert (report.number, report.told) == (1, HALF), "the same response: where Basware has it, that counts"
    stored = after(left, PaymentReported(number=1, request_id="q2", spacing=5.0))
    assert (stored.step, stored.body.write_after) == (CONFIRM, LATER + timedelta(seconds=5)), "asked anew"


def test_a_person_who_lets_other_content_stand_has_the_payment_told_too() -> None:
    entry = parked(Step.CONFIRMED, **{**POSTED, "posted_revision": "before"}, payment=state(wanted=ALL))
    assert entry_of(received(entry, order(Action.RESUBMIT))).step == REPORT


@pytest.mark.parametrize(("step", "told"), [(REPORT, HALF), (CONFIRM, None)])
def test_what_basware_shows_after_a_stored_payment_was_given_up_is_not_known(
    step: Step, told: PaymentTold | None
) -> None:
    """Of one that was never sent it is."""
    entry = at(step, state(told=HALF, wanted=ALL, report=PaymentReport(number=2, told=ALL)), phase=PARKED)
    left = entry_of(received(entry, order(Action.DISCARD)))
    assert payment_of(left).told == told
    assert (seen(left, paid(50, poll=9)).step == REPORT) == (told is None)
