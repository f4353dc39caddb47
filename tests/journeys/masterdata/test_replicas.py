"""Two processes of each service: one owns a connection at a time, and the other takes over when it dies or freezes."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from devstack import Stack

from tests.journeys.eventually import eventually

from .conftest import SELDOM, NewCustomer
from .customer import Json, MasterDataCustomer
from .same import same
from .topic_watch import RECORDS

POLL, IMPORT = "masterdata-poll", "masterdata-import"
COST_CENTERS = {"cost_centers": {"changes": SELDOM, "full": SELDOM}}
NAMES = ("md-one", "md-two", "md-three", "md-four")
MUST_NOT_GO_ON = 70
"""Exit status of a service that lost the right to write."""


async def test_when_one_of_two_replicas_is_killed_the_other_takes_over(
    stack: Stack, new_customer: NewCustomer
) -> None:
    customers = await asyncio.gather(*(new_customer(name, entities=COST_CENTERS) for name in NAMES))
    await asyncio.gather(*(each.loaded() for each in customers))
    async with _replicas(stack, "killed"):
        await _change(customers, "With two replicas")
        for name in (POLL, IMPORT):
            stack.kill(name)
            await stack.wait_ended(name)
        await _change(customers, "With the second one alone")
        await asyncio.gather(*(stack.restart(name) for name in (POLL, IMPORT)))
        await _change(customers, "With two again")
    for customer in customers:
        _one_at_a_time(await customer.queries())
        assert len(customer.watch.of(RECORDS, customer.id)) == await _posted(customer)


@pytest.mark.parametrize("service", [POLL, IMPORT])
async def test_a_frozen_replica_is_replaced_and_changes_nothing_when_it_wakes_up(
    stack: Stack, new_customer: NewCustomer, service: str
) -> None:
    customer = await new_customer(f"md-frozen-{service}", entities=COST_CENTERS)
    await customer.loaded()
    if service == POLL:
        await customer.peoplesoft_fails("delay_seconds", query="APS_DEPARTMENTS", params={"seconds": 3})
    else:
        await customer.basware_fails("delay_seconds", "import_costCenters", params={"seconds": 3})
    await customer.change(chartfields=[{"field": "DEPTID", "value": "10000", "descr": "Frozen"}])
    await customer.order("run_now", "cost_centers")
    await _under_way(customer, service)
    stack.kill(service, signal.SIGSTOP)
    replica = f"{service}-of-frozen"
    await stack.add_replica(replica, of=service)
    try:
        await same(customer)
        seen = await customer.imports()
        stack.kill(service, signal.SIGCONT)
        await stack.wait_ended(service)
        assert stack.processes[service].exit_code == MUST_NOT_GO_ON
        await same(customer)
        assert (await customer.imports())["apis"] == seen["apis"]
    finally:
        stack.kill(service, signal.SIGCONT)
        stack.kill(replica, signal.SIGTERM)
        await asyncio.gather(stack.restart(service), stack.wait_ended(replica))
    await _change([customer], "Afterwards")


@asynccontextmanager
async def _replicas(stack: Stack, name: str) -> AsyncIterator[None]:
    """A second process of each service beside the first."""
    added = [f"{service}-{name}" for service in (POLL, IMPORT)]
    await asyncio.gather(
        *(stack.add_replica(each, of=of) for each, of in zip(added, (POLL, IMPORT), strict=True))
    )
    try:
        yield
    finally:
        for each in added:
            stack.kill(each, signal.SIGTERM)
        await asyncio.gather(*(stack.wait_ended(each) for each in added))


async def _change(customers: Sequence[MasterDataCustomer], descr: str) -> None:
    """One change of each customer, until it arrived."""
    for customer in customers:
        await customer.change(chartfields=[{"field": "DEPTID", "value": "10000", "descr": descr}])
        await customer.order("run_now", "cost_centers")
    await asyncio.gather(*(same(customer) for customer in customers))


async def _under_way(customer: MasterDataCustomer, service: str) -> None:
    """Until the call that takes so long was begun."""

    async def look() -> bool:
        if service == POLL:
            return any(not each["outcome"] for each in await customer.queries())
        faults = (await customer.basware.get("faults"))["faults"]
        return not [each for each in faults if each["tenant"] == customer.id]

    await eventually(look, bool, what=f"{service} in the middle of a call")


async def _posted(customer: MasterDataCustomer) -> int:
    return int((await customer.counts("cost_centers"))["posted"])


def _one_at_a_time(queries: Sequence[Json]) -> None:
    """No two polls of a connection overlapped: each query was answered before the next came in."""
    for before, after in pairwise(queries):
        assert before["answered_at"] is not None
        assert before["answered_at"] <= after["received_at"], (before, after)
