"""Every standing of an invoice x what a picture of its payment shows."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import PaymentReport, PaymentState, Step
from ap_domain.payments import PaymentPicture, PaymentStanding, PaymentTold, payment_told
from chassis.ledger import transition
from chassis.ledger.entry import Phase
from voucher_poster.core.answers import (
    Acknowledged,
    Confirmed,
    PaymentConfirmed,
    PaymentRefused,
    PaymentReported,
    Reported,
    Revisited,
)
from voucher_poster.core.paying import MOST_OVERTAKEN

from .payment_side import arriving, held, paid, picture, scheduled, unreadable
from .samples import (
    LATER,
    MACHINE,
    NOW,
    POSTED,
    TOLD,
    InvoiceEntry,
    after,
    an_entry,
    decided,
    document,
    entry_of,
    fetch,
    order,
    parked,
    received,
)

WAITING, PARKED, FINAL = Phase.WAITING, Phase.PARKED, Phase.FINAL
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


def seen(entry: InvoiceEntry, found: PaymentPicture) -> InvoiceEntry:
    """The entry that a picture leaves."""
    return entry_of(received(entry, arriving(found)))


def payment_of(entry: InvoiceEntry) -> PaymentState:
    """The payment of an entry that has one."""
    assert entry.body.payment is not None
    return entry.body.payment


ROWS: list[tuple[str, InvoiceEntry, PaymentPicture, tuple[Phase, Step], int]] = [
    # where it stands, what comes, where it stands then, and the number of the report under way (0: none)
    ("nothing to tell", at(Step.CONFIRMED, None, phase=FINAL), scheduled(), (FINAL, Step.CONFIRMED), 0),
    ("paid", at(Step.CONFIRMED, None, phase=FINAL), paid(), (WAITING, REPORT), 1),
    ("held", at(Step.CONFIRMED, None, phase=FINAL), held(), (WAITING, REPORT), 1),
    (
        "held as reported",
        at(Step.CONFIRMED, None, phase=FINAL, payment_block=True),
        held(),
        (FINAL, Step.CONFIRMED),
        0,
    ),
    ("a code nobody knows", at(Step.CONFIRMED, None, phase=FINAL), unreadable(), (PARKED, REPORT), 0),
    ("more is paid", at(Step.CONFIRMED, state(), phase=FINAL), paid(poll=2), (WAITING, REPORT), 2),
    (
        "taken back after all was paid",
        at(Step.PAID, state(), phase=FINAL),
        scheduled(poll=2),
        (WAITING, REPORT),
        2,
    ),
    (
        "the same is told already",
        at(Step.PAID, state(wanted=ALL, told=ALL), phase=FINAL),
        paid(poll=2),
        (FINAL, Step.PAID),
        0,
    ),
    ("before the acknowledge", at(Step.ACKNOWLEDGE, None), paid(), (WAITING, Step.ACKNOWLEDGE), 0),
    (
        "while its voucher is told",
        at(Step.CONFIRM, None, report=TOLD, reports=1),
        paid(),
        (WAITING, Step.CONFIRM),
        0,
    ),
    ("while it is revisited", at(Step.REVISIT, None), paid(), (WAITING, Step.REVISIT), 0),
    ("a report waits", at(REPORT, under_way()), paid(poll=2), (WAITING, REPORT), 1),
    ("a report is asked for", at(CONFIRM, under_way()), paid(poll=2), (WAITING, CONFIRM), 1),
    (
        "a report is stopped",
        at(REPORT, under_way(), phase=Phase.STOPPED),
        paid(poll=2),
        (Phase.STOPPED, REPORT),
        1,
    ),
    (
        "a report was refused, other now",
        at(REPORT, under_way(), phase=PARKED),
        paid(poll=2),
        (WAITING, REPORT),
        2,
    ),
    (
        "a report was refused, the same",
        at(REPORT, under_way(), phase=PARKED),
        paid(50, poll=2),
        (PARKED, REPORT),
        1,
    ),
    (
        "it may have been sent, other now",
        replace(at(REPORT, under_way(), phase=PARKED), tried=True),
        paid(poll=2),
        (WAITING, REPORT),
        1,
    ),
    (
        "nobody says for a day what became of it, other now",
        at(CONFIRM, under_way(), phase=PARKED, write_after=NOW - timedelta(hours=25)),
        paid(poll=2),
        (WAITING, REPORT),
        2,
    ),
    (
        "it was not asked to the end what became of it, other now",
        at(CONFIRM, under_way(), phase=PARKED),
        paid(poll=2),
        (WAITING, CONFIRM),
        1,
    ),
    (
        "nobody says what became of it, the same",
        at(CONFIRM, under_way(), phase=PARKED),
        paid(50, poll=2),
        (PARKED, CONFIRM),
        1,
    ),
    (
        "nobody says, and a code nobody knows",
        at(CONFIRM, under_way(), phase=PARKED),
        unreadable(poll=2),
        (PARKED, CONFIRM),
        1,
    ),
    (
        "a code nobody knew, known by now",
        at(REPORT, state(unknown=("?",)), phase=PARKED),
        paid(poll=2),
        (WAITING, REPORT),
        2,
    ),
    (
        "a code nobody knew, and nothing to tell",
        at(REPORT, state(wanted=None, told=None, unknown=("?",), reports=0), phase=PARKED),
        scheduled(poll=2),
        (FINAL, Step.CONFIRMED),
        0,
    ),
    (
        "refused, then a code nobody knew, known by now",
        at(REPORT, under_way(unknown=("?",)), phase=PARKED),
        paid(50, poll=2),
        (WAITING, REPORT),
        1,
    ),
    (
        "other content waits for a person",
        at(Step.CONFIRMED, state(), phase=PARKED),
        paid(poll=2),
        (PARKED, Step.CONFIRMED),
        0,
    ),
    ("discarded", at(Step.DISCARDED, None, phase=FINAL), paid(), (FINAL, Step.DISCARDED), 0),
]


@pytest.mark.parametrize(
    ("entry", "found", "stands", "number"), [pytest.param(*row[1:], id=row[0]) for row in ROWS]
)
def test_what_a_picture_does(
    entry: InvoiceEntry, found: PaymentPicture, stands: tuple[Phase, Step], number: int
) -> None:
    left = seen(entry, found)
    payment = payment_of(left)
    assert (left.phase, left.step) == stands
    assert (payment.report.number if payment.report is not None else 0) == number
    assert payment.poll_offset == found.poll_offset
    if left.phase is WAITING:
        assert MACHINE.call(left) is not None


def test_an_older_picture_and_an_earlier_one_of_the_same_poll_leave_no_trace() -> None:
    entry = at(Step.CONFIRMED, state(poll_offset=5, observed_at=NOW + timedelta(seconds=1)), phase=FINAL)
    for poll in (4, 5):
        decision = received(entry, arriving(paid(poll=poll)))
        assert (decision.entry, decision.notes) == (entry, ())


@pytest.mark.parametrize("observed_at", [None, NOW - timedelta(seconds=1), NOW])
def test_what_the_same_poll_found_when_it_ran_again_is_told(observed_at: datetime | None) -> None:
    """The poller died before the poll's result, and the voucher was paid before the next one took over."""
    entry = at(Step.CONFIRMED, state(poll_offset=5, observed_at=observed_at), phase=FINAL)
    left = seen(entry, paid(poll=5))
    assert (left.phase, left.step, payment_of(left).wanted) == (WAITING, REPORT, ALL)
    assert payment_of(left).observed_at == NOW


def test_what_peoplesoft_does_not_show_whole_any_more_does_not_open_what_is_settled() -> None:
    over = at(Step.PAID, state(wanted=ALL, told=ALL, settled=True, standing="paid"), phase=FINAL)
    gone = replace(picture(poll=2), standing=PaymentStanding.UNKNOWN)
    left = seen(over, gone)
    assert (left.phase, left.step, payment_of(left).settled) == (FINAL, Step.PAID, True)
    taken_back = seen(left, scheduled(poll=3))
    assert (taken_back.step, payment_of(taken_back).settled) == (REPORT, False)


def test_a_picture_of_what_is_known_only_moves_the_poll() -> None:
    known = seen(at(Step.CONFIRMED, None, phase=FINAL), scheduled())
    decision = received(known, arriving(scheduled(poll=9)))
    assert decision.notes == ()
    assert payment_of(entry_of(decision)) == replace(payment_of(known), poll_offset=9, observed_at=NOW)


def test_a_payment_of_an_invoice_that_nobody_knows_waits_for_a_person() -> None:
    decision = received(None, arriving(paid()))
    entry = entry_of(decision)
    assert (entry.phase, entry.step, entry.body.document.partition) == (PARKED, Step.WITHDRAWN, -1)
    assert "US001/00000042" in entry.reason
    assert [note.action for note in decision.notes] == ["parked"]


@pytest.mark.parametrize(
    ("entry", "found", "phase"),
    [
        (at(Step.CONFIRMED, None, phase=FINAL), paid(voucher_id="other"), FINAL),
        (an_entry(Step.RETURNED, phase=FINAL), paid(), PARKED),
        (an_entry(Step.RETURNED, phase=FINAL), scheduled(), FINAL),
        (an_entry(Step.POST), paid(), WAITING),
    ],
    ids=["it has another one", "it has none", "it has none, and nothing is paid", "it has none yet"],
)
def test_a_picture_of_another_voucher_is_told_to_nobody(
    entry: InvoiceEntry, found: PaymentPicture, phase: Phase
) -> None:
    decision = received(entry, arriving(found))
    left = entry_of(decision)
    assert (left.phase, left.step, left.body.payment) == (phase, entry.step, None)
    assert decision.notes[0].action == "payment of another voucher"


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


def test_nobody_can_order_that_an_unknown_code_is_told() -> None:
    entry = at(REPORT, state(unknown=("PYMNT_SELCT_STATUS ?",)), phase=PARKED)
    decision = received(entry, order(Action.RESUBMIT))
    assert decision.entry is entry
    assert "payments.statuses" in decision.notes[0].detail["said"]


@pytest.mark.parametrize(
    ("entry", "stands"),
    [
        (at(Step.PAID, state(), phase=FINAL), (WAITING, Step.REVISIT)),
        (at(REPORT, under_way(), phase=PARKED), (WAITING, Step.REVISIT)),
        (at(REPORT, under_way()), (WAITING, REPORT)),
        (at(CONFIRM, under_way()), (WAITING, CONFIRM)),
    ],
    ids=["at rest", "refused", "a report waits", "a report is asked for"],
)
def test_an_invoice_that_is_offered_again_is_revisited_once_no_report_is_under_way(
    entry: InvoiceEntry, stands: tuple[Phase, Step]
) -> None:
    left = entry_of(received(entry, fetch(2)))
    assert (left.phase, left.step) == stands
    assert payment_of(left) == entry.body.payment


@pytest.mark.parametrize("answer", [PaymentConfirmed(number=1), PaymentConfirmed(number=1, problem="no")])
def test_a_fetch_that_waited_for_a_report_is_acted_on(answer: PaymentConfirmed) -> None:
    offered = after(at(CONFIRM, under_way(wanted=ALL), newer=document(2)), answer)
    assert (offered.step, offered.body.newer) == (Step.REVISIT, None)
    shown = document(2, status="Paid", digest="new")
    left = after(at(CONFIRM, under_way(wanted=ALL), newer=shown), answer)
    assert (left.step, left.body.document, left.body.newer) == (REPORT, shown, None)


def test_another_transfer_makes_basware_hear_of_the_payment_again() -> None:
    entry = entry_of(received(at(Step.PAID, state(), phase=FINAL), fetch(2)))
    for answer in (
        Revisited(voucher=POSTED["voucher"]),
        Acknowledged(spacing=5.0),
        Reported(request_id="q", spacing=5.0),
        Confirmed(),
    ):
        entry = after(entry, answer)
    report = payment_of(entry).report
    assert report is not None
    assert (entry.step, report.number, report.told) == (REPORT, 2, HALF)


def test_a_voucher_that_is_gone_takes_its_payment_with_it() -> None:
    entry = an_entry(Step.REVISIT, body={**POSTED, "payment": state()})
    assert after(entry, Revisited(voucher=None)).body.payment is None


def test_a_response_whose_end_could_not_be_written_is_asked_about_before_the_next_is_sent() -> None:
    """Basware carries responses out in its own time: the older one may come last."""
    under_question = transition.unwritable(at(CONFIRM, under_way()), "too large").entry
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


def test_other_content_in_transfer_is_not_hidden_by_a_payment_that_was_refused() -> None:
    entry = at(REPORT, under_way(), phase=PARKED)
    left = entry_of(received(entry, fetch(2, status="TransferInProgress", revision="other")))
    assert (left.phase, left.step) == (PARKED, Step.CONFIRMED)
    assert "other content" in left.reason


def test_nothing_is_paid_of_a_voucher_without_rows() -> None:
    left = seen(at(Step.CONFIRMED, None, phase=FINAL), picture())
    assert (left.phase, left.step, payment_of(left).wanted) == (FINAL, Step.CONFIRMED, None)
