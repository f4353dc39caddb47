"""Stories: journeys that end no process, so that those of one module can be told at the same time.

A story is a test like any other, by its own name and with its own verdict; only its waiting is shared.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from types import FunctionType
from typing import Any

import pytest

AT_ONCE = 6
"""Each has a customer or two; more at once would only wait for the processor."""

Story = Callable[[Any], Awaitable[None]]


class Told:
    """The stories of one module that were asked for, under way."""

    def __init__(self, tasks: dict[str, asyncio.Task[None]]) -> None:
        self._tasks = tasks

    async def __call__(self, name: str) -> None:
        await self._tasks[name]


def story(tell: Story) -> Any:
    """Makes a test of `async def test_...(new_customer)`, told beside the other stories of its module."""
    if not isinstance(tell, FunctionType):
        raise TypeError("a story is a function")
    name = tell.__name__

    async def wait_for(stories: Told) -> None:
        await stories(name)

    wait_for.__name__, wait_for.__doc__, wait_for.__module__ = name, tell.__doc__, tell.__module__
    _TOLD[tell.__module__, name] = tell
    return pytest.mark.asyncio(loop_scope="module")(wait_for)


_TOLD: dict[tuple[str, str], Story] = {}


@asynccontextmanager
async def telling(
    items: Sequence[pytest.Item], module: str, new_customer: Callable[..., Any]
) -> AsyncIterator[Told]:
    """All stories among the items of this module, under way."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(tell: Story) -> None:
        async with places:
            await tell(new_customer)

    names = [item.name for item in items if (module, item.name) in _TOLD]
    tasks = {name: asyncio.create_task(one(_TOLD[module, name])) for name in names}
    try:
        yield Told(tasks)
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
