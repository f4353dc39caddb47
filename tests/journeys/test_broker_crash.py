"""The broker is killed in mid-flow and comes back: nothing is lost, nothing is done twice.

Services may end themselves when they cannot know what became of a transaction; here, as anywhere, somebody starts
them again.
"""

import asyncio
import signal

from devstack import Stack
from devstack.stack import SERVICES

from .conftest import NewCustomer
from .customer import TRANSFERRED, Customer, Invoice
from .eventually import eventually
from .promises import kept

INVOICES = 12


async def test_nothing_is_lost_or_doubled_when_the_broker_dies(
    stack: Stack, new_customer: NewCustomer
) -> None:
    customer = await new_customer("broker-crash", peoplesoft={"settle_seconds": 1})
    await customer.site(duplicate_action="warn", latency_ms=150)
    invoices = [await customer.approve(seed) for seed in range(1, INVOICES + 1)]

    async def posted() -> int:
        return len([each for each in await customer.calls("create") if each["voucher"]])

    await eventually(posted, lambda seen: seen >= 2, what="the first vouchers")
    await stack.kafka.kill(signal.SIGKILL)
    assert await posted() < INVOICES, "the broker died too late to matter"
    # More webhooks while it is away: they are answered 503 and come again.
    late = [await customer.approve(seed) for seed in range(INVOICES + 1, INVOICES + 4)]
    await eventually(
        lambda: _answers(customer, late), lambda seen: all(503 in each for each in seen), what="answered 503"
    )
    await stack.restart("kafka")
    invoices += late
    await _supervised(customer, invoices)
    await kept(customer)
    assert all(200 in each for each in await _answers(customer, late))
    for invoice in invoices:
        assert len(await customer.vouchers(invoice)) == 1


async def _answers(customer: Customer, invoices: list[Invoice]) -> list[list[int | None]]:
    """What the webhooks of each invoice were answered."""
    seen = await asyncio.gather(*map(customer.seen_by_basware, invoices))
    return [[at["status"] for task in each["notifications"] for at in task["attempts"]] for each in seen]


async def _supervised(customer: Customer, invoices: list[Invoice]) -> None:
    """Until all are transferred; a service that ended meanwhile is started again."""
    stack = customer.stack

    async def look() -> list[str]:
        for name in SERVICES:
            if not stack.processes[name].running:
                await stack.restart(name)
        seen = await asyncio.gather(*map(customer.seen_by_basware, invoices))
        return [each["status"] for each in seen]

    await eventually(look, lambda seen: set(seen) == {TRANSFERRED}, what="all transferred")
    for name in SERVICES:
        await stack.wait_ready(name)
