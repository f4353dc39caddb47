"""What is written for a group of events: entries, facts, positions, the same each time it is computed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from ap_domain.unreadable import UnreadableRecord
from chassis.ledger.entry import Phase
from chassis.ledger.events import Event, Loaded, Reassert, Undecodable
from chassis.ledger.machine import Decision
from chassis.ledger.outcomes import Done, InDoubt, Parked, Retry
from chassis.ledger.ports import LogRecord
from chassis.ledger.records import Layout

from .desk import CREATE, NOW, TELL, Desk, arrived, empty_desk, ended, positions, topics

desk = pytest.fixture(empty_desk)


def test_an_input_becomes_entry_fact_audit_and_position_in_one_draft(desk: Desk) -> None:
    draft = desk.draft(arrived("a", offset=8))
    assert topics(draft.records) == ["ledger", "facts", "audit", "audit", "position"]
    assert positions(draft) == {"inputs": 9}
    assert {record.partition for record in draft.records} == {4}
    assert draft.records[0].key == b"acme/1"
    assert desk.book.get("acme/1") is None


def test_versions_grow_by_one_and_since_stays_while_it_waits_or_is_started(desk: Desk) -> None:
    desk.write(arrived("a"))
    desk.now += timedelta(seconds=5)
    second = desk.write(arrived("b", offset=1)).entries["acme/1"]
    assert (second.sequence, second.since) == (2, NOW)
    desk.now += timedelta(seconds=5)
    third = desk.write(ended(Done(value="nothing there"), sequence=2)).entries["acme/1"]
    assert (third.sequence, third.phase, third.since) == (3, Phase.STARTED, NOW)
    fourth = desk.write(ended(Retry(reason="busy"), sequence=3, call=CREATE)).entries["acme/1"]
    assert (fourth.sequence, fourth.phase, fourth.since) == (4, Phase.WAITING, NOW)
    fifth = desk.write(ended(Parked(reason="odd"), sequence=4)).entries["acme/1"]
    assert (fifth.phase, fifth.since) == (Phase.PARKED, desk.now)


def test_what_was_tried_is_forgotten_with_the_step(desk: Desk) -> None:
    desk.write(arrived("a"))
    lost = desk.write(ended(InDoubt(reason="silence"), call=TELL)).entries["acme/1"]
    assert (lost.step, lost.tried) == ("do", True)
    assert desk.write(arrived("b", offset=1)).entries["acme/1"].tried
    done = desk.write(ended(Done(value="told"), sequence=3, call=TELL)).entries["acme/1"]
    assert (done.step, done.tried) == ("done", False)


def test_what_a_decision_says_was_tried_at_another_step_is_kept(
    machine: Any, wire: Any, layout: Layout
) -> None:
    """A step that was left may be come back to."""
    desk = Desk(machine, wire, layout)
    desk.write(arrived("a"))
    back = replace(desk.book.get("acme/1"), step="tell", tried=True)
    with patch.object(type(machine), "received", lambda *_, **__: Decision(entry=back)):
        assert desk.write(arrived("b", offset=1)).entries["acme/1"].tried
    with patch.object(type(machine), "received", lambda *_, **__: Decision(entry=replace(back, step="do"))):
        assert not desk.write(arrived("c", offset=2)).entries["acme/1"].tried


def test_an_event_sees_what_the_earlier_ones_of_its_group_decided(desk: Desk) -> None:
    draft = desk.draft(arrived("a"), arrived("b", offset=1))
    entry = draft.entries["acme/1"]
    assert (entry.body, entry.sequence) == ("a+b", 2)
    assert positions(draft) == {"inputs": 2}
    assert [each.sequence for each in desk.audits(draft)] == [1, 1, 2, 2]


def test_claims_of_a_group_count_before_its_commit(desk: Desk) -> None:
    desk.write(arrived("claim:1", key="acme/1"), arrived("x", offset=1, key="acme/2"))
    ask = ended(Done(value="who else"), key="acme/2")
    assert desk.draft(ask).entries["acme/2"].reason == "acme/1"
    released = desk.draft(ended(Done(value="released"), key="acme/1"), ask)
    assert released.entries["acme/2"].reason == ""
    taken = desk.draft(arrived("claim:2", offset=2, key="acme/3"), ask)
    assert taken.entries["acme/2"].reason == "acme/1,acme/3"


def test_a_record_is_no_rival_of_itself(desk: Desk) -> None:
    desk.write(arrived("claim:1"))
    assert desk.draft(ended(Done(value="who else"))).entries["acme/1"].reason == ""


def test_positions_are_the_next_offsets_of_each_topic(desk: Desk) -> None:
    raw = LogRecord(topic="others", partition=4, key=b"k", value=b"?", offset=11)
    draft = desk.draft(
        arrived("a", offset=5), Undecodable(raw=raw, reason="bad"), arrived("b", offset=6), ended(Done())
    )
    assert positions(draft) == {"inputs": 7, "others": 12}


def test_what_cannot_be_read_is_set_aside_whole(desk: Desk) -> None:
    raw = LogRecord(topic="inputs", partition=4, key=b"k", value=b"\xff\x00", offset=11)
    draft = desk.draft(Undecodable(raw=raw, reason="no record"))
    assert topics(draft.records) == ["unreadable", "position"]
    aside: UnreadableRecord = desk.wire.said(draft.records[0].value)
    assert (aside.offset, aside.key, aside.value, aside.reason) == (11, b"k", b"\xff\x00", "no record")
    assert draft.records[0].key == b"inputs/4/11"


def test_reassert_writes_an_owner_record_to_every_topic(desk: Desk, layout: Layout) -> None:
    draft = desk.draft(Reassert())
    assert [(record.kind, record.topic) for record in draft.records] == [
        ("owner", topic) for topic in layout.written
    ]


@pytest.mark.parametrize("event", [ended(Done(), key="acme/unknown"), Loaded(key="acme/unknown")])
def test_an_event_of_a_record_that_was_erased_writes_nothing(desk: Desk, event: Event) -> None:
    assert desk.draft(event).records == []


def test_an_outcome_of_the_entry_it_was_asked_for_is_told_from_a_late_one(desk: Desk) -> None:
    desk.write(arrived("a"))
    desk.write(arrived("b", offset=1))
    late = ended(Parked(reason="of the old content"), sequence=1)
    assert desk.draft(late).entries["acme/1"].phase is Phase.WAITING
    in_time = replace(late, sequence=2)
    assert desk.draft(in_time).entries["acme/1"].phase is Phase.PARKED
