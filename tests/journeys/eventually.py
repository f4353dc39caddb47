"""Waiting for a condition with a bound: the only way these tests wait."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

POLL = 0.1
BOUND = 120.0
"""Seconds; of every wait that does not say otherwise. A machine may be busy: a bound is there to end what hangs."""


async def eventually(
    look: Callable[[], Awaitable[T]],
    done: Callable[[T], bool],
    *,
    what: str,
    within: float = BOUND,
    every: float = POLL,
) -> T:
    """What `look` brought when it was `done` for the first time; AssertionError with the last sight otherwise.

    Between two looks `every` seconds pass: more for one that costs more.
    """
    clock = asyncio.get_running_loop()
    deadline = clock.time() + within
    while not done(seen := await look()):
        if clock.time() > deadline:
            raise AssertionError(f"not within {within:g} s: {what}. Last seen: {str(seen)[:3000]}")
        await asyncio.sleep(every)
    return seen
