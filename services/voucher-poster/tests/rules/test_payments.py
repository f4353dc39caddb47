"""Every standing of an invoice x what a picture of its payment shows."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from ap_domain.invoice_state import Step
from ap_domain.payments import PaymentPicture, PaymentStanding
from chassis.ledger.entry import Phase

from .paid_invoices import ALL, CONFIRM, REPORT, at, payment_of, state, under_way
from .payment_side import arriving, held, paid, picture, scheduled, seen, unreadable
from .samples import FINAL, MACHINE, NOW, PARKED, TOLD, WAITING, InvoiceEntry, an_entry, entry_of, received

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


def test_nothing_is_paid_of_a_voucher_without_rows() -> None:
    left = seen(at(Step.CONFIRMED, None, phase=FINAL), picture())
    assert (left.phase, left.step, payment_of(left).wanted) == (FINAL, Step.CONFIRMED, None)
