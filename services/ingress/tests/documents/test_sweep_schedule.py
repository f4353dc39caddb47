"""Who is swept when: what this process owns, soon after taking it over, then once a period; one for itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest
from ap_domain.desired_state import FlowState
from chassis.connections import Connection
from ingress.documents.adapters.sweep import EntryOf, Sweep
from ingress.documents.adapters.sweep_schedule import AT_ONCE, FIRST_SECONDS, SweepSchedule
from prometheus_client import REGISTRY


@dataclass(slots=True)
class FakeSweep:
    """Turns that the test can hold, and count."""

    turns: list[str] = field(default_factory=list)
    running: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    paused: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    entry_of: dict[str, EntryOf] = field(default_factory=dict)
    left_alone: float = 0.0

    def may_run(self, connection_id: str) -> bool:
        return connection_id not in self.paused

    async def turn(self, connection: Connection, entry_of: EntryOf) -> float:
        assert connection.id not in self.running, "two turns of one connection at once"
        self.turns.append(connection.id)
        self.entry_of[connection.id] = entry_of
        self.running.add(connection.id)
        try:
            while connection.id in self.held:
                await asyncio.sleep(0)
            if connection.id in self.broken:
                raise ValueError("a bug")
        finally:
            self.running.discard(connection.id)
        return self.left_alone


@dataclass(slots=True)
class FakeOwner:
    partition: int
    book: dict[str, object] = field(default_factory=dict)


class Plan:
    """The schedule at work over the bench's connections; time moves when the test moves it."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self.sweep = FakeSweep()
        self.owners = [FakeOwner(2), FakeOwner(5)]
        self.schedule = SweepSchedule(
            sweep=cast("Sweep", self.sweep),
            directory=bench.directory,
            owners=lambda: cast("Any", self.owners),
            clock=bench.clock,
            random=lambda: 0.5,
            tick=0.0,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        at_work = asyncio.create_task(self.schedule.run())
        yield
        assert not at_work.done()
        at_work.cancel()
        await asyncio.wait([at_work])

    async def after(self, seconds: float) -> list[str]:
        """The turns begun since the last call, once so much time has passed."""
        self.bench.clock.seconds += seconds
        for _ in range(50):
            await asyncio.sleep(0)
        begun, self.sweep.turns = self.sweep.turns, []
        return sorted(begun)


@pytest.fixture
def plan(bench: Any) -> Plan:
    return Plan(bench)


async def test_soon_after_taking_over_and_then_once_a_period(plan: Plan) -> None:
    async with plan.running():
        assert await plan.after(0) == []
        assert await plan.after(FIRST_SECONDS) == ["acme"]
        assert await plan.after(899) == []
        assert await plan.after(2) == ["acme"]


async def test_only_what_is_owned_and_wants_to_be_swept(plan: Plan) -> None:
    plan.bench.another("beta", "BW01", shard=5)
    plan.bench.another("gamma", "BW02", shard=7)
    plan.bench.another("never", "BW03", shard=5, basware={"sweep_every": None})
    async with plan.running():
        await plan.after(0)
        assert await plan.after(FIRST_SECONDS) == ["acme", "beta"]


async def test_what_is_given_up_is_cancelled_and_swept_soon_when_it_comes_back(plan: Plan) -> None:
    plan.sweep.held.add("acme")
    async with plan.running():
        await plan.after(0)
        assert await plan.after(FIRST_SECONDS) == ["acme"]
        owned = plan.owners.pop(0)
        assert await plan.after(1) == []
        assert plan.sweep.running == set()
        plan.sweep.held.clear()
        plan.owners.insert(0, owned)
        await plan.after(0)
        assert await plan.after(FIRST_SECONDS) == ["acme"]


async def test_never_two_turns_of_one_connection_and_none_waits_for_another(plan: Plan) -> None:
    plan.bench.another("beta", "BW01", shard=5)
    plan.sweep.held.add("acme")
    async with plan.running():
        await plan.after(0)
        assert await plan.after(FIRST_SECONDS) == ["acme", "beta"]
        assert await plan.after(1000) == ["beta"]
        plan.sweep.held.clear()
        await plan.after(0)
        assert await plan.after(901) == ["acme", "beta"]


async def test_a_bug_met_in_one_ends_neither_its_own_later_turns_nor_the_others(plan: Plan) -> None:
    plan.bench.another("beta", "BW01", shard=5)
    plan.sweep.broken.add("acme")
    async with plan.running():
        await plan.after(0)
        assert await plan.after(FIRST_SECONDS) == ["acme", "beta"]
        assert await plan.after(1000) == ["acme", "beta"]


async def test_a_paused_connection_is_swept_as_soon_as_it_runs_again(plan: Plan) -> None:
    plan.sweep.paused.add("acme")
    async with plan.running():
        assert await plan.after(5000) == []
        plan.sweep.paused.clear()
        assert await plan.after(FIRST_SECONDS) == ["acme"]


async def test_a_changed_connection_is_swept_soon(plan: Plan) -> None:
    async with plan.running():
        await plan.after(0)
        await plan.after(FIRST_SECONDS)
        side = replace(plan.bench.acme.basware, sweep_every=timedelta(seconds=60))
        plan.bench.directory.known["acme"] = replace(plan.bench.acme, version=4, basware=side)
        assert await plan.after(0) == []
        assert await plan.after(FIRST_SECONDS) == ["acme"]
        assert await plan.after(61) == ["acme"]


async def test_a_remote_that_asks_for_longer_is_left_alone_for_longer(plan: Plan) -> None:
    plan.sweep.left_alone = 5000.0
    async with plan.running():
        await plan.after(0)
        assert await plan.after(FIRST_SECONDS) == ["acme"]
        assert await plan.after(1000) == []
        assert await plan.after(4001) == ["acme"]


async def test_only_so_many_at_once(plan: Plan) -> None:
    for number in range(AT_ONCE + 3):
        made = plan.bench.another(f"c{number}", f"BW{number}", shard=5)
        plan.sweep.held.add(made.id)
    plan.bench.directory.known.pop("acme")
    async with plan.running():
        await plan.after(0)
        assert len(await plan.after(FIRST_SECONDS)) == AT_ONCE
        plan.sweep.held.clear()
        assert len(await plan.after(0)) == 3


async def test_the_flow_that_is_asked_for_is_the_remotes(bench: Any) -> None:
    bench.flows.states["acme"] = FlowState.PAUSED
    assert not bench.sweep.may_run("acme")
    bench.flows.states.clear()
    assert bench.sweep.may_run("acme")


async def test_a_turn_looks_documents_up_in_the_book_of_the_connections_shard(plan: Plan) -> None:
    held = plan.bench.entry()
    plan.owners[0].book["acme/in%2Fv"] = held
    async with plan.running():
        await plan.after(0)
        await plan.after(FIRST_SECONDS)
    entry_of = plan.sweep.entry_of["acme"]
    assert (entry_of("in/v"), entry_of("another")) == (held, None)


def last_complete() -> float | None:
    return REGISTRY.get_sample_value("apstream_sweep_complete_timestamp_seconds", {"connection": "acme"})


async def test_until_its_first_turn_is_complete_time_counts_from_the_take_over(plan: Plan) -> None:
    """Else a list that could never be read would alarm nobody."""
    plan.sweep.broken.add("acme")
    async with plan.running():
        await plan.after(0)
        assert last_complete() == plan.bench.clock.now().timestamp()
        plan.owners.clear()
        await plan.after(0)
        assert last_complete() is None
