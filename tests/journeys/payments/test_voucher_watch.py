"""What got stuck in PeopleSoft after posting is listed, with its age and what helps; once mended it is not."""

from tests.journeys.customer import PAID
from tests.journeys.stories import story

from .conftest import NewCustomer
from .customer import day

STUCK = {
    "recycled": "recycle",
    "match_exception": "match_exception",
    "budget_error": "budget_error",
    "denied": "deny",
    "deleted": "delete",
    "closed": "close",
}
"""What a clerk does, by the exception it becomes."""
MENDED = {
    "recycled": "make_postable",
    "match_exception": "matched",
    "budget_error": "budget_valid",
    "denied": "approve",
    "closed": "reopen",
}


@story
async def test_stuck_vouchers_are_listed_until_they_go_on(new_customer: NewCustomer) -> None:
    customer = await new_customer("watch-stuck")
    invoices = dict(zip(STUCK, await customer.posted(*range(1, 1 + len(STUCK))), strict=True))
    assert await customer.exceptions() == {}
    for kind, act in STUCK.items():
        await customer.clerk_at(invoices[kind], act)
    await customer.read()
    await customer.watch.caught_up()
    listed = await customer.exceptions()
    assert listed == {invoices[kind].number: {kind} for kind in STUCK}
    before = customer.pictures(await customer.keys(invoices["denied"]))[-1]["exceptions"]
    # Nothing is told of it in Basware: a transfer cannot be undone there.
    assert {row["received"] for row in await customer.payments()} == {0}

    # Read again, it is as old as it was.
    await customer.read("run_full")
    await customer.watch.caught_up()
    after = customer.pictures(await customer.keys(invoices["denied"]))[-1]["exceptions"]
    assert [each["since"] for each in after] == [each["since"] for each in before]

    for kind, act in MENDED.items():
        await customer.clerk_at(invoices[kind], act)
        await customer.act(invoices[kind], "pay", day=day(1))
    await customer.read()
    await customer.until_status(PAID, *(invoices[kind] for kind in MENDED))
    assert await customer.exceptions() == {invoices["deleted"].number: {"deleted"}}
    assert [each["status"] for each in await customer.payments()].count(PAID) == len(MENDED)
