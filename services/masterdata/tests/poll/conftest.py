"""A world for a test that needs nothing special of it."""

import pytest

from .world import World


@pytest.fixture
def world() -> World:
    return World()
