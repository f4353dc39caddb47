"""What a person orders is done or refused, answered once, and survives a crash."""

import asyncio
from datetime import timedelta

import pytest
from ap_domain.command import Action, CommandedLedger
from ap_domain.poll import PollKind, PollReason
from chassis.topics import AUDIT_MASTERDATA, MASTERDATA_POLLS, POLL_ORDERS_CHANGELOG

from .scripted_poller import kinds
from .world import CHANGES, World


@pytest.mark.parametrize("commits", [True, False])
@pytest.mark.parametrize("action", [Action.RUN_NOW, Action.RUN_FULL, Action.ACCEPT_SHRINK])
async def test_an_order_survives_a_crash_at_every_step(world: World, action: Action, commits: bool) -> None:
    world.broker.commits = commits
    process = world.start()
    await process.settle()
    world.clock.advance(minutes=1)
    command = world.order(action)
    process.take_in()  # and dies before it wrote the poll
    process = world.start()
    process.poller.script = process.poller.hang
    await process.settle()  # and dies in the middle of it
    process.revoke()
    await process.settle()
    process = world.start()
    await process.settle()
    polled = [due for due in process.poller.calls if due.reason is PollReason.COMMAND]
    assert len(polled) == 1
    assert polled[0].accept_shrink is (action is Action.ACCEPT_SHRINK)
    assert polled[0].actor == "eve"
    assert world.answers() == {command.command_id: ["command applied"]}
    assert world.broker.tables[POLL_ORDERS_CHANGELOG.name] == {}
    world.clock.advance(minutes=1)
    await world.start().settle()
    assert len([due for due in world.broker.dues() if due.due_at == polled[0].due_at]) <= 3


async def test_an_order_given_during_a_poll_is_carried_out_after_it(world: World) -> None:
    process = world.start()
    process.poller.script = process.poller.hang
    await process.settle()
    world.clock.advance(minutes=1)
    orders = [world.order(Action.RUN_FULL), world.order(Action.RUN_NOW)]
    process.take_in()
    await process.settle()
    assert len(process.poller.calls) == 1
    process.poller.script = process.poller.complete
    world.connections.versions["acme"] = 2
    await process.settle()
    assert [(due.kind, due.reason) for due in process.poller.calls[1:]] == [
        (PollKind.FULL, PollReason.CATCH_UP),
    ]
    assert world.broker.tables[POLL_ORDERS_CHANGELOG.name] == {}
    assert world.answers() == {order.command_id: ["command applied"] for order in orders}


async def test_the_same_order_given_twice_is_one_poll_and_both_are_answered(world: World) -> None:
    process = world.start()
    await process.settle()
    world.clock.advance(minutes=1)
    first, second = world.order(Action.RUN_FULL), world.order(Action.RUN_FULL)
    process.take_in()
    await process.settle()
    assert kinds(process.poller.calls) == [PollKind.FULL, PollKind.FULL]
    assert world.answers() == {each.command_id: ["command applied"] for each in (first, second)}


async def test_an_order_replaced_by_a_later_one_is_answered_although_its_process_was_killed(
    world: World,
) -> None:
    process = world.start()
    await process.settle()
    world.clock.advance(minutes=1)
    first = world.order(Action.RUN_NOW)
    process.take_in()
    world.clock.advance(seconds=33)
    second = world.order(Action.RUN_NOW)
    process.take_in()  # and is killed before it says anything
    process = world.start()
    await process.settle()
    assert world.answers() == {each.command_id: ["command applied"] for each in (first, second)}
    assert len(process.poller.calls) == 1


async def test_an_order_done_by_another_poll_is_answered_although_its_process_was_killed(
    world: World,
) -> None:
    process = world.start()
    await process.settle()
    world.clock.advance(minutes=1)
    orders = [world.order(Action.RUN_FULL), world.order(Action.RUN_NOW)]
    process.take_in()
    await process.scheduler.look()
    process.take_in()
    process.runner.look(process._tasks)
    async with asyncio.timeout(5):
        while len(world.broker.results()) < 2:
            await asyncio.sleep(0)
    process.take_in()  # and is killed before it says anything
    await world.start().settle()
    assert world.answers() == {order.command_id: ["command applied"] for order in orders}


async def test_where_changes_cannot_be_read_everything_is_when_a_person_asks(world: World) -> None:
    world.schedules = {"tax_codes": {PollKind.FULL: "30 2 * * *"}}
    process = world.start()
    await process.settle()
    world.clock.advance(minutes=1)
    world.order(Action.RUN_NOW, "tax_codes")
    process.take_in()
    await process.settle()
    assert kinds(process.poller.calls) == [PollKind.FULL, PollKind.FULL]


async def test_orders_that_cannot_be_carried_out_are_refused_once_with_the_reason(world: World) -> None:
    process = world.start()
    await process.settle()
    world.clock.advance(minutes=1)
    unknown = world.order(Action.RUN_NOW, "supplier")
    late = world.order(Action.RUN_FULL, expires_at=world.clock.now() - timedelta(seconds=1))
    world.order(Action.RESEND)
    world.order(Action.RUN_NOW, ledger=CommandedLedger.VOUCHERS)
    process.take_in()
    await process.settle()
    await world.start().settle()
    said = {
        event.detail["command"]: event for event in world.broker.audit().values() if "command" in event.detail
    }
    assert {each: event.action for each, event in said.items()} == {
        unknown.command_id: "command refused",
        late.command_id: "command refused",
    }
    assert "there is suppliers" in said[unknown.command_id].detail["said"]
    assert "expired" in said[late.command_id].detail["said"]
    assert len(process.poller.calls) == 1
    assert world.broker.tables[POLL_ORDERS_CHANGELOG.name] == {}
    told = len(world.broker.logs[AUDIT_MASTERDATA.name])
    await world.start().settle()
    assert len(world.broker.logs[AUDIT_MASTERDATA.name]) == told, "nobody refuses it once more"


async def test_an_order_that_was_refused_is_not_carried_out_by_the_poll_of_the_night(world: World) -> None:
    process = world.start()
    await process.settle()
    process.poller.script = process.poller.hang
    world.clock.advance(minutes=30)
    await process.settle()
    late = world.order(Action.RUN_FULL, expires_at=world.clock.now() + timedelta(minutes=10))
    process.take_in()
    world.clock.advance(minutes=11)
    process.poller.script = process.poller.complete
    world.connections.versions["acme"] = 2
    await process.settle()
    assert world.answers() == {late.command_id: ["command refused"]}
    world.clock.advance(hours=16)
    await process.settle()
    assert kinds(process.poller.calls)[-1] is PollKind.FULL
    assert world.answers() == {late.command_id: ["command refused"]}


async def test_an_order_whose_poll_failed_until_it_expired_is_answered_once(world: World) -> None:
    world.schedules = {"suppliers": {PollKind.CHANGES: CHANGES}}
    process = world.start()
    await process.settle()
    process.poller.script = process.poller.fail
    world.clock.advance(minutes=1)
    order = world.order(Action.RUN_FULL, expires_at=world.clock.now() + timedelta(minutes=10))
    for _ in range(12):
        process.take_in()
        await process.settle()
        world.clock.advance(minutes=1)
    await process.settle()
    assert world.answers() == {order.command_id: ["command applied"]}
    assert world.broker.tables[POLL_ORDERS_CHANGELOG.name] == {}


async def test_a_later_order_is_not_ended_with_the_one_that_was_refused(world: World) -> None:
    process = world.start()
    await process.settle()
    world.clock.advance(minutes=1)
    late = world.order(Action.RUN_FULL, expires_at=world.clock.now() - timedelta(seconds=1))
    process.take_in()
    await process.scheduler.look()
    end = world.broker.logs[MASTERDATA_POLLS.name].pop()
    assert end[1] is None
    later = world.order(Action.RUN_FULL)
    process.take_in()
    world.broker.logs[MASTERDATA_POLLS.name].append(end)
    await process.settle()
    assert world.answers() == {
        late.command_id: ["command refused"],
        later.command_id: ["command applied"],
    }
    assert kinds(process.poller.calls)[1:] == [PollKind.FULL]
