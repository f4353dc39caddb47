"""A poll that failed, was held, or whose end could not be written, and how it is done once more."""

import asyncio

import pytest
from ap_domain.command import Action
from ap_domain.poll import PollDue, PollKind, PollOutcome
from chassis.streams.poll_port import Polled, PollLimits, Progress

from .world import World


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
