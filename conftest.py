"""What holds for every test: which of them share a stack, and what is told at the end of a run."""

from collections.abc import Iterator
from pathlib import PurePath

import pytest
import structlog
from hypothesis import settings

# Whether an example is slow depends on what else this machine does; speed is measured in bench/.
settings.register_profile("apstream", deadline=None)
settings.load_profile("apstream")

ONE_WORKER_EACH = (
    "tests/chaos/test_short.py",
    "tests/journeys/masterdata",
    "tests/journeys/payments",
    "tests/journeys",
    "tests/integration",
    "tools/devstack/tests",
)
"""Folders of tests that start brokers and services: with several workers one of them runs a whole folder, so that what
its tests share is started once."""

STACK_SECONDS = 300
"""A test that shares its stack, and this machine, with others may take so long; each wait in it has a bound of its
own."""


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that a test ran may have sent all logs to a stream that is closed by now."""
    yield
    structlog.reset_defaults()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest work first; its group keeps it in one worker, which xdist reads right after this."""
    for item in items:
        if folder := _stack_folder(config, item):
            if config.pluginmanager.hasplugin("xdist"):
                item.add_marker(pytest.mark.xdist_group(folder))
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(STACK_SECONDS))
    items.sort(key=lambda item: _stack_folder(config, item) is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests recorded as `report`, whichever worker ran them."""
    for outcome in ("passed", "failed"):
        for test in terminalreporter.stats.get(outcome, []):
            for name, text in getattr(test, "user_properties", ()):
                if name == "report":
                    terminalreporter.section(test.nodeid)
                    terminalreporter.write_line(str(text))


def _stack_folder(config: pytest.Config, item: pytest.Item) -> str | None:
    """The folder whose tests share a stack with this one."""
    place = PurePath(item.path).relative_to(config.rootpath).as_posix()
    return next((folder for folder in ONE_WORKER_EACH if place.startswith(folder)), None)
