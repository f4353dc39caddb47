"""One poll of a subject at a time, by the owner of its shard, and no connection in the way of another."""

import asyncio
from typing import Any

from ap_domain.command import Action
from ap_domain.desired_state import FlowState
from ap_domain.poll import PollDue, PollKind, PollOutcome
from chassis.streams.poll_port import Polled, PollLimits, Progress
from chassis.streams.poll_records import PollResults

from .memory_broker import RECORDS, SHARD
from .world import World


async def test_a_stop_ends_what_runs_and_a_pause_lets_it_end(world: World) -> None:
    process = world.start()
    process.poller.script = process.poller.hang
    await process.settle()
    world.flows.said["peoplesoft"] = FlowState.PAUSED
    await process.settle()
    assert len(process.poller.running) == 1
    world.flows.said["peoplesoft"] = FlowState.STOPPED
    await process.settle()
    assert (len(process.poller.running), len(process.poller.cancelled)) == (0, 1)
    world.flows.said.clear()
    process.poller.script = process.poller.complete
    await process.settle()
    assert [due.poll_id for due in process.poller.calls] == [process.poller.calls[0].poll_id] * 2
    assert len(world.broker.dues()) == 1


async def test_a_shard_that_is_lost_takes_its_poll_along_and_the_next_owner_does_it(world: World) -> None:
    first = world.start()
    first.poller.script = first.poller.hang
    await first.settle()
    first.revoke()
    await first.settle()
    assert (len(first.poller.running), len(first.poller.cancelled)) == (0, 1)
    second = world.start()
    await second.settle()
    await first.settle()
    assert [due.poll_id for due in second.poller.calls] == [first.poller.calls[0].poll_id]
    assert [result.outcome for result in world.broker.results()] == [PollOutcome.COMPLETE]
    first.own()
    await first.settle()
    assert len(first.poller.calls) == 1


async def test_what_another_process_found_is_known_where_the_shard_is_back_before_anybody_looked(
    world: World,
) -> None:
    first = world.start()
    await first.settle()
    results = PollResults(table=RECORDS.results, view=first)
    first.on_change(results.put)
    first.on_loss(results.forget)

    def whole() -> str:
        found = results.of(shard=SHARD, connection_id="acme", subject="suppliers")
        return found[PollKind.FULL].poll_id

    before = whole()
    first.revoke()
    world.clock.advance(minutes=1)
    world.order(Action.RUN_FULL)
    second = world.start()
    await second.settle()
    second.revoke()
    first.own()
    assert whole() == second.poller.calls[-1].poll_id != before


async def test_a_changed_connection_starts_its_poll_anew(world: World) -> None:
    process = world.start()
    process.poller.script = process.poller.hang
    await process.settle()
    world.connections.versions["acme"] = 2
    process.poller.script = process.poller.complete
    await process.settle()
    assert len(process.poller.cancelled) == 1
    assert len(process.poller.calls) == 2
    assert len(world.broker.results()) == 1


async def test_what_is_not_polled_any_more_is_not_polled_any_more(world: World) -> None:
    process = world.start()
    process.poller.script = process.poller.hang
    await process.settle()
    world.connections.versions["acme"] = 2
    world.schedules = {"accounts": {PollKind.FULL: "0 1 * * *"}}
    process.poller.script = process.poller.complete
    await process.settle()
    assert [due.subject for due in process.poller.calls] == ["suppliers", "accounts"]


async def test_a_fault_in_one_connection_leaves_the_others_alone(world: World) -> None:
    process = world.start()
    good = world.subjects

    def subjects(connection: Any) -> Any:
        if connection.id == "broken":
            raise ValueError("no such query")
        return good(connection)

    process.scheduler._subjects._subjects = subjects
    world.connections.versions["broken"] = 1
    await process.settle()
    assert [due.connection_id for due in process.poller.calls] == ["acme"]


async def test_one_subject_of_a_connection_is_read_after_the_other_and_connections_side_by_side(
    world: World,
) -> None:
    world.schedules = {
        name: {PollKind.FULL: "30 2 * * *"} for name in ("payment_terms", "accounts", "suppliers")
    }
    world.connections.versions = {f"c{number}": 1 for number in range(4)}
    world.limits = PollLimits(at_once=3)
    process = world.start()
    gate = asyncio.Event()

    async def wait(due: PollDue, progress: Progress) -> Polled:
        await gate.wait()
        return Polled(outcome=PollOutcome.COMPLETE)

    process.poller.script = wait
    await process.settle()
    assert sorted(due.connection_id for due in process.poller.running) == ["c0", "c1", "c2"]
    gate.set()
    await process.settle()
    assert process.poller.most_at_once == 3
    for connection in world.connections.versions:
        order = [due.subject for due in process.poller.calls if due.connection_id == connection]
        assert order == ["payment_terms", "accounts", "suppliers"]


async def test_two_processes_that_both_think_they_own_a_shard_change_nothing_by_it(world: World) -> None:
    frozen, live = world.start(), world.start()
    await asyncio.gather(frozen.scheduler.look(), live.scheduler.look())
    assert len({due.poll_id for due in world.broker.dues()}) == 1
    live.take_in()
    await live.settle()
    frozen.take_in()
    await frozen.settle()
    assert len(live.poller.calls) + len(frozen.poller.calls) == 1


async def test_a_poll_overtaken_by_a_later_one_elsewhere_is_given_up(world: World) -> None:
    frozen = world.start()
    frozen.poller.script = frozen.poller.hang
    await frozen.settle()
    live = world.start()
    live.agenda.keep(frozenset())
    world.clock.advance(minutes=20)
    world.order(Action.RUN_FULL)
    live.take_in()
    live.agenda._dues.clear()  # it took the shard over after the first poll was committed
    await live.settle()
    assert len(live.poller.calls) == 1
    await frozen.settle()
    assert len(frozen.poller.cancelled) == 1
    assert len(frozen.poller.calls) == 1
