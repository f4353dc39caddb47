"""What holds for every test: which of them share a stack, and what is told at the end of a run."""

from collections.abc import Iterator
from pathlib import PurePath

import pytest
import structlog
from hypothesis import settings

# Whether an example is slow depends on what else this machine does; speed is measured in bench/.
settings.register_profile("apstream", deadline=None)
settings.load_profile("apstream")

ONE_AT_A_TIME = ("tests/journeys", "tests/integration", "tools/devstack/tests")
"""Tests that start brokers and services: with several workers one of them runs all of these."""

STACK_SECONDS = 300
"""A test that shares its stack, and this machine, with others may take so long; each wait in it has a bound of its
own."""


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that a test ran may have sent all logs to a stream that is closed by now."""
    yield
    structlog.reset_defaults()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest work first; its group keeps it in one worker."""
    for item in items:
        if _starts_a_stack(config, item):
            item.add_marker(pytest.mark.xdist_group("stack"))
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(STACK_SECONDS))
    items.sort(key=lambda item: not _starts_a_stack(config, item))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests recorded as `report`, whichever worker ran them."""
    for outcome in ("passed", "failed"):
        for test in terminalreporter.stats.get(outcome, []):
            for name, text in getattr(test, "user_properties", ()):
                if name == "report":
                    terminalreporter.section(test.nodeid)
                    terminalreporter.write_line(str(text))


def _starts_a_stack(config: pytest.Config, item: pytest.Item) -> bool:
    place = PurePath(item.path).relative_to(config.rootpath).as_posix()
    return place.startswith(ONE_AT_A_TIME)
