"""How doubt begins, waits and is settled by what is seen at the remote."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from chassis.ledger import transition
from chassis.ledger.entry import Phase
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import InDoubt, NotSent, Outcome, Retry, Sighted, Stopped

from .moving import CREATE, LATER, SETTLE, STARTED, Tiny, at, decided, moved


def test_doubt_waits_for_the_settle_time_and_forgets_earlier_looks(machine: Any, entry: Tiny) -> None:
    before = at(entry, Phase.STARTED, looks=1, attempts=4)
    after = moved(machine, before, CREATE, InDoubt(reason="silence"))
    assert after.due == LATER + timedelta(seconds=60)
    assert (after.looks, after.attempts, after.started) == (0, 0, STARTED)


def test_a_new_owner_puts_what_was_started_in_doubt_and_nothing_else(entry: Tiny) -> None:
    decision = transition.on_load(at(entry, Phase.STARTED), now=LATER)
    assert decision is not None
    assert decision.entry is not None
    assert (decision.entry.phase, decision.entry.due) == (Phase.IN_DOUBT, LATER + timedelta(seconds=60))
    assert [note.action for note in decision.notes] == ["in doubt"]
    for phase in set(Phase) - {Phase.STARTED}:
        assert transition.on_load(at(entry, phase), now=LATER) is None


def test_two_spaced_empty_looks_settle_that_it_did_not_happen(machine: Any, entry: Tiny) -> None:
    first = moved(machine, at(entry, Phase.IN_DOUBT, attempts=3), SETTLE, Sighted())
    assert (first.phase, first.looks, first.attempts) == (Phase.IN_DOUBT, 1, 0)
    assert first.due == LATER + timedelta(seconds=5)
    second = moved(machine, first, SETTLE, Sighted())
    assert (second.phase, second.looks, second.due, second.reason) == (Phase.WAITING, 0, LATER, "")
    assert second.started == STARTED


def test_a_failed_look_between_two_empty_ones_takes_nothing_back(machine: Any, entry: Tiny) -> None:
    once = at(entry, Phase.IN_DOUBT, looks=1)
    after = moved(machine, once, SETTLE, Retry(reason="busy"))
    assert (after.phase, after.looks, after.attempts) == (Phase.IN_DOUBT, 1, 1)


@pytest.mark.parametrize(
    ("sighted", "words", "alert"),
    [
        (Sighted(same=("v1", "v2")), ["v1", "v2", "more than one"], "yes"),
        (Sighted(different=("v3",)), ["v3", "different"], None),
        (Sighted(same=("v1", "v2"), different=("v3",)), ["v1", "v2"], "yes"),
    ],
)
def test_what_is_sighted_and_not_clear_is_parked_with_its_numbers(
    machine: Any, entry: Tiny, sighted: Sighted, words: list[str], alert: str | None
) -> None:
    decision = decided(machine, at(entry, Phase.IN_DOUBT), SETTLE, sighted)
    assert decision.entry is not None
    assert (decision.entry.phase, decision.entry.due) == (Phase.PARKED, None)
    assert all(word in decision.entry.reason for word in words)
    assert decision.notes[0].detail.get("alert") == alert


def test_one_of_ours_beside_others_under_its_key_is_adopted(machine: Any, entry: Tiny) -> None:
    after = moved(machine, at(entry, Phase.IN_DOUBT), SETTLE, Sighted(same=("v",), different=("w",)))
    assert after.body == "adopted v"


class Replacing:
    """Withdrawing ends the record: an input that had to wait says so."""

    def __init__(self, machine: Any) -> None:
        self._machine = machine

    def withdrawn(self, entry: Tiny, *, now: datetime) -> Tiny:
        return replace(entry, phase=Phase.FINAL, step="gone", due=None, started=None)


@pytest.mark.parametrize(
    ("phase", "call", "outcome"),
    [
        (Phase.STARTED, CREATE, Retry(reason="busy")),
        (Phase.STARTED, CREATE, NotSent(reason="old")),
        (Phase.STARTED, CREATE, Stopped(reason="password", connection_version=7)),
        (Phase.IN_DOUBT, SETTLE, Sighted()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_withdrawing_ended_is_not_woken(
    machine: Any, entry: Tiny, phase: Phase, call: Call, outcome: Outcome
) -> None:
    after = moved(Replacing(machine), at(entry, phase, looks=1), call, outcome)
    assert (after.phase, after.step, after.due, after.attempts) == (Phase.FINAL, "gone", None, 0)
    assert (after.stop is not None) is isinstance(outcome, Stopped)
