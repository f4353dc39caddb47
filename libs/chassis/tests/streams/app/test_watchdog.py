"""A process that lives and does nothing is ended; one that waits for good reason is not."""

import asyncio
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import pytest
from chassis.streams.app_pulse import Pulse
from chassis.streams.app_watchdog import FETCH_SECONDS, LOOP_SECONDS, SETTLE_SECONDS, TAKE_SECONDS, Watchdog

from .one_shard import Clock


@dataclass(slots=True)
class Progress:
    flowing: bool = True
    fetched: float = 0.0
    stuck: float | None = None

    def fetched_at(self) -> float:
        return self.fetched

    def stuck_since(self) -> float | None:
        return self.stuck


def die(reason: str) -> NoReturn:
    raise AssertionError(reason)


@pytest.fixture
def progress(clock: Clock) -> Progress:
    return Progress(fetched=clock.seconds)


@pytest.fixture
def pulse(clock: Clock) -> Pulse:
    return Pulse(bound=6, monotonic=clock.monotonic)


@pytest.fixture
def watchdog(progress: Progress, pulse: Pulse, clock: Clock) -> Watchdog:
    return Watchdog(progress=progress, pulse=pulse, monotonic=clock.monotonic, die=die)


def test_all_is_well_while_things_move(watchdog: Watchdog, progress: Progress, clock: Clock) -> None:
    for _ in range(100):
        clock.seconds += 5
        progress.fetched = progress.stuck = clock.seconds
        watchdog.tick()
        assert watchdog.problem() is None


def test_a_loop_that_does_not_run_is_a_reason(watchdog: Watchdog, clock: Clock, progress: Progress) -> None:
    clock.seconds += LOOP_SECONDS + 1
    progress.fetched = clock.seconds
    assert "event loop" in str(watchdog.problem())


def test_a_consumer_that_asks_for_nothing_is_a_reason(
    watchdog: Watchdog, clock: Clock, progress: Progress
) -> None:
    clock.seconds += FETCH_SECONDS + 1
    watchdog.tick()
    assert "nothing was asked of Kafka" in str(watchdog.problem())
    progress.flowing = False
    assert watchdog.problem() is None, "during a rebalance nothing is fetched"


def test_records_that_nobody_takes_in_are_a_reason(
    watchdog: Watchdog, clock: Clock, progress: Progress
) -> None:
    progress.stuck = clock.seconds
    clock.seconds += TAKE_SECONDS + 1
    progress.fetched = clock.seconds
    watchdog.tick()
    assert "none was taken in" in str(watchdog.problem())


def test_a_rebalance_or_recovery_without_an_end_is_a_reason(
    watchdog: Watchdog, clock: Clock, progress: Progress
) -> None:
    progress.flowing = False
    for _ in range(int(SETTLE_SECONDS / 10)):
        clock.seconds += 10
        watchdog.tick()
        assert watchdog.problem() is None
    clock.seconds += 1
    assert "no rebalance or recovery has come to its end" in str(watchdog.problem())


def test_having_stood_still_is_a_reason_even_after_the_next_beat(
    watchdog: Watchdog, clock: Clock, pulse: Pulse
) -> None:
    clock.seconds += 100
    watchdog.tick()
    assert "stood still" not in str(watchdog.problem()), "before the first beat nothing is known"
    pulse.beat()
    clock.seconds += 5.9
    pulse.beat()
    assert pulse.standstill() is None
    clock.seconds += 6.1
    pulse.beat()
    watchdog.tick()
    assert "stood still for 6.1 s" in str(watchdog.problem())


async def test_it_looks_by_itself_and_calls_for_the_end(progress: Progress, clock: Clock) -> None:
    reasons: list[str] = []
    pulse = Pulse(bound=6, monotonic=clock.monotonic)

    async with Watchdog(
        progress=progress, pulse=pulse, monotonic=clock.monotonic, die=cast("Any", reasons.append)
    ):
        pulse.beat()
        clock.seconds += 7
        async with asyncio.timeout(5):
            while not reasons:
                await asyncio.sleep(0.02)
    assert reasons[0].startswith("watchdog: this process stood still")
