"""What a fetch means for an invoice, by where the invoice stands."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ap_domain.invoice_state import Step
from chassis.ledger import transition
from chassis.ledger.entry import Phase, Started
from chassis.ledger.machine import Input
from chassis.ledger.outcomes import Done, Outcome, Retry
from chassis.ledger.policy import Policy
from voucher_poster.core import calls
from voucher_poster.core.answers import Acknowledged

from .samples import (
    CLAIM,
    FIRST,
    IN_PROGRESS,
    INTENT,
    INVOICE_ID,
    LATER,
    MACHINE,
    NOW,
    ONCE,
    POSTED,
    REFUSED,
    SOON,
    InvoiceEntry,
    an_entry,
    entry_of,
    fetch,
    received,
    started,
)

REPORTED_AS_REFUSED = {"report": REFUSED, "reports": 1}


def after(entry: InvoiceEntry | None, record: Input) -> InvoiceEntry:
    return entry_of(received(entry, record))


def test_work_begins_with_a_document_that_is_offered() -> None:
    entry = after(None, fetch(1))
    assert (entry.phase, entry.step, entry.due) == (Phase.WAITING, Step.ACKNOWLEDGE, LATER)
    assert (entry.body.invoice_id, entry.trace_id, entry.body.cycle) == (INVOICE_ID, "00-trace", 1)
    assert (entry.body.document.partition, entry.body.document.offset) == (3, 71)


@pytest.mark.parametrize("status", [IN_PROGRESS, "Transferred", "Cancelled"])
def test_a_document_that_is_not_offered_to_us_is_noted_and_left(status: str) -> None:
    decision = received(None, fetch(1, status=status))
    assert decision.entry is None
    assert [note.action for note in decision.notes] == ["not offered to us"]


@pytest.mark.parametrize("step", [Step.ACKNOWLEDGE, Step.POST, Step.CONFIRM, Step.CONFIRMED])
@pytest.mark.parametrize("number", [1, 0])
def test_a_fetch_that_is_known_or_older_changes_nothing(step: Step, number: int) -> None:
    entry = an_entry(step)
    assert received(entry, fetch(number, revision="other")).entry is entry


def test_a_fetch_older_than_the_one_that_waits_changes_nothing() -> None:
    begun = started()
    waits = after(begun, fetch(3))
    assert received(waits, fetch(2)).entry is waits


Row = tuple[str, dict[str, Any], Input, dict[str, Any]]

ROWS: list[Row] = [
    (
        "newer content before the acknowledge",
        {"step": Step.ACKNOWLEDGE, "attempts": 2, "tried": True},
        fetch(revision="x"),
        {
            "phase": Phase.WAITING,
            "step": Step.ACKNOWLEDGE,
            "attempts": 2,
            "tried": True,
            "acts_on": 2,
            "cycle": 1,
        },
    ),
    (
        "in progress by our own acknowledge",
        {"step": Step.POST, "body": {"acknowledged_at": NOW}},
        fetch(status=IN_PROGRESS),
        {"phase": Phase.WAITING, "step": Step.POST, "acts_on": 2},
    ),
    (
        "offered when it was fetched, acknowledged since",
        {"step": Step.POST, "body": {"acknowledged_at": LATER}},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.POST, "acts_on": 2},
    ),
    (
        "offered again while it waits to be posted",
        {"step": Step.POST, "attempts": 4, "body": {"acknowledged_at": NOW}},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "attempts": 0, "acts_on": 2, "cycle": 1},
    ),
    (
        "withdrawn before it was posted",
        {"step": Step.POST, "body": {"acknowledged_at": NOW}},
        fetch(status="Cancelled"),
        {"phase": Phase.FINAL, "step": Step.WITHDRAWN, "acts_on": 2},
    ),
    (
        "offered again after it was withdrawn",
        {"step": Step.WITHDRAWN, "phase": Phase.FINAL, "due": None},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2, "cycle": 1},
    ),
    (
        "anything while a create runs",
        {"step": Step.POST, "phase": Phase.STARTED, "started": ONCE, "body": {"intent": INTENT}},
        fetch(revision="x"),
        {"phase": Phase.STARTED, "step": Step.POST, "acts_on": 1, "waits": 2},
    ),
    (
        "withdrawn while a create is in doubt",
        {"step": Step.POST, "phase": Phase.IN_DOUBT, "started": ONCE, "body": {"intent": INTENT}},
        fetch(status="Cancelled"),
        {"phase": Phase.IN_DOUBT, "step": Step.POST, "acts_on": 1, "waits": 2},
    ),
    (
        "anything while a doubt is parked",
        {"step": Step.POST, "phase": Phase.PARKED, "started": ONCE, "body": {"intent": INTENT}},
        fetch(revision="x"),
        {"phase": Phase.PARKED, "step": Step.POST, "acts_on": 1, "waits": 2},
    ),
    (
        "offered again where a parked create is known not to have happened",
        {"step": Step.POST, "phase": Phase.PARKED, "started": ONCE},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2},
    ),
    (
        "offered again while parked",
        {"step": Step.POST, "phase": Phase.PARKED, "reason": "duplicate"},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2, "reason": ""},
    ),
    (
        "in progress with the same content while parked",
        {"step": Step.POST, "phase": Phase.PARKED, "reason": "duplicate"},
        fetch(status=IN_PROGRESS),
        {"phase": Phase.PARKED, "step": Step.POST, "acts_on": 1, "reason": "duplicate"},
    ),
    (
        "in progress with other content while parked",
        {"step": Step.POST, "phase": Phase.PARKED, "reason": "duplicate"},
        fetch(status=IN_PROGRESS, revision="x"),
        {"phase": Phase.PARKED, "step": Step.POST, "acts_on": 2, "reason": "duplicate"},
    ),
    (
        "anything while the voucher is reported",
        {"step": Step.REPORT, "body": POSTED},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.REPORT, "acts_on": 1, "waits": 2},
    ),
    (
        "offered again with the content the voucher was made of",
        {"step": Step.CONFIRMED, "phase": Phase.FINAL, "due": None, "body": POSTED},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.REVISIT, "acts_on": 2, "voucher": FIRST},
    ),
    (
        "offered again with other content than the voucher's",
        {"step": Step.CONFIRMED, "phase": Phase.FINAL, "due": None, "body": POSTED},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.REVISIT, "acts_on": 2, "voucher": FIRST},
    ),
    (
        "offered again while parked with a voucher of other content",
        {"step": Step.POST, "phase": Phase.PARKED, "started": ONCE, "attempts": 3, "body": POSTED},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.REVISIT, "acts_on": 2, "voucher": FIRST, "attempts": 0},
    ),
    (
        "in progress while parked with a voucher",
        {"step": Step.POST, "phase": Phase.PARKED, "started": ONCE, "body": POSTED},
        fetch(status=IN_PROGRESS),
        {"phase": Phase.PARKED, "step": Step.POST, "acts_on": 1, "voucher": FIRST},
    ),
    (
        "offered again after it was discarded",
        {"step": Step.DISCARDED, "phase": Phase.FINAL, "due": None},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2, "cycle": 2},
    ),
    (
        "offered in shadow mode while it waits for going live",
        {"step": Step.ACKNOWLEDGE, "body": {"rehearsal": "would be posted"}},
        fetch(shadow=True),
        {"phase": Phase.WAITING, "step": Step.REHEARSE, "acts_on": 2},
    ),
    (
        "taken over by the other system in shadow mode",
        {"step": Step.ACKNOWLEDGE, "body": {"rehearsal": "would be posted"}},
        fetch(status="Transferred", shadow=True),
        {"phase": Phase.FINAL, "step": Step.WITHDRAWN, "acts_on": 2},
    ),
    (
        "transferred, as we reported",
        {"step": Step.CONFIRMED, "phase": Phase.FINAL, "due": None, "body": POSTED},
        fetch(status="Transferred"),
        {"phase": Phase.FINAL, "step": Step.CONFIRMED, "acts_on": 2, "voucher": FIRST},
    ),
    (
        "sent again after it was returned, with equal content",
        {"step": Step.RETURNED, "phase": Phase.FINAL, "due": None, "body": REPORTED_AS_REFUSED},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2, "cycle": 2, "reports": 1},
    ),
    (
        "failed, as we reported",
        {"step": Step.RETURNED, "phase": Phase.FINAL, "due": None, "body": REPORTED_AS_REFUSED},
        fetch(status="TransferFailed"),
        {"phase": Phase.FINAL, "step": Step.RETURNED, "acts_on": 2, "cycle": 1},
    ),
    (
        "its refusal is still to be confirmed",
        {"step": Step.CONFIRM, "body": REPORTED_AS_REFUSED},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.CONFIRM, "acts_on": 1, "waits": 2},
    ),
]


@pytest.mark.parametrize(
    ("before", "record", "wanted"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_a_newer_fetch(before: dict[str, Any], record: Input, wanted: dict[str, Any]) -> None:
    before = dict(before)
    entry = after(an_entry(before.pop("step"), **before), record)
    shown = {
        "phase": entry.phase,
        "step": entry.step,
        "attempts": entry.attempts,
        "tried": entry.tried,
        "reason": entry.reason,
        "acts_on": entry.body.document.fetch_number,
        "waits": entry.body.newer.fetch_number if entry.body.newer else None,
        "cycle": entry.body.cycle,
        "voucher": entry.body.voucher,
        "reports": entry.body.reports,
    }
    assert {name: shown[name] for name in wanted} == wanted
    assert shown["waits"] == wanted.get("waits")


def test_offered_again_the_next_write_keeps_the_spacing() -> None:
    """At least `record_spacing` between two writes to one record of Basware."""
    final = an_entry(Step.RETURNED, phase=Phase.FINAL, due=None, body={"write_after": SOON})
    assert after(final, fetch()).due == SOON


@pytest.mark.parametrize(
    "outcome",
    [Done(value=Acknowledged(spacing=3.0)), Retry(reason="no answer", after=3.0)],
    ids=["answered", "answer lost"],
)
@pytest.mark.parametrize("status", ["WaitingForTransfer", "Cancelled"])
def test_offered_again_during_an_acknowledge_the_next_one_keeps_the_spacing(
    outcome: Outcome, status: str
) -> None:
    """Also where the invoice was withdrawn meanwhile, so that the answer came too late to matter."""
    meanwhile = after(an_entry(Step.ACKNOWLEDGE), fetch(2, status=status))
    ended = transition.on_outcome(
        MACHINE,
        meanwhile,
        calls.ACKNOWLEDGE,
        outcome,
        unchanged=False,
        now=LATER,
        fraction=0.0,
        policy=Policy(),
        others=lambda claim: (),
    )
    again = fetch(3, revision="r3", batch_id="b2", fetched_at=LATER + timedelta(seconds=1))
    left = after(entry_of(ended), again)
    assert left.due is not None
    assert left.due >= LATER + timedelta(seconds=3)


def test_in_shadow_mode_an_invoice_is_rehearsed_first() -> None:
    entry = after(None, fetch(1, shadow=True))
    assert (entry.step, entry.body.document.shadow) == (Step.REHEARSE, True)


def test_a_fetch_that_waited_for_a_create_replaces_it_when_nothing_was_created() -> None:
    doubt = started(Phase.IN_DOUBT)
    back = MACHINE.withdrawn(after(doubt, fetch(revision="x")), now=LATER)
    assert (back.phase, back.step, back.body.document.fetch_number) == (Phase.WAITING, Step.ACKNOWLEDGE, 2)
    assert back.body.newer is None
    assert back.started == ONCE
    gone = MACHINE.withdrawn(after(doubt, fetch(status="Cancelled")), now=LATER)
    assert (gone.phase, gone.step) == (Phase.FINAL, Step.WITHDRAWN)


def test_withdrawn_without_a_newer_fetch_it_looks_again() -> None:
    doubt = started(Phase.IN_DOUBT)
    back = MACHINE.withdrawn(doubt, now=LATER)
    assert (back.phase, back.step, back.due, back.started) == (Phase.WAITING, Step.POST, LATER, ONCE)
    assert MACHINE.claims(back) == ()
    assert back.body.doubted == "r"


def test_a_create_that_was_not_carried_out_leaves_no_doubt() -> None:
    assert MACHINE.withdrawn(started(), now=LATER).body.doubted is None
    assert MACHINE.withdrawn(started(doubted="before"), now=LATER).body.doubted == "before"


@pytest.mark.parametrize(
    ("phase", "begun", "body", "held"),
    [
        (Phase.WAITING, None, {}, False),
        (Phase.STARTED, ONCE, {"intent": INTENT}, True),
        (Phase.IN_DOUBT, ONCE, {"intent": INTENT}, True),
        (Phase.PARKED, ONCE, {"intent": INTENT}, True),
        (Phase.PARKED, ONCE, {}, False),
        (Phase.PARKED, None, {}, False),
        (Phase.FINAL, None, POSTED, True),
        (Phase.WAITING, None, POSTED, True),
    ],
)
def test_the_natural_key_is_held_while_a_voucher_exists_or_may(
    *, phase: Phase, begun: Started | None, body: dict[str, Any], held: bool
) -> None:
    entry = replace(an_entry(Step.POST, body=body), phase=phase, started=begun)
    assert (CLAIM in MACHINE.claims(entry)) == held
