"""One stack for all journeys: real Kafka, real processes, both simulators. Each test has a connection of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import pytest_asyncio
from devstack import ConnectionSpec, Stack
from devstack.control import ControlApi
from devstack.stack import SERVICES

from .customer import Customer
from .stories import Told, telling, title_of

NewCustomer = Callable[..., Awaitable[Customer]]
Section = Mapping[str, Any]

JOURNEYS = Path(__file__).parent
HANGS = 600
"""Seconds after which a journey is taken for hung; what it waits for has shorter bounds of its own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories first: whatever kills a process must not meet one."""
    items.sort(key=lambda item: title_of(item) is None)
    for item in items:
        if item.path.is_relative_to(JOURNEYS):
            item.add_marker(pytest.mark.timeout(HANGS))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Everything running, without connections."""
    async with Stack(run_dir=tmp_path_factory.mktemp("journeys") / "run", short_lived=True) as running:
        yield running


@pytest.fixture
async def new_customer(stack: Stack) -> AsyncIterator[NewCustomer]:
    """Makes connections with a PeopleSoft site of their own. Times are short: nothing here is slow but on order.

    `basware`, `peoplesoft` and `mapping` are merged into those parts of the connection's document; everything else is
    a field of ConnectionSpec.
    """
    async with _customers(stack) as make:
        yield make


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stories(stack: Stack, request: pytest.FixtureRequest) -> AsyncIterator[Told]:
    """The stories of this folder, begun together."""
    here = Path(__file__).parent
    async with (
        _customers(stack) as make,
        telling([item for item in request.session.items if item.path.parent == here], make) as told,
    ):
        yield told


@asynccontextmanager
async def _customers(stack: Stack) -> AsyncIterator[NewCustomer]:
    for name in SERVICES:
        if not stack.processes[name].running:  # left so by a test that failed
            await stack.restart(name, env={})
    async with (
        ControlApi(name="Basware", base_url=stack.basware_url) as basware_control,
        ControlApi(name="PeopleSoft", base_url=stack.peoplesoft_url) as peoplesoft_control,
    ):

        async def make(
            name: str,
            *,
            basware: Section = MappingProxyType({}),
            peoplesoft: Section = MappingProxyType({}),
            mapping: Section = MappingProxyType({}),
            **spec: Any,
        ) -> Customer:
            wanted = ConnectionSpec(
                **{"node": name.upper().replace("-", "_"), **spec},
                id=name,
                basware={"record_spacing_seconds": 1.1, **basware},
                peoplesoft={"settle_seconds": 3, **peoplesoft},
                mapping=mapping,
            )
            customer = Customer(wanted, stack=stack, basware=basware_control, peoplesoft=peoplesoft_control)
            await stack.add_connection(wanted)
            await customer.tenant(confirm_delay_seconds=0.5)
            return customer

        yield make
