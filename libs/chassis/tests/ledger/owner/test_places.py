"""A place in front of a remote is not held while nothing is asked there, and a create waits for one call at most."""

import asyncio
from typing import Any

import pytest
from ap_domain.desired_state import FlowState
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import Outcome
from chassis.ledger.ports import Gate

from .conftest import House, Remote

FIRST, SECOND, THIRD = "acme/1", "acme/2", "acme/3"


class Desk(Remote):
    """One call at a time is answered, when the test says so."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self._house = house
        self._answer: dict[tuple[str, str], asyncio.Event] = {}

    async def call(self, entry: Entry[str], call: Call, *, gate: Gate, repeat: bool) -> Outcome:
        self.free = self._answer[entry.key, call.name] = asyncio.Event()
        return await super().call(entry, call, gate=gate, repeat=repeat)

    def asks(self, key: str, name: str) -> bool:
        """Whether such a call is under way or over."""
        return (key, name, False) in self.asked

    async def answer(self, key: str, name: str, *, after: float = 0.0) -> None:
        """Once it is asked; by then so many seconds have passed."""
        await self._house.until(lambda: self.asks(key, name))
        self._house.clock.seconds += after
        self._answer[key, name].set()


@pytest.fixture
def one_place(house: Any) -> Any:
    """An owner with one place in front of the remote, whose commits wait while `may_commit` is not set."""
    house.width, house.remote = 1, Desk(house)
    house.owner = house.make()
    house.may_commit, commits = asyncio.Event(), house.log.commit
    house.may_commit.set()

    async def commit() -> None:
        await house.may_commit.wait()
        await commits()

    house.log.commit = commit
    return house


async def _offer(house: Any, *keys: str) -> None:
    for key in keys:
        house.offer("a", key=key)
    await house.decided()


async def _quiet() -> None:
    """Whatever would start has started."""
    for _ in range(50):
        await asyncio.sleep(0)


async def _all_answered(house: Any, *keys: str) -> None:
    """Whatever is asked from here on is answered; until the records are through."""
    house.may_commit.set()
    async with asyncio.timeout(5):
        while not all(house.entry(key).phase is Phase.FINAL for key in keys):
            for event in house.remote._answer.values():
                event.set()
            await asyncio.sleep(0)


async def test_the_next_record_looks_while_the_start_of_the_first_commits(one_place: Any) -> None:
    remote = one_place.remote
    async with one_place.at_work():
        await _offer(one_place, FIRST, SECOND)
        one_place.may_commit.clear()
        await remote.answer(FIRST, "look")
        await one_place.until(lambda: remote.asks(SECOND, "look"))
        assert one_place.entry(FIRST).phase is Phase.WAITING
        await _all_answered(one_place, FIRST, SECOND)
    assert remote.most == 1


async def test_the_next_record_looks_while_the_outcome_of_a_create_commits(one_place: Any) -> None:
    remote = one_place.remote
    async with one_place.at_work():
        await _offer(one_place, FIRST)
        await remote.answer(FIRST, "look")
        await one_place.until(lambda: remote.asks(FIRST, "create"))
        await _offer(one_place, SECOND)
        one_place.may_commit.clear()
        await remote.answer(FIRST, "create")
        await one_place.until(lambda: remote.asks(SECOND, "look"))
        assert one_place.entry(FIRST).phase is Phase.STARTED
        await _all_answered(one_place, FIRST, SECOND)
    assert remote.most == 1


async def test_a_create_goes_before_all_looks_that_wait(one_place: Any) -> None:
    remote = one_place.remote
    async with one_place.at_work():
        await _offer(one_place, FIRST, SECOND, THIRD)
        await remote.answer(FIRST, "look")
        await one_place.until(lambda: one_place.entry(FIRST).phase is Phase.STARTED)
        await remote.answer(SECOND, "look")
        await one_place.until(lambda: remote.asks(FIRST, "create"))
        assert not remote.asks(THIRD, "look")
        await _all_answered(one_place, FIRST, SECOND, THIRD)
    assert remote.most == 1
    assert [(key, name) for key, name, _ in remote.asked][:3] == [
        (FIRST, "look"),
        (SECOND, "look"),
        (FIRST, "create"),
    ]


async def test_no_more_records_than_places_have_looked_and_wait_for_a_place(one_place: Any) -> None:
    remote = one_place.remote
    async with one_place.at_work():
        await _offer(one_place, FIRST, SECOND, THIRD)
        one_place.may_commit.clear()
        await remote.answer(FIRST, "look")
        await remote.answer(SECOND, "look")
        await _quiet()
        assert not remote.asks(THIRD, "look")
        await _all_answered(one_place, FIRST, SECOND, THIRD)


async def test_where_calls_take_long_the_place_is_kept_for_the_create(one_place: Any) -> None:
    """It would be too old once a place is free, again and again."""
    remote = one_place.remote
    async with one_place.at_work():
        await _offer(one_place, FIRST, SECOND)
        one_place.may_commit.clear()
        await remote.answer(FIRST, "look", after=4.0)
        await _quiet()
        assert not remote.asks(SECOND, "look")
        one_place.may_commit.set()
        await one_place.until(lambda: remote.asks(FIRST, "create"))
        await _all_answered(one_place, FIRST, SECOND)
    assert [key for key, _, _ in remote.asked] == [FIRST, FIRST, SECOND, SECOND]


async def test_a_create_that_waited_too_long_for_a_place_is_not_sent_and_looked_for_again(
    one_place: Any,
) -> None:
    remote = one_place.remote
    async with one_place.at_work():
        await _offer(one_place, FIRST, SECOND)
        await remote.answer(FIRST, "look")
        await one_place.until(lambda: one_place.entry(FIRST).phase is Phase.STARTED)
        await remote.answer(SECOND, "look", after=6.0)
        await one_place.until(lambda: one_place.entry(FIRST).phase is Phase.WAITING)
        assert not remote.asks(FIRST, "create")
        assert "too long" in one_place.entry(FIRST).reason
        await _all_answered(one_place, FIRST, SECOND)
    assert [name for key, name, _ in remote.asked if key == FIRST] == ["look", "look", "create"]


@pytest.mark.parametrize("state", [FlowState.PAUSED, FlowState.STOPPED])
async def test_a_create_that_waits_for_a_place_is_given_back_when_its_flow_is_halted(
    one_place: Any, state: FlowState
) -> None:
    remote = one_place.remote
    async with one_place.at_work():
        await _offer(one_place, FIRST, SECOND)
        await remote.answer(FIRST, "look")
        await one_place.until(lambda: one_place.entry(FIRST).phase is Phase.STARTED)
        one_place.flows.said = state
        one_place.owner.flows_changed()
        await one_place.until(lambda: one_place.entry(FIRST).phase is Phase.WAITING)
        one_place.flows.said = FlowState.RUNNING
        one_place.owner.flows_changed()
        await _all_answered(one_place, FIRST, SECOND)
    assert [name for key, name, _ in remote.asked if key == FIRST] == ["look", "look", "create"]


async def test_who_leaves_gives_back_what_waits_for_a_place(one_place: Any) -> None:
    remote = one_place.remote
    async with one_place.at_work():
        await _offer(one_place, FIRST, SECOND)
        await remote.answer(FIRST, "look")
        await one_place.until(lambda: one_place.entry(FIRST).phase is Phase.STARTED)
    assert one_place.entry(FIRST).phase is Phase.WAITING
    assert not remote.asks(FIRST, "create")


async def test_an_input_that_comes_while_a_create_waits_for_a_place_costs_it_neither_turn_nor_send(
    one_place: Any,
) -> None:
    remote = one_place.remote
    async with one_place.at_work():
        await _offer(one_place, FIRST, SECOND)
        await remote.answer(FIRST, "look")
        await one_place.until(lambda: one_place.entry(FIRST).phase is Phase.STARTED)
        one_place.offer("b", key=FIRST)
        await one_place.decided()
        await _all_answered(one_place, FIRST, SECOND)
    assert [name for key, name, _ in remote.asked if key == FIRST] == ["look", "create"]
