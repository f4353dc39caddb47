"""SIGKILL at every named point of a payment and at random moments: started again, each is told once and is right."""

import asyncio
import random
import signal
from pathlib import Path

from devstack import Stack

from tests.journeys.customer import PAID
from tests.journeys.eventually import eventually

from .agreement import agree
from .conftest import NewCustomer
from .customer import day

POSTER, POLLER = "voucher-poster", "payment-poller"
DEATHS = (
    {POLLER: "payments read", POSTER: "payment stored"},
    {POLLER: "pictures published", POSTER: "payment reported"},
    {POSTER: "payment due"},
)
"""The points of one payment each. Taken from the last to the first, so that what was killed before, and goes on while
the next point is armed, is past it already."""
MANY = 30


async def test_a_service_killed_at_each_point_tells_each_payment_once(
    stack: Stack, new_customer: NewCustomer, tmp_path: Path
) -> None:
    customer = await new_customer("pay-killed")
    invoices = await customer.posted(*range(1, len(DEATHS) + 1))
    for points, invoice in zip(DEATHS, invoices, strict=True):
        armed = {name: {"APSTREAM_KILL_AT": f"{point}:{tmp_path / point}"} for name, point in points.items()}
        await asyncio.gather(*(stack.restart(each, env=armed.get(each, {})) for each in (POLLER, POSTER)))
        await customer.act(invoice, "pay", day=day(2))
        await customer.order("run_now")
        for name, point in points.items():
            await stack.wait_ended(name)
            assert stack.processes[name].exit_code == -signal.SIGKILL
            assert (tmp_path / point).exists()
    await stack.restart(POSTER, env={})
    await customer.until_status(PAID, *invoices)
    await agree(customer)
    for points, invoice in zip(DEATHS, invoices, strict=True):
        history = (await customer.payment(invoice))["history"]
        assert len([each for each in history if not each["repeats"]]) == 1, points
        # One when it was posted and one when it was paid, however often it was read.
        digests = [each["digest"] for each in customer.pictures(await customer.keys(invoice))]
        assert len(set(digests)) == 2, points
    assert (await customer.read("run_full"))["changed"] == 0


async def test_many_payments_arrive_although_both_services_are_killed_at_random_moments(
    stack: Stack, new_customer: NewCustomer
) -> None:
    moments = random.Random(6)  # noqa: S311 - moments, not secrets
    customer = await new_customer("pay-random", payments={"page_rows": 10})
    invoices = await customer.posted(*range(1, MANY + 1))

    async def treasury() -> None:
        for number, invoice in enumerate(invoices):
            for action, order in _of(number):
                await customer.act(invoice, action, **order)
            if number % 5 == 4:
                await customer.order("run_now")
                await asyncio.sleep(
                    moments.uniform(0, 1.5)
                )  # not to wait for anything: payments take their time

    async def killer() -> None:
        for name in (POLLER, POSTER) * 2:
            await asyncio.sleep(moments.uniform(0, 2))  # not to wait for anything: the moment is the test
            stack.kill(name)
            await stack.wait_ended(name)
            await stack.restart(name)

    async with asyncio.TaskGroup() as both:
        both.create_task(treasury())
        both.create_task(killer())
    await customer.poll()
    await agree(customer)


def _of(number: int) -> list[tuple[str, dict[str, object]]]:
    """What becomes of one of them."""
    pay: tuple[str, dict[str, object]] = ("pay", {"day": day(3)})
    match number % 5:
        case 0:
            return [("hold", {"reason": "OTH"})]
        case 1:
            return [("pay", {"day": day(4), "amount": "1.00"})]
        case 2:
            return [pay, ("void", {"day": day(1), "form": "new_row"})]
        case 3:
            return [pay, ("reissue", {"day": day(1)})]
        case _:
            return [pay]


async def test_killed_simulators_leave_nothing_behind(stack: Stack, new_customer: NewCustomer) -> None:
    customer = await new_customer("pay-remotes")
    first, second = await customer.posted(1, 2)
    await customer.act(first, "pay", day=day(2))
    of_second = await customer.keys(second)
    stack.kill("basware")
    await stack.wait_ended("basware")
    await customer.read()

    async def tried() -> int:
        entry = customer.entry(first)
        return int(entry["attempts"])

    await eventually(tried, bool, what="a payment told in vain")
    await customer.act_on(of_second, "pay", day=day(2))
    stack.kill("peoplesoft")
    await stack.wait_ended("peoplesoft")
    assert (await customer.poll())["outcome"] == "failed"
    await asyncio.gather(stack.restart("basware"), stack.restart("peoplesoft"))
    await customer.forget_unanswered_calls()
    await customer.tenant(confirm_delay_seconds=0.5)
    await customer.read()
    await customer.until_status(PAID, first, second)
    await agree(customer)
