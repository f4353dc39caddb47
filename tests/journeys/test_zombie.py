"""A poster that freezes and wakes up when another one has its work: it must not post, nor write, nor stay."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from devstack import Stack

from .conftest import NewCustomer
from .customer import TRANSFERRED, Customer, Invoice
from .eventually import eventually
from .promises import kept

POSTER = "voucher-poster"
MUST_NOT_GO_ON = 70
"""Exit status of a service that lost the right to write."""


@pytest.fixture
def replica(request: pytest.FixtureRequest) -> str:
    """A name of its own for each test's replica."""
    return f"{POSTER}-of-{request.node.name}"


async def test_frozen_with_calls_under_way_it_posts_nothing_more(
    stack: Stack, new_customer: NewCustomer, replica: str
) -> None:
    customer = await _warned(new_customer, "zombie")
    first = await customer.approve(1)  # From here on the lane is two calls wide.
    await customer.until_status(TRANSFERRED, first)
    created, looked = await customer.sample(2), await customer.sample(3)
    for operation, document in (("create", created), ("find", looked)):
        late = {"operation": operation, "invoice_id": document["invoiceNumber"], "params": {"seconds": 1}}
        await customer.peoplesoft_fails("delay_seconds", **late)
    invoices = [await customer.approve_document(each) for each in (created, looked)]

    async def under_way() -> set[str]:
        calls = [*await customer.calls("create", invoices[0]), *await customer.calls("find", invoices[1])]
        return {each["operation"] for each in calls}

    await eventually(under_way, lambda seen: seen == {"create", "find"}, what="a create and a look under way")
    stack.kill(POSTER, signal.SIGSTOP)
    async with _taken_over(stack, by=replica):
        invoices.append(await customer.approve(4))
        await _wakes_up_in_vain(customer, [first, *invoices])


async def test_frozen_between_started_and_the_send_it_does_not_send(
    stack: Stack, new_customer: NewCustomer, replica: str, tmp_path: Path
) -> None:
    customer = await _warned(new_customer, "zombie-sending")
    await stack.restart(POSTER, env={"APSTREAM_FREEZE_AT": f"started committed:{tmp_path / 'once'}"})
    invoice = await customer.approve()
    poster = psutil.Process(stack.processes[POSTER].pid)

    async def status() -> str:
        return poster.status()

    await eventually(status, lambda seen: seen == psutil.STATUS_STOPPED, what="the poster frozen")
    assert await customer.calls("create") == []
    async with _taken_over(stack, by=replica):
        await _wakes_up_in_vain(customer, [invoice])
        assert len(await customer.calls("create")) == 1


async def _warned(new_customer: NewCustomer, name: str) -> Customer:
    """A customer whose PeopleSoft takes a second voucher: nobody but us prevents it."""
    customer = await new_customer(name, peoplesoft={"settle_seconds": 1})
    await customer.site(duplicate_action="warn")
    return customer


@asynccontextmanager
async def _taken_over(stack: Stack, *, by: str) -> AsyncIterator[None]:
    """A replica takes the frozen poster's work; in the end the poster has it again, alone."""
    await stack.add_replica(by, of=POSTER)
    try:
        yield
    finally:
        stack.kill(POSTER, signal.SIGCONT)
        stack.kill(by, signal.SIGTERM)
        await asyncio.gather(stack.restart(POSTER, env={}), stack.wait_ended(by))


async def _wakes_up_in_vain(customer: Customer, invoices: list[Invoice]) -> None:
    stack = customer.stack
    await customer.until_status(TRANSFERRED, *invoices)
    await kept(customer)
    calls = await customer.calls("create")
    stack.kill(POSTER, signal.SIGCONT)
    await stack.wait_ended(POSTER)
    assert stack.processes[POSTER].exit_code == MUST_NOT_GO_ON
    assert "Fenced" in stack.processes[POSTER].tail()
    evidence = await kept(customer)
    assert await customer.calls("create") == calls
    for invoice in invoices:
        assert len(await customer.vouchers(invoice)) == 1
        assert evidence.actions(invoice.id).count("confirmed") == 1
