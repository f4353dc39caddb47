"""What is written for a group of events: entries, facts, audit and positions, the same each time it is computed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from ap_domain.audit import AuditEvent
from ap_domain.unreadable import UnreadableRecord
from chassis.errors import DoesNotFit
from chassis.ledger.book import Book
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.events import Arrived, Ended, Event, Loaded, Reassert, Undecodable
from chassis.ledger.journal import Draft, Held, Journal
from chassis.ledger.machine import Call, Decision, Input, Kind
from chassis.ledger.outcomes import Done, InDoubt, Outcome, Parked, Retry, Sighted
from chassis.ledger.policy import Policy
from chassis.ledger.ports import LogRecord, MemoryStore
from chassis.ledger.records import Layout, read_position
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOOK = Call(name="look", remote="r", kind=Kind.READ)
TELL = Call(name="tell", remote="r", kind=Kind.REPEATABLE)
SETTLE = Call(name="settle", remote="r", kind=Kind.READ)
CREATE = Call(name="create", remote="r", kind=Kind.ONCE)

Tiny = Entry[str]


class Desk:
    """A journal and the book of what it wrote."""

    def __init__(self, machine: Any, wire: Any, layout: Layout) -> None:
        self.wire = wire
        self.book: Book[str] = Book(machine, MemoryStore())
        self.held: Held[str] = Held(get=self.book.get, holders=self.book.holders)
        self.journal: Journal[str] = Journal(
            machine=machine, wire=wire, layout=layout, policy=Policy(), partition=4, instance="p1"
        )
        self.now = NOW

    def draft(self, *events: Event) -> Draft[str]:
        return self.journal.draft(events, self.held, now=self.now, fraction=lambda: 0.5)

    def write(self, *events: Event) -> Draft[str]:
        return self.show(self.draft(*events))

    def show(self, draft: Draft[str]) -> Draft[str]:
        for entry in draft.entries.values():
            self.book.show(entry)
        return draft

    def audits(self, draft: Draft[str]) -> list[AuditEvent]:
        return [self.wire.said(record.value) for record in draft.records if record.topic == "audit"]


@pytest.fixture
def desk(machine: Any, wire: Any, layout: Layout) -> Desk:
    return Desk(machine, wire, layout)


def arrived(said: str, *, offset: int = 0, key: str = "acme/1", topic: str = "inputs") -> Arrived:
    return Arrived(
        record=Input(
            topic=topic,
            partition=4,
            offset=offset,
            key=key,
            connection_id="acme",
            payload=said,
            trace_id="00-trace",
        )
    )


def ended(outcome: Outcome, *, key: str = "acme/1", sequence: int = 1, call: Call = LOOK) -> Ended:
    return Ended(key=key, call=call, outcome=outcome, sequence=sequence)


def positions(draft: Draft[str]) -> dict[str, int]:
    return dict(read_position(record) for record in draft.records if record.kind == "position")


def topics(records: Sequence[LogRecord]) -> list[str]:
    return [record.kind or record.topic for record in records]


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


def test_an_outcome_that_cannot_be_written_down_leaves_that_it_was_tried(desk: Desk) -> None:
    desk.write(arrived("a"))
    small = desk.journal.parked(
        ended(Done(value="told"), call=TELL), desk.held, reason="too large", now=desk.now
    )
    assert (small.entries["acme/1"].phase, small.entries["acme/1"].tried) == (Phase.PARKED, True)


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


def test_what_needs_somebody_at_once_is_counted_by_connection(desk: Desk) -> None:
    desk.write(arrived("a"))
    desk.write(ended(Done(value="nothing there")))
    desk.write(ended(InDoubt(reason="silence"), sequence=2, call=CREATE))
    two = ended(Sighted(same=("1", "2")), sequence=3, call=SETTLE)
    assert desk.draft(two).alerts == ["acme"]
    assert desk.draft(ended(Sighted(different=("1",)), sequence=3, call=SETTLE)).alerts == []


def test_a_record_is_no_rival_of_itself(desk: Desk) -> None:
    desk.write(arrived("claim:1"))
    assert desk.draft(ended(Done(value="who else"))).entries["acme/1"].reason == ""


def test_what_changes_nothing_is_audited_and_passed_without_a_version(desk: Desk) -> None:
    desk.write(arrived("a"))
    draft = desk.draft(arrived("a", offset=1))
    assert draft.entries == {}
    assert topics(draft.records) == ["audit", "position"]
    assert desk.audits(draft)[0].sequence == 1


def test_what_is_not_ours_is_audited_and_passed(desk: Desk) -> None:
    draft = desk.draft(arrived("not ours", offset=3))
    assert topics(draft.records) == ["audit", "position"]
    (audit,) = desk.audits(draft)
    assert (audit.connection_id, audit.sequence, audit.trace_id) == ("acme", 0, "00-trace")


def test_an_audit_event_names_its_cause(desk: Desk) -> None:
    first, _ = desk.audits(desk.write(arrived("a", offset=8)))
    assert (first.cause_topic, first.cause_partition, first.cause_offset) == ("inputs", 4, 8)
    (retried,) = desk.audits(desk.write(ended(Retry(reason="busy"))))
    assert (retried.cause_topic, retried.action, retried.attempt, retried.actor) == (None, "retry", 1, "p1")


def test_the_same_events_have_the_same_audit_ids_at_whatever_time_and_place(
    desk: Desk, machine: Any, wire: Any, layout: Layout
) -> None:
    other = Desk(machine, wire, layout)
    other.now = NOW + timedelta(hours=1)
    group = (arrived("a"), arrived("b", offset=1, key="acme/2"), arrived("not ours", offset=2, key="acme/3"))
    ids = [
        [each.event_id for each in each_desk.audits(each_desk.draft(*group))] for each_desk in (desk, other)
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0]) == 5


def test_alone_and_in_a_group_a_decision_has_the_same_audit_ids(
    desk: Desk, machine: Any, wire: Any, layout: Layout
) -> None:
    """A group that was refused is written one by one: nothing of it may look like something else."""
    group = (arrived("a"), arrived("b", offset=1, key="acme/2"))
    together = [each.event_id for each in desk.audits(desk.draft(*group))]
    alone = Desk(machine, wire, layout)
    assert [each.event_id for event in group for each in alone.audits(alone.write(event))] == together


words = st.sampled_from(["a", "b", "c", "not ours"])
steps = st.one_of(
    st.tuples(st.just("arrived"), words, st.sampled_from(["acme/1", "acme/2"])),
    st.tuples(
        st.just("ended"), st.sampled_from(["nothing there", "who else", "x", "busy"]), st.just("acme/1")
    ),
    st.tuples(st.just("unwritable"), words, st.just("acme/1")),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(steps, max_size=25))
def test_whatever_happens_audit_ids_and_versions_never_repeat(
    plan: list[tuple[str, str, str]], machine: Any, wire: Any, layout: Layout
) -> None:
    desk = Desk(machine, wire, layout)
    seen: set[str] = set()
    calling: set[str] = set()
    for offset, (kind, said, key) in enumerate(plan):
        before = desk.book.get(key)
        sequence = before.sequence if before else 0
        match kind:
            case "arrived":
                draft = desk.write(arrived(said, offset=offset, key=key))
            case "unwritable":
                event = arrived(said, offset=offset, key=key)
                draft = desk.show(desk.journal.parked(event, desk.held, reason="no", now=NOW))
            case _ if key not in calling:
                continue
            case _:
                calling.discard(key)
                outcome: Outcome = Retry(reason=said) if said == "busy" else Done(value=said)
                draft = desk.write(ended(outcome, key=key, sequence=sequence))
        after = desk.book.get(key)
        if after is not None and after.phase not in (Phase.PARKED, Phase.FINAL):
            calling.add(key)
        assert (after.sequence if after else 0) in (sequence, sequence + 1)
        ids = {each.event_id for each in desk.audits(draft)}
        assert len(ids) == len(desk.audits(draft))
        assert not ids & seen
        seen |= ids


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


def test_an_outcome_of_the_entry_it_was_asked_for_is_told_from_a_late_one(desk: Desk) -> None:
    desk.write(arrived("a"))
    desk.write(arrived("b", offset=1))
    late = ended(Parked(reason="of the old content"), sequence=1)
    assert desk.draft(late).entries["acme/1"].phase is Phase.WAITING
    in_time = replace(late, sequence=2)
    assert desk.draft(in_time).entries["acme/1"].phase is Phase.PARKED
