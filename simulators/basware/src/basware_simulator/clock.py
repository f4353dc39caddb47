"""The simulator's clock: real UTC plus an offset that a test may move forward."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_time() -> datetime:
    """The machine's time, UTC."""
    return datetime.now(UTC)


class MovableClock:
    """Tells UTC time; moving it wakes whoever sleeps on it. It never goes back: expiry must not be undone."""

    def __init__(
        self, *, offset: timedelta = timedelta(0), source: Callable[[], datetime] = real_time
    ) -> None:
        self._source = source
        self._offset = offset
        self._moved = asyncio.Event()

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of its source."""
        return self._offset

    def now(self) -> datetime:
        """The simulated time, UTC."""
        return self._source() + self._offset

    def advance(self, by: timedelta) -> None:
        """Move the clock forward.

        Raises:
            ValueError: `by` is negative.
        """
        if by < timedelta(0):
            raise ValueError("the clock only moves forward")
        self._offset += by
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep_until(self, instant: datetime) -> None:
        """Return once the simulated time has reached the instant."""
        while (remaining := (instant - self.now()).total_seconds()) > 0:
            moved = self._moved
            try:
                await asyncio.wait_for(moved.wait(), remaining)
            except TimeoutError:
                continue


def stamp(instant: datetime) -> str:
    """Write an instant as Basware does: ``2026-06-05T10:00:00.123Z``."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Read an instant or a bare date; without a zone it is UTC.

    Raises:
        ValueError: not a moment.
    """
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)
