"""A stack of payments' own: real Kafka, all that posts, the poller, both simulators. Each test has its connection."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import pytest_asyncio
from devstack import ConnectionSpec, Stack
from devstack.control import ControlApi
from devstack.stack import PAYMENT_SERVICES, SERVICES

from tests.journeys.stories import Told, telling
from tests.journeys.topic_watch import following

from .customer import PaymentCustomer
from .topic_watch import PaymentWatch

NewCustomer = Callable[..., Awaitable[PaymentCustomer]]
Section = Mapping[str, Any]
RUNNING = {**SERVICES, **PAYMENT_SERVICES}

SELDOM = "0 3 1 1 *"
"""A schedule that asks for a first reading, as its last time is past, and for nothing more in a test."""


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Everything running, without connections."""
    run_dir = tmp_path_factory.mktemp("payments") / "run"
    async with Stack(run_dir=run_dir, services=RUNNING, short_lived=True) as running:
        yield running


@pytest.fixture(scope="package")
def watch(stack: Stack) -> Iterator[PaymentWatch]:
    """What lies in the topics, whichever test put it there.

    It ends with the last journey: its thread draws random numbers, which Hypothesis in later tests would notice.
    """
    with following(PaymentWatch(stack.kafka.bootstrap)) as followed:
        yield followed


@pytest.fixture
async def new_customer(stack: Stack, watch: PaymentWatch) -> AsyncIterator[NewCustomer]:
    """Makes connections with a PeopleSoft site and a Basware tenant of their own, where little takes long.

    `basware`, `peoplesoft`, `mapping` and `payments` are merged into those parts of the document; everything else is a
    field of ConnectionSpec.
    """
    async with _customers(stack, watch) as make:
        yield make


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def stories(stack: Stack, watch: PaymentWatch, request: pytest.FixtureRequest) -> AsyncIterator[Told]:
    """The stories of this folder, begun together."""
    here = Path(__file__).parent
    async with (
        _customers(stack, watch) as make,
        telling([item for item in request.session.items if item.path.parent == here], make) as told,
    ):
        yield told


@asynccontextmanager
async def _customers(stack: Stack, watch: PaymentWatch) -> AsyncIterator[NewCustomer]:
    for name in ("basware", "peoplesoft", *RUNNING):
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
            payments: Section = MappingProxyType({}),
            **spec: Any,
        ) -> PaymentCustomer:
            wanted = ConnectionSpec(
                **{"node": name.upper().replace("-", "_"), **spec},
                id=name,
                basware={"record_spacing_seconds": 1.1, **basware},
                peoplesoft={"settle_seconds": 3, **peoplesoft},
                payments={
                    "changes": SELDOM,
                    "full": SELDOM,
                    "reconciliation": {"schedule": None},
                    **payments,
                },
            )
            customer = PaymentCustomer(
                wanted, stack=stack, watch=watch, basware=basware_control, peoplesoft=peoplesoft_control
            )
            await stack.add_connection(wanted)
            await customer.tenant(confirm_delay_seconds=0.5)
            return customer

        yield make
