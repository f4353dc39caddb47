"""Whether this process has been running all the time: one that stood still may have lost what it owns."""

from collections.abc import Callable

__all__ = ["Pulse"]


class Pulse:
    """Beaten by the thread that keeps up the membership; asked from any thread.

    A gap longer than ``bound`` seconds (the session of the group) is remembered for ever: when a frozen process wakes,
    the thread may beat again before anybody has asked.
    """

    def __init__(self, *, bound: float, monotonic: Callable[[], float]) -> None:
        self._bound = bound
        self._monotonic = monotonic
        self._last: float | None = None
        self._longest = 0.0

    def beat(self) -> None:
        """The thread is running."""
        self._look()
        self._last = self._monotonic()

    def standstill(self) -> float | None:
        """Seconds without a beat, once they were more than the bound; None while all is well or before the start."""
        self._look()
        return self._longest if self._longest > self._bound else None

    def _look(self) -> None:
        if self._last is not None:
            self._longest = max(self._longest, self._monotonic() - self._last)
