"""When a command still holds, what the audit says of it, and what it must keep."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from ap_domain.command import Action, CommandedLedger
from ap_domain.invoice_state import Step
from chassis.ledger.entry import Phase, Stop
from voucher_poster.core.answers import Acknowledged, Revisited

from .samples import (
    DOUBTED,
    FIRST,
    INTENT,
    LATER,
    NOW,
    ONCE,
    OTHER_CONTENT,
    REFUSED,
    SETTLES_LATER,
    SOON,
    InvoiceEntry,
    after,
    an_entry,
    document,
    entry_of,
    looked,
    order,
    parked,
    received,
    report_of,
)

RESUBMIT, SEND_BACK, DISCARD = Action.RESUBMIT, Action.SEND_BACK, Action.DISCARD
PARKED, WAITING = Phase.PARKED, Phase.WAITING


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (order(RESUBMIT, expires_at=LATER - timedelta(seconds=1)), "it expired at 2026-11-22T12:04:59"),
        (order(RESUBMIT, sequence=0), "moved on since it was looked at (entry 1, not 0)"),
        (order(RESUBMIT, sequence=2), "moved on since it was looked at (entry 1, not 2)"),
    ],
)
def test_a_command_that_is_too_late_is_refused(record: Any, words: str) -> None:
    entry = parked(Step.POST)
    decision = received(entry, record)
    assert decision.entry is entry
    assert words in decision.notes[0].detail["said"]


def test_a_command_for_an_invoice_nobody_knows_is_refused() -> None:
    decision = received(None, order(DISCARD))
    assert decision.entry is None
    assert decision.notes[0].detail["said"] == "nothing is known of this invoice"


@pytest.mark.parametrize("entry", [None, parked(Step.POST)])
def test_a_command_for_the_other_ledger_is_none_of_ours(entry: InvoiceEntry | None) -> None:
    decision = received(entry, order(DISCARD, ledger=CommandedLedger.DOCUMENTS))
    assert decision.entry is entry
    assert decision.notes == ()


@pytest.mark.parametrize(("action", "applied"), [(RESUBMIT, True), (DISCARD, True), (SEND_BACK, False)])
def test_the_audit_says_who_ordered_what_why_and_what_came_of_it(*, action: Action, applied: bool) -> None:
    note = received(parked(Step.REHEARSE), order(action)).notes[0]
    assert note.action == ("command applied" if applied else "command refused")
    said = note.detail["said"]
    assert said
    assert note.detail == {
        "command": "c1",
        "action": str(action),
        "by": "kim",
        "reason": "the buyer said so",
        "said": said,
    }


def test_sent_back_the_clerk_reads_the_persons_reason() -> None:
    entry = entry_of(received(parked(Step.POST), order(SEND_BACK, reason="wrong\nsupplier " * 40)))
    told = report_of(entry)
    assert not told.success
    assert told.message.startswith("wrong supplier wrong supplier")
    assert len(told.message) <= 250
    later = entry_of(received(parked(Step.ACKNOWLEDGE), order(SEND_BACK)))
    assert report_of(after(later, Acknowledged(spacing=5.0))).message == "the buyer said so."


def test_sent_back_after_doubt_it_is_told_only_once_peoplesoft_shows_nothing() -> None:
    entry = entry_of(received(parked(Step.POST, **DOUBTED), order(SEND_BACK)))
    assert report_of(after(entry, looked())).message == "the buyer said so."
    adopted = after(entry, looked(FIRST))
    assert (report_of(adopted).success, adopted.body.refusal) == (True, None)


def test_in_doubt_peoplesoft_is_not_asked_before_the_settle_time() -> None:
    entry = replace(parked(Step.POST, intent=INTENT), started=SETTLES_LATER, looks=1)
    for action in (RESUBMIT, SEND_BACK):
        found = entry_of(received(entry, order(action)))
        assert (found.due, found.looks) == (LATER + timedelta(seconds=40), 0)
        assert (found.body.refusal is not None) == (action is SEND_BACK)


def test_discarded_in_doubt_it_is_still_known_that_a_voucher_may_exist() -> None:
    entry = replace(parked(Step.POST, intent=INTENT), started=ONCE)
    gone = entry_of(received(entry, order(DISCARD)))
    assert (gone.body.doubted, gone.started, gone.reason) == ("r", None, "the buyer said so")


def test_discarded_in_doubt_it_is_searched_for_once_more_under_the_number_it_had() -> None:
    """Offered again with another number, a look finds nothing under that one."""
    entry = replace(parked(Step.POST, intent=INTENT), started=ONCE)
    gone = entry_of(received(entry, order(DISCARD)))
    assert gone.body.late is not None
    assert (gone.body.late.intents, gone.due) == ((INTENT,), gone.body.late.due)
    waits = document(2, fetched_at=LATER)
    again = replace(entry, body=replace(entry.body, newer=waits))
    assert entry_of(received(again, order(DISCARD))).body.late == gone.body.late


def test_discarded_what_waited_is_acted_on() -> None:
    waits = document(2, fetched_at=LATER)
    entry = replace(parked(Step.POST, intent=INTENT, newer=waits), started=ONCE)
    found = entry_of(received(entry, order(DISCARD)))
    assert (found.phase, found.step, found.body.document) == (WAITING, Step.ACKNOWLEDGE, waits)
    assert (found.body.cycle, found.body.doubted) == (2, "r")


@pytest.mark.parametrize("step", [Step.POST, Step.ACKNOWLEDGE])
def test_a_voucher_that_a_person_lets_stand_is_told_if_peoplesoft_still_has_it(step: Step) -> None:
    revisit = entry_of(received(parked(step, **OTHER_CONTENT), order(RESUBMIT)))
    assert (revisit.step, revisit.body.posted_revision, revisit.body.report) == (Step.REVISIT, "r", None)
    offered = after(revisit, Revisited(voucher=FIRST))
    assert offered.step == Step.ACKNOWLEDGE
    assert report_of(after(offered, Acknowledged(spacing=5.0))).success
    transferred = replace(revisit, body=replace(revisit.body, acknowledged_at=LATER))
    assert report_of(after(transferred, Revisited(voucher=FIRST))).success


@pytest.mark.parametrize(
    ("step", "acknowledged", "onward"),
    [
        (Step.POST, LATER, Step.POST),
        (Step.ACKNOWLEDGE, None, Step.ACKNOWLEDGE),
    ],
)
def test_a_voucher_deleted_since_the_person_looked_is_never_told_and_the_invoice_is_posted_anew(
    step: Step, acknowledged: datetime | None, onward: Step
) -> None:
    waits = parked(step, **OTHER_CONTENT, acknowledged_at=acknowledged)
    gone = after(entry_of(received(waits, order(RESUBMIT))), Revisited(voucher=None))
    assert (gone.phase, gone.step) == (WAITING, onward)
    assert (gone.body.voucher, gone.body.posted_revision, gone.body.report) == (None, None, None)


def test_other_content_that_was_seen_too_late_is_settled_by_a_persons_word() -> None:
    entry = entry_of(received(parked(Step.CONFIRMED, **OTHER_CONTENT), order(RESUBMIT)))
    assert (entry.phase, entry.body.posted_revision, entry.body.reports) == (Phase.FINAL, "r", 0)


def test_a_voucher_that_was_not_seen_is_looked_at_again_before_it_can_stand() -> None:
    entry = entry_of(received(parked(Step.REVISIT, **OTHER_CONTENT), order(RESUBMIT)))
    assert entry.body.posted_revision == "before"


@pytest.mark.parametrize(
    ("entry", "action", "tried"),
    [
        (parked(Step.ACKNOWLEDGE), RESUBMIT, True),
        (parked(Step.ACKNOWLEDGE), SEND_BACK, True),
        (parked(Step.ACKNOWLEDGE, **OTHER_CONTENT), RESUBMIT, False),
        (an_entry(Step.ACKNOWLEDGE), SEND_BACK, False),
        (an_entry(Step.ACKNOWLEDGE, attempts=3), SEND_BACK, False),
        (an_entry(Step.ACKNOWLEDGE, tried=True), SEND_BACK, True),
    ],
)
def test_only_what_was_tried_or_is_claimed_by_a_person_counts_as_acknowledged_by_us(
    *, entry: InvoiceEntry, action: Action, tried: bool
) -> None:
    """That it may have taken effect is what makes "already acknowledged" ours."""
    assert entry_of(received(entry, order(action))).tried is tried


@pytest.mark.parametrize("phase", [WAITING, PARKED])
@pytest.mark.parametrize(("step", "body"), [(Step.ACKNOWLEDGE, {}), (Step.REPORT, {"report": REFUSED})])
def test_also_an_order_keeps_the_spacing_of_writes(phase: Phase, step: Step, body: dict[str, Any]) -> None:
    entry = an_entry(step, phase=phase, due=LATER + timedelta(hours=1), body={**body, "write_after": SOON})
    assert entry_of(received(entry, order(RESUBMIT))).due == SOON
    reads = an_entry(Step.POST, due=LATER + timedelta(hours=1), body={"write_after": SOON})
    assert entry_of(received(reads, order(RESUBMIT))).due == LATER


def test_sent_back_the_stop_of_its_flow_is_no_matter_of_it_any_more() -> None:
    stop = Stop(flow="peoplesoft", connection_version=7, at=NOW, reason="401")
    entry = an_entry(Step.POST, phase=Phase.STOPPED, stop=stop)
    assert entry_of(received(entry, order(SEND_BACK))).stop is None
