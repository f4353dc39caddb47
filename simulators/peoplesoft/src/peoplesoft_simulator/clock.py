"""The simulator's clock: real time plus an offset that tests may move."""

from datetime import UTC, datetime, timedelta


class Clock:
    """UTC instants. Accounting dates, creation times and the log follow it; waits are real time."""

    def __init__(self, *, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    @property
    def offset(self) -> timedelta:
        """How far the clock is ahead of real time."""
        return self._offset

    def now(self) -> datetime:
        """The simulated instant."""
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        """Move the clock; negative moves it back."""
        self._offset += by


def database_time(at: datetime) -> str:
    """An instant as the database keeps it: UTC without an offset, to the microsecond; texts sort as times do."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
