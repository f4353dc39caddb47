"""How a level-triggered loop waits: for something to look at, and never longer than a tick."""

import asyncio

__all__ = ["Wakeup"]


class Wakeup:
    """Woken by whoever knows of a change; several times before the next look are one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        """There is something to look at."""
        self._event.set()

    async def wait(self, *, at_most: float) -> None:
        """Returns when it was woken since the last time, or after ``at_most`` seconds."""
        try:
            async with asyncio.timeout(at_most):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()
