"""What is audited of a group of events, under ids that are the same each time and never repeat."""

from datetime import timedelta
from typing import Any

import pytest
from chassis.ledger.entry import Phase
from chassis.ledger.outcomes import Done, InDoubt, Outcome, Retry, Sighted
from chassis.ledger.records import Layout
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .desk import CREATE, NOW, SETTLE, Desk, arrived, empty_desk, ended, topics

desk = pytest.fixture(empty_desk)


def test_what_needs_somebody_at_once_is_counted_by_connection(desk: Desk) -> None:
    desk.write(arrived("a"))
    desk.write(ended(Done(value="nothing there")))
    desk.write(ended(InDoubt(reason="silence"), sequence=2, call=CREATE))
    two = ended(Sighted(same=("1", "2")), sequence=3, call=SETTLE)
    assert desk.draft(two).alerts == ["acme"]
    assert desk.draft(ended(Sighted(different=("1",)), sequence=3, call=SETTLE)).alerts == []


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
