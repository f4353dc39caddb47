"""The way to a remote and back: correct in what is carried out, nasty in how it is answered.

A request goes on once it was sent, whatever happens to its sender: it may arrive late, be carried out after the
client gave up (within the settle time), or be carried out with its answer lost.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Literal

from .sim_loop import SimLoop

DEADLINE = 10.0
"""Seconds after which a client stops waiting."""
LATEST = 25.0
"""Seconds after which a remote has certainly ended what it was asked; below the settle time."""

Fate = Literal["answered", "lost", "refused", "answer lost"]


class Away(Exception):
    """Nothing was carried out: the request did not get there, or was refused before."""


class NoAnswer(Exception):
    """Sent, and nothing came back in time."""


class Network:
    """Takes a request to a remote and an answer back, or not. `latest` above the settle time breaks the promise that
    customers give: what comes of it must be shown, and cannot be prevented.
    """

    def __init__(self, loop: SimLoop, *, trouble: float, latest: float = LATEST) -> None:
        self._loop = loop
        self._trouble = trouble
        self._latest = latest
        self.away_until = 0.0
        self.under_way = 0

    async def exchange(self, carry_out: Callable[[], Any], *, once: bool = False) -> Any:
        """`carry_out` runs at the remote, in the world, whatever becomes of the caller. Raises Away or NoAnswer.
        `once`: it must not be repeated.
        """
        random = self._loop.random
        future: asyncio.Future[Any] = self._loop.create_future()
        fate: Fate = "answered"
        delay = random.uniform(0.001, 0.1)
        if self.away_until > self._loop.time():
            fate = "refused"
        elif random.random() < self._trouble:
            fate = random.choice(("lost", "refused", "answer lost", "answered"))
            latest = self._latest if once else LATEST
            delay = random.choice((random.uniform(0.001, 0.1), random.uniform(0.1, latest)))
        self.under_way += 1
        self._loop.world_later(delay, self._arrive, carry_out, fate, future)
        done, _ = await asyncio.wait([future], timeout=DEADLINE)
        if not done:
            raise NoAnswer
        return future.result()

    def _arrive(self, carry_out: Callable[[], Any], fate: Fate, future: asyncio.Future[Any]) -> None:
        self.under_way -= 1
        if fate == "lost":
            return
        if fate == "refused":
            if not future.done():
                future.set_exception(Away())
                future.exception()
            return
        answer = carry_out()
        if fate == "answered" and not future.done():
            self._loop.world_later(self._loop.random.uniform(0.001, 0.05), _answer, future, answer)


def _answer(future: asyncio.Future[Any], answer: Any) -> None:
    if not future.done():
        future.set_result(answer)
