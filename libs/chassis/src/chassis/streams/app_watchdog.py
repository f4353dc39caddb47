"""Ends a process that lives and does nothing: what Faust and its client would sit through in silence."""

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import NoReturn, Protocol, Self

from chassis.streams.app_pulse import Pulse

__all__ = ["PERIOD_SECONDS", "Progress", "Watchdog"]

PERIOD_SECONDS = 0.5
LOOP_SECONDS = 20.0
FETCH_SECONDS = 30.0
TAKE_SECONDS = 30.0
SETTLE_SECONDS = 240.0


class Progress(Protocol):
    """What is watched. Read from another thread, so it must be plain reads."""

    @property
    def flowing(self) -> bool:
        """Whether records are being fetched: not while a rebalance or a recovery goes on."""
        ...

    def fetched_at(self) -> float:
        """When the last fetch ended, empty ones included; 0 before the first."""
        ...

    def stuck_since(self) -> float | None:
        """Since when nothing was taken in although something was handed over."""
        ...


class Watchdog:
    """Looks twice a second from a thread of its own. Use as an async context manager on the loop that is watched.

    ``die`` is called with the reason; it does not return in a service. All times are seconds of ``monotonic``.
    """

    def __init__(
        self,
        *,
        progress: Progress,
        pulse: Pulse,
        monotonic: Callable[[], float],
        die: Callable[[str], NoReturn],
    ) -> None:
        self._progress = progress
        self._pulse = pulse
        self._monotonic = monotonic
        self._die = die
        self._ticked = self._flowed = monotonic()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._ticking: asyncio.Task[None] | None = None

    def tick(self) -> None:
        """The event loop is running."""
        self._ticked = self._monotonic()

    def problem(self) -> str | None:
        """Why this process must end, or None."""
        now = self._monotonic()
        if (stood := self._pulse.standstill()) is not None:
            return f"this process stood still for {stood:.1f} s: the group may have given its shards away"
        if now - self._ticked > LOOP_SECONDS:
            return f"the event loop has not run for {now - self._ticked:.1f} s"
        if self._progress.flowing:
            self._flowed = now
        elif now - self._flowed > SETTLE_SECONDS:
            return f"no rebalance or recovery has come to its end for {now - self._flowed:.0f} s"
        fetched_at, stuck = self._progress.fetched_at(), self._progress.stuck_since()
        if self._progress.flowing and fetched_at and now - fetched_at > FETCH_SECONDS:
            return f"nothing was asked of Kafka for {now - fetched_at:.0f} s"
        if stuck is not None and now - stuck > TAKE_SECONDS:
            return f"records were handed over and none was taken in for {now - stuck:.0f} s"
        return None

    async def __aenter__(self) -> Self:
        self._ticking = asyncio.create_task(self._tick(), name="watchdog tick")
        self.tick()
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        if self._ticking is not None:
            self._ticking.cancel()
        await asyncio.to_thread(self._thread.join)

    async def _tick(self) -> None:
        while True:
            self.tick()
            await asyncio.sleep(PERIOD_SECONDS)

    def _watch(self) -> None:
        while not self._end.wait(PERIOD_SECONDS):
            if (reason := self.problem()) is not None:
                self._die(f"watchdog: {reason}")
