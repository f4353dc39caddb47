"""What an owner loads, calls, waits for and gives up."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from ap_domain.desired_state import FlowState
from chassis.ledger.entry import Entry, Phase, Started
from chassis.ledger.machine import Call, Kind
from chassis.ledger.outcomes import Done, InDoubt, Outcome, Retry, Sighted, Stopped
from chassis.ledger.ports import LogRecord, Unknown
from chassis.ledger.records import Layout

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOOK = Call(name="look", remote="r", kind=Kind.READ)
STARTED = Started(at=NOW, number=1, settle_seconds=0.01, request_digest="d")


async def test_a_record_goes_from_input_to_the_end_and_each_start_is_committed_before_its_call(
    house: Any,
) -> None:
    phases: list[Phase] = []
    house.remote.before_send = lambda: phases.append(house.written("ledger")[-1].phase)
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and house.entry().phase is Phase.FINAL)
    assert phases == [Phase.WAITING, Phase.STARTED]
    assert house.remote.asked == [("acme/1", "look", False), ("acme/1", "create", False)]
    assert house.entry().body == "created"


async def test_loading_fences_then_writes_owner_records_and_gives_the_positions(
    house: Any, layout: Layout
) -> None:
    async with house.at_work() as positions:
        assert positions == {}
        owners = [record.topic for record in house.log.transactions[0]]
        assert owners == list(layout.written)
        house.offer("a")
        house.offer("b", key="acme/2")
        await house.decided()
    house.owner = house.make()
    async with house.at_work() as positions:
        assert positions == {"inputs": 2}


async def test_what_was_started_is_in_doubt_for_a_new_owner_and_never_sent_again(
    house: Any, entry: Entry[str]
) -> None:
    await house.left_behind(replace(entry, phase=Phase.STARTED, due=None, started=STARTED))
    async with house.at_work():
        await house.until(lambda: house.entry().phase is Phase.FINAL)
    assert [name for _, name, _ in house.remote.asked] == ["settle"]
    assert house.entry().body == "adopted v"


async def test_a_settle_time_of_nothing_still_spaces_the_looks_and_the_retries(
    house: Any, entry: Entry[str]
) -> None:
    """A doubt found at load looks afresh once; from then on its own `due` counts."""
    house.remote.answers["settle"] = lambda _: Retry(reason="busy", after=3600.0, blame=False)
    none = replace(STARTED, settle_seconds=0.0)
    await house.left_behind(replace(entry, phase=Phase.IN_DOUBT, due=NOW, started=none))
    async with house.at_work():
        await house.until(lambda: house.entry().reason == "busy")
        for _ in range(50):
            await asyncio.sleep(0)
    assert len(house.remote.asked) == 1


async def test_never_two_calls_of_one_record_whatever_arrives(house: Any) -> None:
    house.remote.free.clear()
    async with house.at_work():
        for said in ("a", "b", "c"):
            house.offer(said)
        await house.decided()
        await house.until(lambda: house.remote.running == 1)
        house.remote.free.set()
        await house.until(lambda: house.entry().phase is Phase.FINAL)
    assert house.remote.most == 1


async def test_no_more_calls_at_once_than_the_width(house: Any) -> None:
    house.remote.answers["look"] = lambda _: Done(value="found")
    async with house.at_work():
        house.offer("a", key="acme/0")
        await house.until(lambda: house.owner.book.get("acme/0") is not None and not house.remote.running)
        await house.until(lambda: house.entry("acme/0").phase is Phase.FINAL)
        house.remote.free.clear()
        for number in range(1, 9):
            house.offer("a", key=f"acme/{number}")
        await house.decided()
        await house.until(lambda: house.remote.running == 3)
        house.remote.free.set()
        await house.until(lambda: house.entry("acme/8").phase is Phase.FINAL)
    assert house.remote.most == 3


async def test_too_old_a_decision_is_not_sent_and_decided_anew(house: Any) -> None:
    def slept() -> None:
        if house.written("ledger")[-1].phase is Phase.STARTED and house.clock.seconds == 0.0:
            house.clock.seconds = 60.0

    house.remote.before_send = slept
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: bool(house.remote.asked) and house.entry().phase is Phase.FINAL)
    assert [name for _, name, _ in house.remote.asked] == ["look", "look", "create"]
    numbers = [each.started.number for each in house.written("ledger") if each.phase is Phase.STARTED]
    assert numbers == [1, 2]


async def test_a_bug_in_an_adapter_parks_a_read_and_puts_a_create_in_doubt(house: Any) -> None:
    def broken(_: Entry[str]) -> Outcome:
        raise KeyError("our own fault")

    house.remote.answers["create"] = broken
    house.remote.answers["settle"] = broken
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and house.entry().phase is Phase.PARKED)
    assert [each.phase for each in house.written("ledger")] == [
        Phase.WAITING,
        Phase.STARTED,
        Phase.IN_DOUBT,
        Phase.PARKED,
    ]
    assert "our own fault" in house.entry().reason


async def test_leaving_waits_for_a_running_call_and_commits_what_it_brought(house: Any) -> None:
    house.remote.answers["look"] = lambda _: Done(value="found")
    house.remote.free.clear()
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: bool(house.remote.asked))
        asyncio.get_running_loop().call_later(0.01, house.remote.free.set)
    assert house.written("ledger")[-1].body == "found"


async def test_leaving_gives_a_call_up_that_takes_too_long(house: Any) -> None:
    house.remote.free.clear()
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: bool(house.remote.asked))
    assert house.remote.running == 0
    assert house.entry().phase is Phase.WAITING


async def test_a_wait_ends_by_the_clock_that_never_goes_back(house: Any) -> None:
    """The wall's clock stands still here, as after it was set back: what waited is called all the same."""
    said = iter([Retry(reason="busy"), Retry(reason="busy")])
    house.remote.answers["look"] = lambda _: next(said, Done(value="found"))
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and house.entry().phase is Phase.FINAL)
    assert [name for _, name, _ in house.remote.asked] == ["look", "look", "look"]


async def test_a_changed_connection_is_read_by_at_once_and_written_by_in_time(house: Any) -> None:
    """Posting windows, mappings: whoever waits for them does not wait out a time that nobody wants any more."""
    closed = Retry(reason="posting is closed", after=3000.0, blame=False)
    house.remote.answers["look"] = lambda _: closed
    async with house.at_work():
        house.offer("a", key="acme/1")
        house.offer("a", key="other/1")
        await house.until(lambda: len(house.written("ledger")) == 4)
        house.remote.answers["look"] = lambda _: Done(value="nothing there")
        house.owner.flows_changed()
        house.owner.flows_changed(connection_changed="acme")
        await house.until(lambda: house.entry().phase is Phase.FINAL)
        assert house.entry("other/1").reason == "posting is closed"
        assert [key for key, _, _ in house.remote.asked].count("other/1") == 1


async def test_a_refusal_stops_the_flow_for_all_and_is_repeated_until_it_is_written(house: Any) -> None:
    house.flows.lost = 2
    house.remote.answers["look"] = lambda _: Stopped(reason="password", connection_version=7)
    async with house.at_work():
        house.offer("a")
        house.offer("a", key="acme/2")
        await house.until(lambda: bool(house.flows.stops))
        assert [(stop.flow, stop.connection_version) for stop in house.flows.stops] == [("r", 7)]
        house.flows.said = FlowState.STOPPED
        house.owner.flows_changed()
        await house.decided()
    assert house.remote.asked == [("acme/1", "look", False)]
    assert house.entry().phase is Phase.STOPPED
    assert house.entry("acme/2").phase is Phase.WAITING
    again = house.owner = house.make()
    house.flows.stops.clear()
    async with house.at_work():
        await house.until(lambda: bool(house.flows.stops))
    assert again.book.get("acme/1") is not None


async def test_a_refusal_under_a_connection_that_changed_meanwhile_holds_nothing_up(house: Any) -> None:
    """The stop is void, so nobody will ever lift it: the canary finds that the remote takes us."""
    said = iter([Stopped(reason="old password", connection_version=6)])
    house.remote.answers["look"] = lambda _: next(said, Done(value="found"))
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and house.entry().phase is Phase.FINAL)
    assert house.remote.probes == 1
    assert house.entry().stop is None


async def test_a_version_that_repeats_is_counted_and_the_later_one_wins(
    house: Any, entry: Entry[str]
) -> None:
    done = replace(entry, phase=Phase.FINAL, step="done", due=None)
    await house.left_behind(replace(done, body="first"), replace(done, body="second"))
    async with house.at_work():
        assert house.entry().body == "second"
    assert "ledger_repeated_version" in house.signals.counted


async def test_an_erased_record_is_unknown_to_the_next_owner(house: Any, entry: Entry[str]) -> None:
    await house.left_behind(replace(entry, phase=Phase.FINAL, step="done", due=None))
    await house.log.begin()
    await house.log.send(LogRecord(topic="ledger", partition=0, key=b"acme/1", value=b""))
    await house.log.commit()
    async with house.at_work():
        assert house.owner.book.get("acme/1") is None


async def test_a_lost_commit_ends_the_owner(house: Any) -> None:
    async def lost() -> None:
        raise Unknown("no answer to the commit")

    await house.owner.load()
    house.log.commit = lost
    house.offer("a")
    with pytest.raises(ExceptionGroup) as ended:
        await house.owner.run()
    assert ended.group_contains(Unknown)
    assert house.owner.book.get("acme/1") is None
    assert house.remote.asked == []


async def test_a_remote_that_asks_to_be_left_alone_is_counted_and_its_lane_held(house: Any) -> None:
    house.remote.answers["look"] = lambda _: Retry(reason="429", after=60.0, lane=True)
    async with house.at_work():
        house.offer("a")
        house.offer("b", key="acme/2")
        await house.until(lambda: "throttled" in house.signals.counted)
        ((place, lane),) = house.owner.lanes
        assert place == ("acme", "r")
        assert lane.is_throttled
    assert house.signals.counted.count("throttled") == 1


async def test_its_intake_is_told_by_topic_until_it_is_decided(house: Any) -> None:
    assert house.owner.intake == {"inputs": 0}
    house.offer("a")
    house.offer("b", key="acme/2")
    assert house.owner.intake == {"inputs": 2}
    async with house.at_work():
        await house.decided()
        assert house.owner.intake == {"inputs": 0}


async def test_two_of_what_may_be_once_are_counted_when_that_is_committed(house: Any) -> None:
    house.remote.answers["create"] = lambda _: InDoubt(reason="silence")
    house.remote.answers["settle"] = lambda _: Sighted(same=("v", "w"))
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: "alerts" in house.signals.counted)
    assert house.owner.book.get("acme/1").phase is Phase.PARKED
    assert house.signals.counted.count("alerts") == 1


async def test_a_record_at_rest_is_looked_at_once_more_where_it_says_when(
    house: Any, entry: Entry[str]
) -> None:
    """Also by an owner that only loaded it."""
    over = replace(entry, phase=Phase.FINAL, step="done", body="before")
    house.machine.call = lambda each: LOOK if each.step == "done" else None
    house.remote.answers["look"] = lambda each: Done(value=f"looked at {each.key}")
    await house.left_behind(replace(over, key="acme/1", due=NOW))
    await house.left_behind(replace(over, key="acme/2", due=None))
    async with house.at_work():
        await house.until(lambda: house.entry("acme/1").body == "looked at acme/1")
    assert house.remote.asked == [("acme/1", "look", False)]
    assert house.entry("acme/2").body == "before"
