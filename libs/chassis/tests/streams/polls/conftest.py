"""Worlds whose polls end with the test."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog.testing

from .world import World


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A world whose polls end with the test; a fault in one of them is the test's."""
    made = World()
    yield made
    for task in made.tasks.started:
        task.cancel()
    for said in await asyncio.gather(*made.tasks.started, return_exceptions=True):
        if isinstance(said, BaseException) and not isinstance(said, asyncio.CancelledError):
            raise said
