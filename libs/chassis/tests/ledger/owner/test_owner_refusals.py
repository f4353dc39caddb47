"""What cannot be written or read parks, or sets aside, only itself, and the order of inputs is kept."""

from typing import Any

import pytest
from ap_domain.desired_state import FlowState
from ap_domain.unreadable import UnreadableRecord
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.ports import LogRecord, UnknownSchema
from chassis.ledger.records import read_position


@pytest.mark.parametrize("topic", ["ledger", "facts"])
async def test_a_refused_decision_parks_only_its_own_record(house: Any, topic: str) -> None:
    guilty = {"ledger": b"acme/bad", "facts": b"bad"}[topic]

    def refuses(record: LogRecord) -> bool:
        if record.kind or (record.topic, record.key) != (topic, guilty):
            return False
        return topic == "facts" or house.wire.said(record.value).phase is not Phase.PARKED

    house.log.refuses = refuses
    house.flows.said = FlowState.STOPPED
    async with house.at_work():
        house.offer("a", key="acme/1")
        house.offer("bad", key="acme/bad")
        house.offer("b", key="acme/2")
        await house.decided()
    assert [house.entry(key).phase for key in ("acme/1", "acme/bad", "acme/2")] == [
        Phase.WAITING,
        Phase.PARKED,
        Phase.WAITING,
    ]
    assert house.entry("acme/bad").reason.endswith("is too large")
    assert house.written("facts") == ["a", "b"]
    offsets = [read_position(record)[1] for record in house.log.records if record.kind == "position"]
    assert offsets == sorted(offsets)


async def test_what_does_not_fit_its_schema_parks_only_its_own_record_and_order_is_kept(
    house: Any,
) -> None:
    house.wire.misfits = lambda value: value == "bad"
    house.flows.said = FlowState.STOPPED
    async with house.at_work():
        for said, key in (("a", "acme/1"), ("bad", "acme/2"), ("b", "acme/1"), ("c", "acme/3")):
            house.offer(said, key=key)
        await house.decided()
    assert house.entry("acme/2").phase is Phase.PARKED
    assert "too long" in house.entry("acme/2").reason
    assert house.written("facts") == ["a", "b", "c"]
    assert (house.entry("acme/1").body, house.entry("acme/3").phase) == ("a+b", Phase.WAITING)


async def test_a_bug_in_the_rules_parks_or_sets_aside_only_the_record_it_shows_at(house: Any) -> None:
    house.flows.said = FlowState.STOPPED
    async with house.at_work():
        for said, key in (("a", "acme/1"), ("poison", "acme/1"), ("poison", "acme/2"), ("b", "acme/3")):
            house.offer(said, key=key)
        await house.decided()
    assert house.entry("acme/1").phase is Phase.PARKED
    assert "our own fault: TypeError: a bug in the rules" in house.entry("acme/1").reason
    assert [each.offset for each in house.written("unreadable")] == [2]
    assert house.entry("acme/3").phase is Phase.WAITING


async def test_an_outcome_that_cannot_be_written_parks_its_record_still_started(house: Any) -> None:
    house.wire.misfits = lambda value: isinstance(value, Entry) and value.body == "created"
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and house.entry().phase is Phase.PARKED)
    assert house.entry().started is not None
    assert house.entry().attempts == 1


async def test_unreadable_records_are_set_aside_and_passed_and_a_run_of_them_stops_intake(
    house: Any,
) -> None:
    house.flows.said = FlowState.STOPPED
    async with house.at_work():
        house.offer("garbage 1")
        house.offer("a")
        for _ in range(2):
            house.offer("garbage")
        stopped = [house.owner.intake_stopped]
        house.offer("garbage")
        stopped.append(house.owner.intake_stopped)
        assert stopped == [False, True]
        await house.decided()
    aside: list[UnreadableRecord] = house.written("unreadable")
    assert [(each.offset, each.value) for each in aside] == [
        (0, b"garbage 1"),
        (2, b"garbage"),
        (3, b"garbage"),
        (4, b"garbage"),
    ]
    assert house.entry().phase is Phase.WAITING


async def test_an_unreadable_record_that_is_too_large_to_set_aside_leaves_its_place(house: Any) -> None:
    house.log.refuses = lambda record: (
        record.topic == "unreadable" and not record.kind and bool(house.wire.said(record.value).value)
    )
    async with house.at_work():
        house.offer("garbage")
        await house.decided()
    (aside,) = house.written("unreadable")
    assert (aside.offset, aside.value) == (0, b"")
    assert "too large" in aside.reason


async def test_an_unknown_schema_is_not_taken_in_and_its_position_stays(house: Any) -> None:
    async with house.at_work():
        house.offer("a")
        await house.decided()
        with pytest.raises(UnknownSchema):
            house.offer("newer schema")
        await house.until(lambda: house.entry().phase is Phase.FINAL)
    assert house.position() == 1
