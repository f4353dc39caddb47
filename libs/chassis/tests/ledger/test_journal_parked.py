"""What is written in place of a decision that could not be: a parked entry, or an input set aside."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from ap_domain.unreadable import UnreadableRecord
from chassis.errors import DoesNotFit
from chassis.ledger.entry import Phase
from chassis.ledger.events import Event, Undecodable
from chassis.ledger.machine import Decision, Note
from chassis.ledger.outcomes import Done
from chassis.ledger.ports import LogRecord

from .desk import LOOK, NOW, TELL, Desk, arrived, empty_desk, ended, positions, topics

desk = pytest.fixture(empty_desk)


def test_an_outcome_that_cannot_be_written_down_leaves_that_it_was_tried(desk: Desk) -> None:
    desk.write(arrived("a"))
    small = desk.journal.parked(
        ended(Done(value="told"), call=TELL), desk.held, reason="too large", now=desk.now
    )
    assert (small.entries["acme/1"].phase, small.entries["acme/1"].tried) == (Phase.PARKED, True)


def test_a_decision_that_does_not_fit_is_parked_small_and_its_position_moves(desk: Desk) -> None:
    desk.write(arrived("a"))
    desk.wire.misfits = lambda value: value == "huge"
    event = arrived("huge", offset=1)
    with pytest.raises(DoesNotFit):
        desk.draft(event)
    draft = desk.journal.parked(event, desk.held, reason="too long", now=NOW)
    entry = draft.entries["acme/1"]
    assert (entry.phase, entry.reason, entry.sequence, entry.body) == (Phase.PARKED, "too long", 2, "a")
    assert topics(draft.records) == ["ledger", "audit", "position"]
    assert positions(draft) == {"inputs": 2}


def test_what_a_refused_decision_had_to_say_at_once_is_said_all_the_same(machine: Any, desk: Desk) -> None:
    desk.write(arrived("a"))
    two = Note(action="parked", detail={"reason": "two vouchers", "alert": "yes"})

    def decided(_: Any, entry: Any, *__: Any, **___: Any) -> Decision[str]:
        return Decision(entry=replace(entry, phase=Phase.PARKED), notes=(two,))

    with patch.object(type(machine), "succeeded", decided):
        parked = desk.journal.parked(ended(Done(value="x")), desk.held, reason="too large", now=NOW)
    assert parked.alerts == ["acme"]
    assert parked.entries["acme/1"].reason == "two vouchers - and too large"
    assert desk.journal.parked(ended(Done(value="x")), desk.held, reason="too large", now=NOW).alerts == []


def test_what_is_parked_so_is_looked_at_once_more_unless_that_is_what_was_refused(
    machine: Any, desk: Desk
) -> None:
    desk.write(arrived("a"))
    soon = NOW + timedelta(seconds=9)
    with (
        patch.object(type(machine), "rested", lambda _, entry: replace(entry, due=soon)),
        patch.object(type(machine), "call", lambda *_: LOOK),
    ):
        parked = desk.show(desk.journal.parked(ended(Done()), desk.held, reason="too long", now=NOW))
        assert parked.entries["acme/1"].due == soon
        looked = desk.journal.parked(ended(Done(), sequence=2), desk.held, reason="too long", now=NOW)
        assert looked.entries["acme/1"].due is None


def test_the_first_input_of_a_record_is_parked_too(desk: Desk) -> None:
    entry = desk.journal.parked(arrived("a"), desk.held, reason="refused", now=NOW).entries["acme/1"]
    assert (entry.phase, entry.sequence, entry.body) == (Phase.PARKED, 1, "a")


@pytest.mark.parametrize(
    "event",
    [
        arrived("not ours", offset=7),
        Undecodable(
            raw=LogRecord(topic="inputs", partition=4, key=b"k", value=b"?" * 9, offset=7), reason="bad"
        ),
    ],
    ids=["of no record", "unreadable"],
)
def test_an_input_that_no_entry_can_speak_of_is_set_aside_without_its_bytes(desk: Desk, event: Event) -> None:
    draft = desk.journal.parked(event, desk.held, reason="too large to write", now=NOW)
    assert topics(draft.records) == ["unreadable", "position"]
    aside: UnreadableRecord = desk.wire.said(draft.records[0].value)
    assert (aside.topic, aside.partition, aside.offset) == ("inputs", 4, 7)
    assert (aside.value, aside.reason) == (b"", "too large to write")
    assert positions(draft) == {"inputs": 8}
