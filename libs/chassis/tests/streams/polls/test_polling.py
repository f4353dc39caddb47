"""What is polled when: at first, by the schedule, after a pause, and what is told of it."""

import asyncio
from datetime import timedelta

import pytest
from ap_domain.desired_state import FlowState
from ap_domain.poll import PollKind, PollOutcome, PollReason
from chassis.streams.polling import Polling
from prometheus_client import REGISTRY

from .scripted_poller import kinds
from .world import World


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
