"""Stories: journeys that end no process, so that they can be told at the same time, before all others.

A story is a test like any other, by its own name and with its own verdict; only its waiting is shared.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from types import FunctionType
from typing import Any

import pytest

AT_ONCE = 8
"""Each has a customer or two; more at once would only wait for the processor."""

Story = Callable[[Any], Awaitable[None]]
Title = tuple[str, str]
"""Module and function."""


class Told:
    """The stories that were asked for, under way."""

    def __init__(self, tasks: dict[Title, asyncio.Task[None]]) -> None:
        self._tasks = tasks

    async def __call__(self, title: Title) -> None:
        await self._tasks[title]


def story(tell: Story) -> Any:
    """Makes a test of `async def test_...(new_customer)`, told beside the other stories."""
    if not isinstance(tell, FunctionType):
        raise TypeError("a story is a function")
    title = (tell.__module__, tell.__name__)

    async def wait_for(stories: Told) -> None:
        await stories(title)

    wait_for.__module__, wait_for.__name__ = title
    wait_for.__doc__ = tell.__doc__
    _STORIES[title] = tell
    return pytest.mark.asyncio(loop_scope="session")(wait_for)


_STORIES: dict[Title, Story] = {}


def title_of(item: pytest.Item) -> Title | None:
    """The title of a test that is a story."""
    title = (getattr(getattr(item, "module", None), "__name__", ""), item.name)
    return title if title in _STORIES else None


@asynccontextmanager
async def telling(items: Sequence[pytest.Item], new_customer: Callable[..., Any]) -> AsyncIterator[Told]:
    """All stories among the items, under way in their order."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(tell: Story) -> None:
        async with places:
            await tell(new_customer)

    titles = [title for item in items if (title := title_of(item)) is not None]
    tasks = {title: asyncio.create_task(one(_STORIES[title])) for title in titles}
    try:
        yield Told(tasks)
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
