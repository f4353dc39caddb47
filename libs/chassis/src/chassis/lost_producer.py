"""Ends a process whose producer can never send again: it would look alive and write nothing."""

import asyncio
from collections.abc import Callable
from typing import NoReturn, Protocol

__all__ = ["MayBeLost", "die_when_lost"]


class MayBeLost(Protocol):
    """What is watched: `chassis.producer.DurableProducer`."""

    @property
    def fatal(self) -> str | None:
        """Why nothing can be sent ever again, or None."""
        ...


async def die_when_lost(
    producer: MayBeLost, *, die: Callable[[str], NoReturn], every: float = 1.0
) -> NoReturn:
    """Looks every so many seconds until cancelled; ends the process through `die` when the producer is lost."""
    while True:
        if producer.fatal is not None:
            die(f"the producer can never send again: {producer.fatal}")
        await asyncio.sleep(every)
