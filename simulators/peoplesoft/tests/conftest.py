"""A running simulator and its edits without a server, each with the data a fresh site starts with."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from peoplesoft_simulator.dataset import starting_data
from peoplesoft_simulator.server import simulator

from .editor import Editor
from .soap_caller import PASSWORD, Caller


@pytest.fixture
def caller_class() -> type[Caller]:
    """For tests that start and stop simulators themselves."""
    return Caller


@pytest.fixture
async def caller(tmp_path: Path) -> AsyncIterator[Caller]:
    """A caller of a fresh simulator whose operator has a password."""
    async with simulator(books=tmp_path / "books", seed=7) as url, aiohttp.ClientSession() as session:
        caller = Caller(url=url, session=session)
        await caller.control("POST", "sites", {"node": "PSFT_EP", "password": PASSWORD})
        yield caller


@pytest.fixture
def editor() -> Editor:
    """The edits over the data a fresh site starts with."""
    return Editor(data=starting_data(seed=7))
