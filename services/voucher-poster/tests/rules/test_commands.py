"""What a person's command does, by where the invoice stands."""

from dataclasses import replace

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import Step
from chassis.ledger.entry import Phase

from .samples import (
    DOUBTED,
    INTENT,
    ONCE,
    OTHER_CONTENT,
    POSTED,
    REFUSED,
    SETTLES_LATER,
    TOLD,
    InvoiceEntry,
    an_entry,
    entry_of,
    order,
    parked,
    received,
    started,
)

RESUBMIT, SEND_BACK, DISCARD = Action.RESUBMIT, Action.SEND_BACK, Action.DISCARD
PARKED, WAITING, DOUBT, FINAL = Phase.PARKED, Phase.WAITING, Phase.IN_DOUBT, Phase.FINAL


Outcome = tuple[Phase, str] | str
"""Phase and step that follow, or words of the refusal."""

ROWS: list[tuple[str, InvoiceEntry, Outcome, Outcome, Outcome]] = [
    # where it stands, and what resubmit, send back and discard do
    (
        "parked before the acknowledge",
        parked(Step.ACKNOWLEDGE),
        (WAITING, Step.ACKNOWLEDGE),
        (WAITING, Step.ACKNOWLEDGE),
        (FINAL, Step.DISCARDED),
    ),
    (
        "parked at the look",
        parked(Step.POST),
        (WAITING, Step.POST),
        (WAITING, Step.REPORT),
        (FINAL, Step.DISCARDED),
    ),
    (
        "parked at the look, doubted before",
        parked(Step.POST, **DOUBTED),
        (WAITING, Step.POST),
        (WAITING, Step.POST),
        (FINAL, Step.DISCARDED),
    ),
    (
        "parked in doubt, settled",
        replace(parked(Step.POST, intent=INTENT), started=ONCE),
        (DOUBT, Step.POST),
        (DOUBT, Step.POST),
        (FINAL, Step.DISCARDED),
    ),
    (
        "parked in doubt, a voucher may still appear",
        replace(parked(Step.POST, intent=INTENT), started=SETTLES_LATER),
        (DOUBT, Step.POST),
        (DOUBT, Step.POST),
        "may still appear until",
    ),
    (
        "parked with a voucher of other content",
        replace(parked(Step.POST, **OTHER_CONTENT), started=ONCE),
        (WAITING, Step.REVISIT),
        "never told that it failed",
        (FINAL, Step.DISCARDED),
    ),
    (
        "parked with a voucher at the look",
        replace(parked(Step.POST, **POSTED), started=ONCE),
        (WAITING, Step.REVISIT),
        "never told that it failed",
        (FINAL, Step.DISCARDED),
    ),
    (
        "offered again with other content than the voucher's",
        parked(Step.ACKNOWLEDGE, **OTHER_CONTENT),
        (WAITING, Step.REVISIT),
        "never told that it failed",
        (FINAL, Step.DISCARDED),
    ),
    (
        "its voucher is not shown",
        parked(Step.REVISIT, **OTHER_CONTENT),
        (WAITING, Step.REVISIT),
        "never told that it failed",
        (FINAL, Step.DISCARDED),
    ),
    (
        "more than one voucher after a create",
        replace(parked(Step.VERIFY, **POSTED), started=ONCE),
        (WAITING, Step.VERIFY),
        "never told that it failed",
        (FINAL, Step.DISCARDED),
    ),
    (
        "its voucher could not be told",
        replace(parked(Step.REPORT, **POSTED, report=TOLD, reports=1), started=ONCE),
        (WAITING, Step.REPORT),
        "never told that it failed",
        (FINAL, Step.DISCARDED),
    ),
    (
        "its refusal could not be told",
        parked(Step.REPORT, report=REFUSED, reports=1),
        (WAITING, Step.REPORT),
        "Basware was told, or is being told",
        (FINAL, Step.DISCARDED),
    ),
    (
        "whether it was told is not known",
        parked(Step.CONFIRM, report=REFUSED, reports=1),
        (WAITING, Step.REPORT),
        "Basware was told, or is being told",
        (FINAL, Step.DISCARDED),
    ),
    (
        "other content was seen when its voucher had been told",
        parked(Step.CONFIRMED, **OTHER_CONTENT),
        (FINAL, Step.CONFIRMED),
        "never told that it failed",
        (FINAL, Step.CONFIRMED),
    ),
    (
        "parked in shadow mode",
        parked(Step.REHEARSE),
        (WAITING, Step.REHEARSE),
        "shadow mode",
        (FINAL, Step.DISCARDED),
    ),
    (
        "an input could not be written when it was over",
        parked(Step.RETURNED),
        (FINAL, Step.RETURNED),
        "Basware was told, or is being told",
        (FINAL, Step.DISCARDED),
    ),
    (
        "waiting for the acknowledge",
        an_entry(Step.ACKNOWLEDGE),
        (WAITING, Step.ACKNOWLEDGE),
        (WAITING, Step.ACKNOWLEDGE),
        "not parked",
    ),
    (
        "waiting for the look",
        an_entry(Step.POST),
        (WAITING, Step.POST),
        (WAITING, Step.REPORT),
        "not parked",
    ),
    (
        "stopped at the look",
        an_entry(Step.POST, phase=Phase.STOPPED),
        "it is stopped at post",
        (WAITING, Step.REPORT),
        "not parked",
    ),
    ("a create runs", started(), "it is started at post", "it is started at post", "not parked"),
    ("in doubt", started(DOUBT), "it is in_doubt at post", "it is in_doubt at post", "not parked"),
    (
        "waiting to be told",
        an_entry(Step.REPORT, body={"report": REFUSED, "reports": 1}),
        (WAITING, Step.REPORT),
        "it is waiting at report",
        "not parked",
    ),
    (
        "confirmed",
        an_entry(Step.CONFIRMED, phase=FINAL, body=POSTED),
        "not parked",
        "never told that it failed",
        "not parked",
    ),
    ("returned", an_entry(Step.RETURNED, phase=FINAL), "not parked", "it is final at returned", "not parked"),
]


@pytest.mark.parametrize(
    ("entry", "action", "outcome"),
    [
        pytest.param(row[1], action, outcome, id=f"{row[0]}: {action}")
        for row in ROWS
        for action, outcome in zip((RESUBMIT, SEND_BACK, DISCARD), row[2:], strict=True)
    ],
)
def test_what_a_command_does(entry: InvoiceEntry, action: Action, outcome: Outcome) -> None:
    decision = received(entry, order(action))
    said = decision.notes[0]
    if isinstance(outcome, str):
        assert decision.entry is entry
        assert said.action == "command refused"
        assert outcome in said.detail["said"]
        return
    assert said.action == "command applied"
    found = entry_of(decision)
    assert (found.phase, found.step) == outcome
    assert found.attempts == 0 or found.step == Step.ACKNOWLEDGE or found.phase is FINAL
