"""Schedule, order and poll together: what happens once, what is done again, and what people are told."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from ap_domain.command import Action, CommandedLedger
from ap_domain.desired_state import FlowState
from ap_domain.poll import PollDue, PollKind, PollOutcome, PollReason
from chassis.streams.poll_port import Polled, PollLimits, Progress
from chassis.streams.polling import Polling
from chassis.topics import AUDIT_MASTERDATA, MASTERDATA_POLLS, POLL_ORDERS_CHANGELOG
from prometheus_client import REGISTRY

# The World of conftest.py; imported tests and fixtures do not share names with it under importlib.
World = Any

CHANGES = "*/15 * * * *"


def kinds(dues: list[PollDue]) -> list[PollKind]:
    return [due.kind for due in dues]


async def test_a_subject_that_was_never_read_is_read_whole_at_once_and_then_for_changes(world: World) -> None:
    process = world.start()
    await process.settle()
    assert [(due.kind, due.reason) for due in process.poller.calls] == [(PollKind.FULL, PollReason.CATCH_UP)]
    for _ in range(3):
        world.clock.advance(minutes=5)
        await process.settle()
    assert kinds(process.poller.calls) == [PollKind.FULL, PollKind.CHANGES]
    assert process.poller.calls[1].reason is PollReason.SCHEDULE
    assert process.poller.watermarks == [None, f"after {process.poller.calls[0].poll_id}"]


async def test_a_result_says_what_the_poll_did_and_the_audit_says_it_once(world: World) -> None:
    process = world.start()
    process.lost_answers = 3
    await process.settle()
    result = world.broker.results()[-1]
    assert (result.outcome, result.read, result.changed) == (PollOutcome.COMPLETE, 10, 2)
    assert result.poll_offset == process.poller.offsets[0]
    assert [event.action for event in world.broker.audit().values()] == ["poll complete"]


async def test_after_any_downtime_there_is_one_poll_of_a_kind(world: World) -> None:
    process = world.start()
    await process.settle()
    world.clock.advance(days=5)
    await process.settle()
    assert kinds(process.poller.calls) == [PollKind.FULL, PollKind.FULL]
    assert process.poller.calls[1].reason is PollReason.CATCH_UP


async def test_a_poll_that_takes_long_is_followed_by_one_for_all_the_times_it_covered_with_its_own(
    world: World,
) -> None:
    process = world.start()
    await process.settle()
    process.poller.script = process.poller.hang
    world.clock.advance(minutes=15)
    await process.settle()
    for _ in range(4):
        world.clock.advance(minutes=15)
        await process.settle()
    assert kinds(process.poller.calls) == [PollKind.FULL, PollKind.CHANGES]


@pytest.mark.parametrize("flow", ["peoplesoft", "masterdata"])
@pytest.mark.parametrize("state", [FlowState.PAUSED, FlowState.STOPPED])
async def test_while_a_flow_does_not_run_nothing_is_polled_and_then_once(
    world: World, flow: str, state: FlowState
) -> None:
    process = world.start()
    await process.settle()
    world.flows.said[flow] = state
    for _ in range(8):
        world.clock.advance(minutes=30)
        await process.settle()
    assert len(process.poller.calls) == 1
    del world.flows.said[flow]
    await process.settle()
    assert kinds(process.poller.calls) == [PollKind.FULL, PollKind.CHANGES]


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


async def test_a_held_read_waits_for_a_person_who_may_accept_it(world: World) -> None:
    process = world.start()
    await process.settle()

    async def shrunk(due: PollDue, progress: Progress) -> Polled:
        if not due.accept_shrink:
            return Polled(outcome=PollOutcome.HELD, words="180 of 200 are gone", held=180)
        outcome = PollOutcome.COMPLETE if due.poll_id.endswith(".2") else PollOutcome.FAILED
        return Polled(outcome=outcome, watermark="w")

    process.poller.script = shrunk
    world.schedules = {"suppliers": {PollKind.FULL: "30 2 * * *"}}
    world.connections.versions["acme"] = 2
    world.clock.advance(days=1)
    await process.settle()
    world.clock.advance(hours=3)
    await process.settle()
    held = world.broker.results()[-1]
    assert (held.outcome, len(process.poller.calls)) == (PollOutcome.HELD, 2)
    assert held.watermark == world.broker.results()[0].watermark
    world.order(Action.ACCEPT_SHRINK)
    process.take_in()
    await process.settle()
    world.clock.advance(minutes=2)
    await process.settle()
    world.clock.advance(hours=3)
    await process.settle()
    assert [due.accept_shrink for due in process.poller.calls] == [False, False, True, True]
    assert [due.accepted for due in process.poller.calls] == [None, None, 180, 180]
    assert [each.held for each in world.broker.results()[-3:]] == [180, 180, None]
    assert world.broker.results()[-1].outcome is PollOutcome.COMPLETE


async def test_a_source_that_is_away_is_tried_again_with_longer_waits_and_keeps_its_watermark(
    world: World,
) -> None:
    process = world.start()
    await process.settle()
    process.poller.script = process.poller.fail
    world.schedules = {"suppliers": {PollKind.FULL: "0 13 * * *"}}
    world.connections.versions["acme"] = 2
    world.clock.advance(hours=1)
    for _ in range(6 * 3600 // 20):
        await process.settle()
        world.clock.advance(seconds=20)
    tries = process.poller.calls[1:]
    assert 20 < len(tries) < 100
    assert [due.poll_id.partition(".")[2] for due in tries[:3]] == ["", "2", "3"]
    assert {due.due_at for due in tries} == {tries[0].due_at}
    assert {result.watermark for result in world.broker.results()} == {world.broker.results()[0].watermark}
    process.poller.script = process.poller.complete
    world.clock.advance(minutes=16)
    await process.settle()
    world.clock.advance(minutes=16)
    await process.settle()
    assert len(process.poller.calls) == len(tries) + 2


async def test_a_bug_in_a_poller_is_a_failed_poll_with_words(world: World) -> None:
    process = world.start()

    async def broken(due: PollDue, progress: Progress) -> Polled:
        raise KeyError("VENDOR_ID")

    process.poller.script = broken
    await process.settle()
    result = world.broker.results()[-1]
    assert result.outcome is PollOutcome.FAILED
    assert "our own fault: KeyError" in result.words


@pytest.mark.parametrize(
    ("limits", "steps", "words"),
    [
        (PollLimits(stall=0.02), 0, "did not get on"),
        (PollLimits(overall=0.05, stall=10), 10_000, "not read to its end"),
    ],
)
async def test_a_poll_that_does_not_get_on_or_does_not_end_is_ended(
    world: World, limits: PollLimits, steps: int, words: str
) -> None:
    world.limits = limits
    process = world.start()

    async def slow(due: PollDue, progress: Progress) -> Polled:
        for _ in range(steps):
            progress.step(read=1)
            await asyncio.sleep(0.001)
        await asyncio.Event().wait()
        raise AssertionError

    process.poller.script = slow
    await process.settle()
    async with asyncio.timeout(5):
        while not world.broker.results():
            await asyncio.sleep(0.005)
    result = world.broker.results()[-1]
    assert result.outcome is PollOutcome.FAILED
    assert words in result.words
    assert (
        result.read
        == process.runner._results.of(shard=3, connection_id="acme", subject="suppliers")
        .get(PollKind.FULL, result)
        .read
    )


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


async def test_nothing_is_lost_while_kafka_is_away(world: World) -> None:
    process = world.start()
    world.broker.away = True
    await process.settle()
    assert process.poller.calls == []
    world.broker.away = False
    world.clock.advance(seconds=61)
    await process.settle()
    assert len(process.poller.calls) == 1


async def test_a_poll_whose_end_cannot_be_written_is_done_again(world: World) -> None:
    process = world.start()

    async def then_away(due: PollDue, progress: Progress) -> Polled:
        world.broker.away = True
        return Polled(outcome=PollOutcome.COMPLETE)

    process.poller.script = then_away
    await process.settle()
    assert (len(process.poller.calls), world.broker.results()) == (1, [])
    world.broker.away = False
    process.poller.script = process.poller.complete
    world.clock.advance(seconds=61)
    await process.settle()
    assert [due.poll_id for due in process.poller.calls] == [process.poller.calls[0].poll_id] * 2
    assert len(world.broker.results()) == 1


@pytest.mark.parametrize("hours", [-30, -2, 2, 30])
async def test_after_a_jump_of_the_clock_polls_go_on(world: World, hours: int) -> None:
    process = world.start()
    await process.settle()
    world.clock.at += timedelta(hours=hours)
    await process.settle()
    assert len(process.poller.calls) <= 2
    before = len(process.poller.calls)
    for _ in range(4):
        world.clock.advance(minutes=15)
        await process.settle()
    assert 4 <= len(process.poller.calls) - before <= 5


async def test_the_age_against_the_schedule_counts_from_the_first_time_that_nothing_answered_for(
    world: World,
) -> None:
    def age() -> float | None:
        return REGISTRY.get_sample_value(
            "apstream_poll_overdue_seconds",
            {"connection": "acme", "subject": "suppliers", "kind": PollKind.CHANGES},
        )

    process = world.start()
    await process.settle()
    await process.settle()
    assert age() == 0
    process.poller.script = process.poller.fail
    for _ in range(12):
        world.clock.advance(minutes=10)
        await process.settle()
    assert age() == 105 * 60
    process.poller.script = process.poller.complete
    world.clock.advance(minutes=16)
    await process.settle()
    assert age() == 0
    process.revoke()
    await process.settle()
    assert age() is None


async def test_put_together_it_schedules_polls_and_ends_with_its_service(world: World) -> None:
    process = world.start()
    polling = Polling(
        records=process.scheduler._records,
        subjects=world.subjects,
        flows=("peoplesoft",),
        instance="a",
        agenda=process.agenda,
    )
    running = asyncio.create_task(polling.run(process.around, process.poller))
    async with asyncio.timeout(5):
        while not world.broker.results():
            process.take_in()
            await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [topic.topic.name for topic in polling.followings] == [
        "masterdata.polls",
        "masterdata.poll-results",
        "ap.commands",
    ]
