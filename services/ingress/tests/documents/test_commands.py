"""What a person orders about a parked document: carried out once, for the entry it was given for, or refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.fetch_state import FetchState, Step
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision, Input
from ingress.documents.core.machine import FETCH, DocumentMachine

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MACHINE = DocumentMachine()
PARKED: Entry[FetchState] = Entry(
    key="acme/inv",
    connection_id="acme",
    sequence=4,
    phase=Phase.PARKED,
    step=Step.FETCH,
    attempts=3,
    reason="field x",
    body=FetchState(invoice_id="inv", fetch_number=2, fingerprint="d|b|s|u", tasks=("t1",)),
)
COMMAND = Command(
    command_id="c1",
    connection_id="acme",
    ledger=CommandedLedger.DOCUMENTS,
    record_id="inv",
    action=Action.RESUBMIT,
    reason="the mapping is right now",
    actor="ada",
    issued_at=NOW,
    expires_at=NOW + timedelta(minutes=10),
    expected_sequence=4,
)


def ordered(entry: Entry[FetchState] | None, **changes: Any) -> Decision[FetchState]:
    record = Input(
        topic="ap.commands",
        partition=0,
        offset=0,
        key="acme/inv",
        connection_id="acme",
        payload=replace(COMMAND, **changes),
    )
    return MACHINE.received(entry, record, now=NOW)


def answer(decision: Decision[FetchState]) -> tuple[str, dict[str, str]]:
    (note,) = decision.notes
    return note.action, dict(note.detail)


def test_resubmit_fetches_again() -> None:
    decision = ordered(PARKED)
    entry = decision.entry
    assert entry is not None
    assert (entry.phase, entry.step, entry.due, entry.attempts, entry.reason) == (
        Phase.WAITING,
        Step.FETCH,
        NOW,
        0,
        "",
    )
    assert MACHINE.call(entry) == FETCH
    action, detail = answer(decision)
    assert action == "command applied"
    assert detail == {
        "command": "c1",
        "action": "resubmit",
        "by": "ada",
        "reason": "the mapping is right now",
        "said": "it is fetched again",
    }


def test_discard_ends_it_with_the_reason() -> None:
    decision = ordered(PARKED, action=Action.DISCARD, reason="keyed by hand")
    entry = decision.entry
    assert entry is not None
    assert (entry.phase, entry.step, entry.due) == (Phase.FINAL, Step.FETCHED, None)
    assert entry.reason == "discarded by ada: keyed by hand"
    assert entry.body.tasks == ("t1",)
    assert MACHINE.call(entry) is None
    assert answer(decision)[0] == "command applied"


@pytest.mark.parametrize(
    ("entry", "changes", "said"),
    [
        pytest.param(None, {}, "nothing is known", id="nothing there"),
        pytest.param(PARKED, {"expires_at": NOW - timedelta(microseconds=1)}, "expired", id="too late"),
        pytest.param(PARKED, {"expected_sequence": 3}, "version 3", id="of an older entry"),
        pytest.param(PARKED, {"expected_sequence": 5}, "version 5", id="of a later entry"),
        *(
            pytest.param(replace(PARKED, phase=phase), {}, "not parked", id=str(phase))
            for phase in Phase
            if phase is not Phase.PARKED
        ),
        pytest.param(PARKED, {"action": Action.SEND_BACK}, "return it in Basware", id="send back"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words_and_changes_nothing(
    entry: Entry[FetchState] | None, changes: dict[str, Any], said: str
) -> None:
    decision = ordered(entry, **changes)
    assert decision.entry is entry
    action, detail = answer(decision)
    assert action == "command refused"
    assert said in detail["said"]
    assert (detail["command"], detail["by"]) == ("c1", "ada")


@pytest.mark.parametrize("entry", [None, PARKED])
def test_a_command_to_the_other_ledger_is_not_ours_to_answer(entry: Entry[FetchState] | None) -> None:
    decision = ordered(entry, ledger=CommandedLedger.VOUCHERS)
    assert decision.entry is entry
    assert decision.notes == ()


def test_a_command_holds_once() -> None:
    first = ordered(PARKED).entry
    assert first is not None
    again = ordered(replace(first, sequence=5))
    assert answer(again)[0] == "command refused"


def test_a_very_long_reason_is_cut_to_what_an_entry_holds() -> None:
    entry = ordered(PARKED, action=Action.DISCARD, reason="x" * 5000).entry
    assert entry is not None
    assert len(entry.reason) <= 1000
