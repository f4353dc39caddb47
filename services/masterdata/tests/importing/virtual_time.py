"""An event loop whose clock jumps to the next timer as soon as nothing else is to be done."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


class _Selector(selectors.SelectSelector):
    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits, and no timer will wake anybody")
        self.loop.passed += max(timeout, 0.0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time passes only while everybody waits. It is a Clock too, in seconds since 1,000."""

    def __init__(self) -> None:
        self.passed = 1000.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.passed

    def monotonic(self) -> float:
        return self.passed

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)


def in_virtual_time(main: Coroutine[Any, Any, T]) -> T:
    """Runs to the end; what it takes on the wall has nothing to do with what it takes inside."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def this_loop() -> VirtualLoop:
    """The loop of the coroutine that asks."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def seconds_of(instant: datetime) -> float:
    """The loop's time at which its clock shows this."""
    return (instant - START).total_seconds()
