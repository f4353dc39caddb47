"""A stack of master data's own: real Kafka, poll and import, both simulators. Each test has a connection of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import pytest_asyncio
from devstack import ConnectionSpec, Stack
from devstack.control import ControlApi
from devstack.stack import MASTERDATA_SERVICES

from tests.journeys.stories import Told, telling
from tests.journeys.topic_watch import following

from .customer import MasterDataCustomer
from .topic_watch import MasterDataWatch

NewCustomer = Callable[..., Awaitable[MasterDataCustomer]]
Section = Mapping[str, Any]

SELDOM = "0 3 1 1 *"
"""A schedule that asks for the first load at once, as its last time is past, and for nothing more in a test."""
ENTITIES: Section = {
    "payment_terms": {"full": SELDOM},
    "suppliers": {"changes": SELDOM, "full": SELDOM},
}


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Everything running, without connections."""
    run_dir = tmp_path_factory.mktemp("masterdata") / "run"
    async with Stack(run_dir=run_dir, services=MASTERDATA_SERVICES, short_lived=True) as running:
        yield running


@pytest.fixture(scope="package")
def watch(stack: Stack) -> Iterator[MasterDataWatch]:
    """What lies in the topics, whichever test put it there.

    It ends with the last journey: its thread draws random numbers, which Hypothesis in later tests would notice.
    """
    with following(MasterDataWatch(stack.kafka.bootstrap)) as followed:
        yield followed


@pytest.fixture
async def new_customer(stack: Stack, watch: MasterDataWatch) -> AsyncIterator[NewCustomer]:
    """Makes connections with a PeopleSoft site and a Basware tenant of their own, where little takes long.

    `entities` are those of the section, `section` is merged into it, `imports` are settings of the tenant's imports;
    `prepare` is awaited before our side knows of the connection; everything else is a field of ConnectionSpec.
    """
    async with _customers(stack, watch) as make:
        yield make


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def stories(
    stack: Stack, watch: MasterDataWatch, request: pytest.FixtureRequest
) -> AsyncIterator[Told]:
    """The stories of this folder, begun together."""
    here = Path(__file__).parent
    async with (
        _customers(stack, watch) as make,
        telling([item for item in request.session.items if item.path.parent == here], make) as told,
    ):
        yield told


@asynccontextmanager
async def _customers(stack: Stack, watch: MasterDataWatch) -> AsyncIterator[NewCustomer]:
    for name in MASTERDATA_SERVICES:
        if not stack.processes[name].running:  # left so by a test that failed
            await stack.restart(name, env={})
    async with (
        ControlApi(name="Basware", base_url=stack.basware_url) as basware_control,
        ControlApi(name="PeopleSoft", base_url=stack.peoplesoft_url) as peoplesoft_control,
    ):

        async def make(
            name: str,
            *,
            entities: Section = ENTITIES,
            section: Section = MappingProxyType({}),
            basware: Section = MappingProxyType({}),
            imports: Section = MappingProxyType({}),
            prepare: Callable[[MasterDataCustomer], Awaitable[None]] | None = None,
            **spec: Any,
        ) -> MasterDataCustomer:
            wanted = ConnectionSpec(
                **{"node": name.upper().replace("-", "_"), **spec},
                id=name,
                basware={"record_spacing_seconds": 1.1, **basware},
                masterdata={
                    "time_zone": "UTC",
                    "companies": {"SHARE": ["BW00"]},
                    "entities": dict(entities),
                    **section,
                },
            )
            customer = MasterDataCustomer(
                wanted, stack=stack, watch=watch, basware=basware_control, peoplesoft=peoplesoft_control
            )

            async def before_we_know_it() -> None:
                await customer.tenant(imports={"delay_seconds": 0.3, **imports})
                if prepare is not None:
                    await prepare(customer)

            await stack.add_connection(wanted, prepare=before_we_know_it)
            return customer

        yield make
