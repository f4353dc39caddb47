"""Two pollers, or two posters: one owns a connection at a time, and the other takes over when it dies or freezes."""

import asyncio
import signal
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import psutil
from devstack import Stack

from tests.journeys.customer import PAID, Invoice, Json
from tests.journeys.eventually import eventually
from tests.journeys.topic_records import PICTURES

from .agreement import agree
from .conftest import NewCustomer
from .customer import PaymentCustomer, day

POSTER, POLLER = "voucher-poster", "payment-poller"
NAMES = ("pay-one", "pay-two", "pay-three", "pay-four")
MUST_NOT_GO_ON = 70
"""Exit status of a service that lost the right to write."""


async def test_when_one_of_two_pollers_is_killed_the_other_takes_over(
    stack: Stack, new_customer: NewCustomer
) -> None:
    customers = await asyncio.gather(*map(new_customer, NAMES))
    invoices = await asyncio.gather(*(each.posted(1, 2, 3) for each in customers))
    replica = "payment-poller-killed"
    await stack.add_replica(replica, of=POLLER)
    try:
        await _paid(customers, [each[0] for each in invoices])
        stack.kill(POLLER)
        await stack.wait_ended(POLLER)
        await _paid(customers, [each[1] for each in invoices])
        await stack.restart(POLLER)
        await _paid(customers, [each[2] for each in invoices])
    finally:
        stack.kill(replica, signal.SIGTERM)
        await stack.wait_ended(replica)
    for customer in customers:
        await agree(customer)
        _one_at_a_time(await customer.queries())
        assert [row["received"] for row in await customer.payments()] == [1, 1, 1]


async def test_a_frozen_poller_is_replaced_and_changes_nothing_when_it_wakes_up(
    stack: Stack, new_customer: NewCustomer
) -> None:
    customer = await new_customer("pay-frozen")
    first, second = await customer.posted(1, 2)
    await customer.act(first, "pay", day=day(2))
    late = {"query": "APS_VOUCHER_PAYMENTS", "params": {"seconds": 3}}
    await customer.peoplesoft_fails("delay_seconds", **late)
    await customer.order("run_now")

    async def under_way() -> bool:
        return any(not each["outcome"] for each in await customer.queries())

    await eventually(under_way, bool, what="a query under way")
    stack.kill(POLLER, signal.SIGSTOP)
    replica = "payment-poller-of-frozen"
    await stack.add_replica(replica, of=POLLER)
    try:
        await customer.until_status(PAID, first)
        # What the frozen one read is old by then: the payment is void.
        await customer.act(first, "void", day=day(1))
        await customer.read()
        await agree(customer)
        seen = customer.watch.of(PICTURES, customer.id)
        stack.kill(POLLER, signal.SIGCONT)
        await stack.wait_ended(POLLER)
        assert stack.processes[POLLER].exit_code == MUST_NOT_GO_ON
        await agree(customer)
        assert customer.watch.of(PICTURES, customer.id) == seen
    finally:
        stack.kill(POLLER, signal.SIGCONT)
        stack.kill(replica, signal.SIGTERM)
        await asyncio.gather(stack.restart(POLLER), stack.wait_ended(replica))
    await _paid([customer], [second])
    await agree(customer)


async def test_a_poster_frozen_before_it_tells_a_payment_does_not_tell_it_when_it_wakes_up(
    stack: Stack, new_customer: NewCustomer, tmp_path: Path
) -> None:
    customer = await new_customer("pay-zombie")
    (invoice,) = await customer.posted(1)
    await stack.restart(POSTER, env={"APSTREAM_FREEZE_AT": f"payment due:{tmp_path / 'once'}"})
    await customer.act(invoice, "pay", day=day(2))
    await customer.read()
    poster = psutil.Process(stack.processes[POSTER].pid)

    async def status() -> str:
        return poster.status()

    await eventually(status, lambda seen: seen == psutil.STATUS_STOPPED, what="the poster frozen")
    replica = "voucher-poster-of-payments"
    await stack.add_replica(replica, of=POSTER)
    try:
        await customer.until_status(PAID, invoice)
        await customer.act(invoice, "void", day=day(1))
        await customer.read()
        await agree(customer)
        told = await customer.payment(invoice)
        stack.kill(POSTER, signal.SIGCONT)
        await stack.wait_ended(POSTER)
        assert stack.processes[POSTER].exit_code == MUST_NOT_GO_ON
        await agree(customer)
        assert await customer.payment(invoice) == told
    finally:
        stack.kill(POSTER, signal.SIGCONT)
        stack.kill(replica, signal.SIGTERM)
        await asyncio.gather(stack.restart(POSTER, env={}), stack.wait_ended(replica))


async def _paid(customers: Sequence[PaymentCustomer], invoices: Sequence[Invoice]) -> None:
    """One payment of each customer, until Basware shows it."""
    for customer, invoice in zip(customers, invoices, strict=True):
        await customer.act(invoice, "pay", day=day(2))
        await customer.order("run_now")
    await asyncio.gather(
        *(customer.until_status(PAID, invoice) for customer, invoice in zip(customers, invoices, strict=True))
    )


def _one_at_a_time(queries: Sequence[Json]) -> None:
    """No two polls of a connection overlapped: each query was answered before the next came in."""
    for before, after in pairwise(queries):
        assert before["answered_at"] is not None
        assert before["answered_at"] <= after["received_at"], (before, after)
