"""What is left of a record when a decision about it could not be written."""

import pytest
from chassis.ledger.entry import Missed, Phase
from chassis.ledger.machine import Call
from chassis.ledger.unwritable import MISSED, unwritable
from chassis.ledger.words import LONGEST

from .moving import LOOK, REPORT, STOP, Tiny, at


@pytest.mark.parametrize(("call", "tried"), [(REPORT, True), (LOOK, False), (None, False)])
def test_what_a_call_did_that_cannot_be_written_down_may_have_taken_effect(
    *, entry: Tiny, call: Call | None, tried: bool
) -> None:
    after = unwritable(entry, "too large", call=call).entry
    assert after is not None
    assert after.tried is tried


@pytest.mark.parametrize("phase", Phase)
def test_unwritable_parks_and_keeps_what_may_have_happened(entry: Tiny, phase: Phase) -> None:
    before = at(entry, phase, attempts=2, stop=STOP)
    after = unwritable(before, "too large").entry
    assert after is not None
    assert (after.phase, after.due, after.attempts, after.reason) == (Phase.PARKED, None, 3, "too large")
    assert after.started == before.started
    assert after.body == before.body


def test_of_very_many_missed_inputs_the_latest_are_remembered_each_once(entry: Tiny) -> None:
    places = [Missed(topic="inputs", partition=4, offset=offset) for offset in range(MISSED + 5)]
    parked: Tiny | None = entry
    for place in (*places, places[-1]):
        assert parked is not None
        parked = unwritable(parked, "too large", missed=place).entry
    assert parked is not None
    assert parked.missed == tuple(places[5:])


def test_an_alert_is_said_first_however_long_both_are_and_stays_an_alert(entry: Tiny) -> None:
    told = unwritable(entry, "too large " * 200, alert="PeopleSoft has two vouchers " * 100)
    assert told.entry is not None
    assert told.entry.reason.startswith("PeopleSoft has two vouchers")
    assert "too large" in told.entry.reason
    assert len(told.entry.reason) <= LONGEST
    assert [(note.action, note.detail) for note in told.notes] == [
        ("parked", {"reason": told.entry.reason, "alert": "yes"})
    ]
