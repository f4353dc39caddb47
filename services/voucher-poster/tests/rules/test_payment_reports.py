"""A report of a payment: stored, asked for, confirmed, or refused and overtaken."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import PaymentReport, Step
from chassis.ledger.entry import Phase
from chassis.ledger.unwritable import unwritable
from voucher_poster.core.answers import Confirmed, PaymentConfirmed, PaymentRefused, PaymentReported, Reported
from voucher_poster.core.documents import STILL_COMES_SECONDS
from voucher_poster.core.paying import MOST_OVERTAKEN

from .paid_invoices import ALL, CONFIRM, HALF, REPORT, at, payment_of, state, under_way
from .payment_side import paid, seen
from .samples import FINAL, LATER, PARKED, TOLD, WAITING, after, decided, entry_of, order, received

STILL_COMES = timedelta(seconds=STILL_COMES_SECONDS)


def test_a_payment_known_before_the_voucher_was_told_is_told_once_that_is_confirmed() -> None:
    early = seen(at(Step.REPORT, None, report=TOLD, reports=1), paid())
    told_number = after(early, Reported(request_id="q", spacing=30.0))
    left = after(told_number, Confirmed())
    assert (left.phase, left.step) == (WAITING, REPORT)
    assert left.due == LATER + timedelta(seconds=30), "the spacing holds between both responses"


def test_a_report_is_stored_asked_for_and_confirmed() -> None:
    due = seen(at(Step.CONFIRMED, None, phase=FINAL), paid())
    stored = after(due, PaymentReported(number=1, request_id="q", spacing=5.0))
    assert (stored.step, stored.body.write_after) == (CONFIRM, LATER + timedelta(seconds=5))
    over = after(stored, PaymentConfirmed(number=1))
    payment = payment_of(over)
    assert (over.phase, over.step, over.due) == (FINAL, Step.PAID, None)
    assert (payment.told, payment.report) == (ALL, None)


def test_what_came_while_a_report_was_under_way_is_told_next() -> None:
    entry = at(CONFIRM, under_way(wanted=ALL))
    left = after(entry, PaymentConfirmed(number=1))
    report = payment_of(left).report
    assert report is not None
    assert (left.step, report.number, report.told, payment_of(left).told) == (REPORT, 2, ALL, HALF)


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (REPORT, PaymentRefused(number=1, reason="409")),
        (CONFIRM, PaymentConfirmed(number=1, problem="Unknown period")),
    ],
)
def test_what_basware_does_not_take_waits_for_a_person_with_the_next_number(
    step: Step, answer: object
) -> None:
    left = after(at(step, under_way()), answer)
    report = payment_of(left).report
    assert report is not None
    assert (left.phase, left.step, report.number, report.told) == (PARKED, REPORT, 2, HALF)
    again = entry_of(received(left, order(Action.RESUBMIT)))
    assert (again.phase, again.step, payment_of(again).report) == (WAITING, REPORT, report)
    newer = after(at(step, under_way(wanted=ALL)), answer)
    report = payment_of(newer).report
    assert report is not None
    assert (newer.phase, newer.step, report.told) == (WAITING, REPORT, ALL), (
        "it is not what is wanted any more"
    )


def test_a_response_that_was_overtaken_is_sent_anew_a_few_times() -> None:
    entry = at(CONFIRM, under_way())
    for number in range(1, MOST_OVERTAKEN + 1):
        entry = after(entry, PaymentConfirmed(number=number, problem="RecordExpired", overtaken=True))
        assert (entry.phase, entry.step) == (WAITING, REPORT)
        entry = after(entry, PaymentReported(number=number + 1, request_id="q", spacing=5.0))
    last = PaymentConfirmed(number=MOST_OVERTAKEN + 1, problem="RecordExpired", overtaken=True)
    assert after(entry, last).phase is PARKED


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (REPORT, PaymentReported(number=1, request_id="q", spacing=5.0)),
        (REPORT, PaymentRefused(number=1, reason="409")),
        (REPORT, PaymentConfirmed(number=1)),
        (CONFIRM, PaymentConfirmed(number=1)),
    ],
)
def test_an_answer_about_an_earlier_report_changes_nothing(step: Step, answer: object) -> None:
    entry = at(step, state(told=None, report=PaymentReport(number=2, told=ALL), reports=2))
    decision = decided(entry, answer)
    left = entry_of(decision)
    assert (left.phase, left.step, left.body.payment) == (entry.phase, entry.step, entry.body.payment)
    assert decision.notes[0].action == "too late"


def test_a_sum_in_another_currency_than_the_invoice_is_told_by_nobody() -> None:
    """A paymentResponse names no currency."""
    entry = at(Step.CONFIRMED, None, phase=FINAL, currency="USD")
    left = seen(entry, paid())
    assert (left.phase, left.step, payment_of(left).wanted) == (PARKED, REPORT, None)
    assert "the voucher is in EUR, the invoice in USD" in left.reason


def test_a_response_whose_end_could_not_be_written_is_asked_about_before_the_next_is_sent() -> None:
    """Basware carries responses out in its own time: the older one may come last."""
    under_question = unwritable(at(CONFIRM, under_way()), "too large").entry
    assert under_question is not None
    left = after(seen(under_question, paid(poll=2)), PaymentConfirmed(number=1))
    report = payment_of(left).report
    assert report is not None
    assert (left.step, report.number, report.told, payment_of(left).told) == (REPORT, 2, ALL, HALF)


def test_the_next_response_was_never_sent_whatever_the_one_before_was() -> None:
    refused = after(replace(at(REPORT, under_way()), tried=True), PaymentRefused(number=1, reason="409"))
    left = seen(refused, paid(poll=2))
    report = payment_of(left).report
    assert report is not None
    assert (left.tried, report.number, report.told) == (False, 3, ALL)


@pytest.mark.parametrize(
    ("overtaken", "stands"), [(False, (FINAL, Step.CONFIRMED)), (True, (WAITING, REPORT))]
)
def test_a_payment_that_is_again_what_basware_shows_is_not_told_once_more(
    overtaken: bool, stands: tuple[Phase, Step]
) -> None:
    """Unless nobody knows what Basware shows."""
    told = replace(
        state(told=HALF, wanted=ALL), report=PaymentReport(number=1, told=ALL, overtaken=MOST_OVERTAKEN)
    )
    refusal = PaymentConfirmed(number=1, problem="Unknown period", overtaken=overtaken)
    waits = after(at(CONFIRM, told), refusal)
    assert (waits.phase, waits.step) == (PARKED, REPORT)
    left = seen(waits, paid(50, poll=9))
    assert (left.phase, left.step) == stands
    assert (payment_of(left).report is None) == (not overtaken)


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (REPORT, PaymentRefused(number=2, reason="409")),
        (CONFIRM, PaymentConfirmed(number=2, problem="Unknown period")),
    ],
)
def test_what_is_wanted_again_by_the_time_the_next_response_fails_is_shown_already(
    step: Step, answer: object
) -> None:
    """Held, released, held again: Basware shows the first hold still."""
    released = state(told=HALF, wanted=HALF, report=PaymentReport(number=2, told=ALL), reports=2)
    decision = decided(at(step, released), answer)
    left = entry_of(decision)
    assert (left.phase, left.step, left.due) == (FINAL, Step.CONFIRMED, None)
    assert (payment_of(left).told, payment_of(left).report) == (HALF, None)
    assert [note.action for note in decision.notes] == ["payment refused"]


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (REPORT, PaymentRefused(number=2, reason="409", sent_before=True)),
        (CONFIRM, PaymentConfirmed(number=2, problem="RecordExpired", overtaken=True)),
    ],
    ids=["an earlier send may arrive", "overtaken by a stranger's"],
)
def test_what_is_wanted_again_is_told_where_basware_may_show_something_else(
    step: Step, answer: object
) -> None:
    released = state(told=HALF, wanted=HALF, report=PaymentReport(number=2, told=ALL), reports=2)
    left = after(at(step, released), answer)
    report = payment_of(left).report
    assert report is not None
    assert (left.phase, left.step, report.told, payment_of(left).told) == (WAITING, REPORT, HALF, None)


def test_a_response_that_was_sent_before_it_was_refused_may_come_before_the_next_is_sent() -> None:
    """Carried out last, the older one would be what Basware shows for good."""
    entry = replace(at(REPORT, under_way(wanted=ALL)), tried=True)
    left = after(entry, PaymentRefused(number=1, reason="409", sent_before=True))
    assert (left.phase, left.step, left.due) == (WAITING, REPORT, LATER + STILL_COMES)
    at_once = after(entry, PaymentRefused(number=1, reason="409"))
    assert at_once.due == LATER, "what never left cannot come"


def test_after_a_day_without_a_word_nobody_knows_what_basware_shows() -> None:
    silent = at(CONFIRM, state(told=HALF, wanted=ALL, report=PaymentReport(number=1, told=ALL)), phase=PARKED)
    silent = replace(silent, since=LATER - timedelta(days=2))
    left = seen(silent, paid(50, poll=9))
    report = payment_of(left).report
    assert report is not None
    assert (left.step, report.told, payment_of(left).told) == (REPORT, HALF, None)
