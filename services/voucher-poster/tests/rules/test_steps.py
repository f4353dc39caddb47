"""What an invoice does after each call: acknowledge, create, settle, verify; the look has a file of its own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import Report, Step
from ap_domain.response import MESSAGE_LIMIT
from chassis.ledger.entry import Phase
from chassis.ledger.machine import Call, Kind
from chassis.ledger.outcomes import Rejected
from voucher_poster.core import calls
from voucher_poster.core.answers import Acknowledged, Created, Revisited, Verified

from .samples import (
    DOUBTED,
    FIRST,
    INTENT,
    LATER,
    MACHINE,
    ONCE,
    OTHER_CONTENT,
    POSTED,
    SECOND,
    TOLD,
    InvoiceEntry,
    after,
    an_entry,
    decided,
    entry_of,
    looked,
    order,
    received,
    report_of,
    started,
)


@pytest.mark.parametrize(
    ("step", "phase", "call"),
    [
        (Step.REHEARSE, Phase.WAITING, calls.REHEARSE),
        (Step.REVISIT, Phase.WAITING, calls.REVISIT),
        (Step.ACKNOWLEDGE, Phase.WAITING, calls.ACKNOWLEDGE),
        (Step.POST, Phase.WAITING, calls.LOOK),
        (Step.POST, Phase.STOPPED, calls.LOOK),
        (Step.POST, Phase.STARTED, calls.CREATE),
        (Step.POST, Phase.IN_DOUBT, calls.SETTLE),
        (Step.VERIFY, Phase.WAITING, calls.VERIFY),
        (Step.REPORT, Phase.STOPPED, calls.REPORT),
        (Step.CONFIRM, Phase.WAITING, calls.CONFIRM),
        (Step.CONFIRMED, Phase.FINAL, None),
        (Step.RETURNED, Phase.FINAL, None),
        (Step.WITHDRAWN, Phase.FINAL, None),
        (Step.DISCARDED, Phase.FINAL, None),
    ],
)
def test_the_call_of_each_step(step: Step, phase: Phase, call: object) -> None:
    assert MACHINE.call(an_entry(step, phase=phase)) == call


def test_a_paused_flow_goes_on_with_what_settles_and_starts_nothing() -> None:
    """Pause forbids new effects, while doubt and confirmations go on; a rehearsal has no effect at all."""
    every = [value for value in vars(calls).values() if isinstance(value, Call)]
    assert {call.name for call in every if call.goes_on_when_paused} == {
        "rehearse",
        "settle",
        "verify",
        "confirm",
        "confirm_payment",
        "search_again",
    }
    assert [call.name for call in every if call.kind is Kind.ONCE] == ["create"]
    assert all(call.kind is Kind.READ for call in every if call.goes_on_when_paused)


def test_posting_begins_only_after_the_acknowledge() -> None:
    entry = after(an_entry(Step.ACKNOWLEDGE), Acknowledged(spacing=5.0))
    assert (entry.step, entry.phase, entry.due) == (Step.POST, Phase.WAITING, LATER)
    assert entry.body.acknowledged_at == LATER
    assert entry.body.write_after == LATER + timedelta(seconds=5)


def test_acknowledged_again_with_its_voucher_the_number_is_told_again_under_a_new_report() -> None:
    body = {**POSTED, "report": TOLD, "reports": 1}
    entry = after(an_entry(Step.ACKNOWLEDGE, body=body), Acknowledged(spacing=5.0))
    assert (entry.step, entry.due) == (Step.REPORT, LATER + timedelta(seconds=5))
    told = report_of(entry)
    assert (told.number, told.success, told.request_id) == (2, True, None)
    assert "00000042" in told.message


def test_acknowledged_with_other_content_than_its_voucher_a_person_decides() -> None:
    entry = after(an_entry(Step.ACKNOWLEDGE, body=OTHER_CONTENT), Acknowledged(spacing=5.0))
    assert (entry.phase, entry.step, entry.body.acknowledged_at) == (Phase.PARKED, Step.POST, LATER)
    assert "instead of before" in entry.reason


def test_acknowledged_while_a_newer_fetch_came_the_voucher_is_seen_before_anything_is_told() -> None:
    """The newer fetch may have other content than the voucher was made of."""
    revisiting = an_entry(Step.REVISIT, body={**POSTED, "reports": 1})
    entry = after(revisiting, Acknowledged(spacing=5.0))
    assert (entry.step, entry.phase, entry.body.reports) == (Step.REVISIT, Phase.WAITING, 1)
    assert entry.body.acknowledged_at == LATER


def test_a_created_voucher_is_reported_with_its_hold() -> None:
    decision = decided(started(payment_block=True), Created(voucher=FIRST, warnings=("w",)))
    entry = entry_of(decision)
    assert (entry.phase, entry.step) == (Phase.WAITING, Step.REPORT)
    assert (entry.body.voucher, entry.body.posted_revision, entry.body.posted_at) == (FIRST, "r", LATER)
    told = report_of(entry)
    assert (told.number, told.success, told.payment_block) == (1, True, True)
    assert decision.notes[0].detail["warnings"] == "w"


@pytest.mark.parametrize(
    ("asked", "shown", "told"),
    [
        (True, None, True),
        (False, None, False),
        (True, True, True),
        (False, True, True),
        (False, False, False),
    ],
)
def test_the_hold_that_is_reported_is_the_vouchers_own_where_the_site_shows_it(
    *, asked: bool, shown: bool | None, told: bool
) -> None:
    voucher = replace(FIRST, payment_hold=shown)
    entry = after(started(payment_block=asked), Created(voucher=voucher))
    assert (report_of(entry).payment_block, entry.body.payment_block) == (told, told)


def test_a_hold_that_was_asked_for_and_is_not_there_is_told_by_a_persons_word() -> None:
    unheld = replace(FIRST, payment_hold=False)
    decision = decided(started(payment_block=True, acknowledged_at=LATER), Created(voucher=unheld))
    waits = entry_of(decision)
    assert (waits.phase, waits.step, waits.body.voucher) == (Phase.PARKED, Step.POST, unheld)
    assert (waits.body.report, waits.body.reports) == (None, 0)
    assert all(word in waits.reason for word in ("00000042", "not held"))
    assert [note.action for note in decision.notes] == ["posted", "parked"]
    resubmitted = entry_of(received(replace(waits, sequence=1), order(Action.RESUBMIT)))
    for held in (True, False):
        seen = after(resubmitted, Revisited(voucher=replace(FIRST, payment_hold=held)))
        assert (report_of(seen).success, report_of(seen).payment_block) == (True, held)


def test_a_recycled_voucher_is_reported_as_posted_with_peoplesofts_reason() -> None:
    recycled = replace(FIRST, entry_status="R")
    reason = "Budget checking is not valid for this distribution line. " * 8
    told = report_of(after(started(), Created(voucher=recycled, warnings=(reason,))))
    assert told.success
    assert "00000042" in told.message
    assert "recycled: Budget checking is not valid" in told.message
    assert told.message.endswith("do not send the invoice again.")
    assert len(told.message) <= MESSAGE_LIMIT
    plain = report_of(after(started(), Created(voucher=recycled)))
    assert "recycled" in plain.message


def test_after_a_create_that_followed_doubt_all_vouchers_are_looked_at_before_anything_is_told() -> None:
    entry = after(started(**DOUBTED), Created(voucher=FIRST))
    assert (entry.step, entry.body.report, entry.body.reports) == (Step.VERIFY, None, 0)
    assert entry.body.voucher == FIRST
    told = after(entry, Verified(same=(FIRST,)))
    assert (told.step, told.body.reports) == (Step.REPORT, 1)


def test_a_second_create_after_one_that_provably_failed_needs_no_second_look() -> None:
    twice = replace(started(), started=replace(ONCE, number=2))
    assert after(twice, Created(voucher=FIRST)).step == Step.REPORT


def rejected(entry: InvoiceEntry) -> InvoiceEntry:
    return entry_of(MACHINE.rejected(entry, Rejected(reason="the account is not valid"), now=LATER))


def test_a_refused_invoice_goes_back_with_the_reason_and_frees_its_key() -> None:
    entry = rejected(started())
    assert (entry.step, entry.phase) == (Step.REPORT, Phase.WAITING)
    assert entry.body.report == Report(number=1, success=False, message="the account is not valid")
    assert MACHINE.claims(entry) == ()
    assert MACHINE.claims(replace(entry, phase=Phase.PARKED)) == ()


def test_a_refusal_after_doubt_is_checked_before_it_is_told() -> None:
    """The late first voucher may be what is in the way of the second."""
    checking = rejected(started(**DOUBTED))
    assert (checking.step, checking.phase) == (Step.POST, Phase.WAITING)
    assert checking.body.report is None
    adopted = after(checking, looked(FIRST))
    assert (adopted.body.voucher, adopted.body.refusal) == (FIRST, None)
    assert report_of(adopted).success
    told = report_of(after(checking, looked()))
    assert (told.success, told.message) == (False, "the account is not valid")
    unclear = after(checking, looked(FIRST, SECOND))
    assert (unclear.phase, unclear.body.report) == (Phase.PARKED, None)


def test_a_live_voucher_is_never_reported_as_refused() -> None:
    entry = rejected(an_entry(Step.POST, body={"voucher": FIRST, "intent": INTENT}))
    assert (entry.phase, entry.body.report) == (Phase.PARKED, None)
    assert "00000042" in entry.reason


def test_a_voucher_found_for_a_doubt_is_adopted() -> None:
    entry = entry_of(MACHINE.adopted(started(Phase.IN_DOUBT), FIRST, now=LATER, others=lambda claim: ()))
    assert (entry.step, entry.body.voucher, entry.body.posted_revision) == (Step.REPORT, FIRST, "r")


@pytest.mark.parametrize("value", ["what is this", None, 17])
def test_an_answer_that_no_step_brings_is_our_bug(value: object) -> None:
    with pytest.raises(TypeError):
        decided(an_entry(Step.POST), value)
    with pytest.raises(TypeError):
        MACHINE.adopted(started(Phase.IN_DOUBT), value, now=LATER, others=lambda claim: ())
