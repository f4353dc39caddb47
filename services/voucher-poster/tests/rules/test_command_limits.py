"""When a command still holds, what the audit says of it, and what it must keep."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ap_domain.command import Action, CommandedLedger
from ap_domain.invoice_state import Step
from chassis.ledger.entry import Phase, Stop
from voucher_poster.core.answers import Acknowledged

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


def test_discarded_what_waited_is_acted_on() -> None:
    waits = document(2, fetched_at=LATER)
    entry = replace(parked(Step.POST, intent=INTENT, newer=waits), started=ONCE)
    found = entry_of(received(entry, order(DISCARD)))
    assert (found.phase, found.step, found.body.document) == (WAITING, Step.ACKNOWLEDGE, waits)
    assert (found.body.cycle, found.body.doubted) == (2, "r")


def test_a_voucher_that_stands_is_told_for_the_content_it_stands_for() -> None:
    entry = entry_of(received(parked(Step.POST, **OTHER_CONTENT), order(RESUBMIT)))
    assert (report_of(entry).success, entry.body.posted_revision) == (True, "r")
    offered = entry_of(received(parked(Step.ACKNOWLEDGE, **OTHER_CONTENT), order(RESUBMIT)))
    assert offered.body.posted_revision == "r"
    assert report_of(after(offered, Acknowledged(spacing=5.0))).success


def test_a_voucher_that_was_not_seen_is_looked_at_again_before_it_can_stand() -> None:
    entry = entry_of(received(parked(Step.REVISIT, **OTHER_CONTENT), order(RESUBMIT)))
    assert entry.body.posted_revision == "before"


@pytest.mark.parametrize(
    ("entry", "action", "attempts"),
    [
        (parked(Step.ACKNOWLEDGE), RESUBMIT, 2),
        (replace(parked(Step.ACKNOWLEDGE), attempts=0), RESUBMIT, 1),
        (replace(parked(Step.ACKNOWLEDGE), attempts=0), SEND_BACK, 1),
        (parked(Step.ACKNOWLEDGE, **OTHER_CONTENT), RESUBMIT, 0),
        (an_entry(Step.ACKNOWLEDGE), SEND_BACK, 0),
        (an_entry(Step.ACKNOWLEDGE, attempts=3), SEND_BACK, 3),
    ],
)
def test_only_what_was_tried_or_is_claimed_by_a_person_counts_as_acknowledged_by_us(
    entry: InvoiceEntry, action: Action, attempts: int
) -> None:
    """An attempt is what makes "already acknowledged" ours."""
    assert entry_of(received(entry, order(action))).attempts == attempts


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
