"""What goes wrong while PeopleSoft is read: nothing is concluded from what was not shown, and nothing is lost."""

import asyncio
from datetime import UTC, datetime, timedelta

from tests.journeys.customer import PAID, TRANSFERRED
from tests.journeys.eventually import eventually
from tests.journeys.stories import story

from .agreement import agree
from .conftest import NewCustomer
from .customer import PaymentCustomer, day

PAYMENTS, VOUCHERS = "APS_VOUCHER_PAYMENTS", "APS_VOUCHERS"


@story
async def test_a_poll_that_breaks_off_is_made_up_for_by_the_next(new_customer: NewCustomer) -> None:
    customer = await new_customer("read-broken", payments={"page_rows": 10})
    invoices = await customer.posted(*range(1, 13))
    for invoice in invoices:
        await customer.act(invoice, "pay", day=day(2))
    # The second page of payments, more often than a page is asked for.
    await customer.peoplesoft_fails("refuse_503", query=PAYMENTS, skip=1, times=50)
    result = await customer.poll()
    assert result["outcome"] == "failed", result
    assert "503" in result["words"]
    await customer.peoplesoft_recovers()
    await customer.read()
    await customer.until_status(PAID, *invoices)
    await agree(customer)
    assert [row["received"] for row in await customer.payments()] == [1] * len(invoices)


@story
async def test_a_query_that_shows_too_little_unpays_nothing_and_calls_nothing_missing(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("read-little")
    invoices = await customer.posted(*range(1, 8))
    for invoice in invoices:
        await customer.act(invoice, "pay", day=day(2))
    await customer.read()
    await customer.until_status(PAID, *invoices)
    before = await customer.payments()
    for query, words in ((PAYMENTS, "payments"), (VOUCHERS, "not show")):
        await customer.peoplesoft_fails("silently_cut", query=query, times=50, params={"rows": 0})
        result = await customer.poll("run_full")
        assert result["outcome"] == "failed", (query, result)
        assert words in result["words"]
        await customer.peoplesoft_recovers()
    assert await customer.exceptions() == {}
    assert (await customer.read("run_full"))["changed"] == 0
    await agree(customer)
    assert await customer.payments() == before


@story
async def test_late_rows_and_equal_times_are_found_by_the_overlap_or_by_the_full_reading(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("read-late", payments={"watermark_overlap_seconds": 30})
    first, equal, slightly, hours, silent = invoices = await customer.posted(1, 2, 3, 4, 5)
    now = datetime.now(UTC)
    long_ago = (now - timedelta(hours=3)).isoformat()
    for invoice in (hours, silent):
        await customer.act(invoice, "touch", last_update=long_ago)
    await customer.act(first, "pay", day=day(2), last_update=now.isoformat())
    await customer.read()
    # Committed after the reading: with the very same time, a little older, much older, and without any.
    await customer.act(equal, "pay", day=day(2), last_update=now.isoformat())
    await customer.act(slightly, "pay", day=day(2), last_update=(now - timedelta(seconds=9)).isoformat())
    await customer.act(hours, "pay", day=day(2), last_update=long_ago)
    await customer.act(silent, "pay", day=day(2), silently=True)
    assert (await customer.read())["changed"] == 2
    await customer.until_status(PAID, first, equal, slightly)
    assert {(await customer.payment(each))["status"] for each in (hours, silent)} == {TRANSFERRED}
    assert (await customer.read("run_full"))["changed"] == 2
    await customer.until_status(PAID, *invoices)
    await agree(customer)
    assert [row["received"] for row in await customer.payments()] == [1] * len(invoices)

    # A clock that is ahead: what is changed behind it is not lost.
    ahead = datetime.now(UTC) + timedelta(hours=5)
    await customer.act(first, "void", day=day(1), last_update=ahead.isoformat())
    await customer.read()
    await customer.act(equal, "void", day=day(1))
    assert (await customer.read())["changed"] == 1
    await customer.until_status(TRANSFERRED, first, equal)
    await agree(customer)


@story
async def test_without_permission_for_queries_only_the_flow_of_payments_stops(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("read-forbidden")
    (invoice,) = await customer.posted(1)
    await _may_query(customer, allowed=False)
    await customer.act(invoice, "pay", day=day(2))
    result = await customer.poll()
    assert result["outcome"] == "failed", result

    async def said() -> list[tuple[str, str]]:
        return customer.stops()

    await eventually(said, lambda seen: seen == [("payments", "stopped")], what="payments stopped")
    # Invoices are posted as ever.
    other = await customer.approve(2)
    await customer.until_status(TRANSFERRED, other)
    assert customer.stops() == [("payments", "stopped")]
    assert (await customer.operator())["locked"] is False

    await _may_query(customer, allowed=True)
    await customer.stack.apstream(
        "flow", "resume", customer.id, "payments", "--reason", "the operator may query", "--by", "pat"
    )
    await customer.watched(other)
    await customer.until_status(PAID, invoice)
    await agree(customer)


@story
async def test_paused_payments_are_not_read_and_an_order_is_carried_out_afterwards(
    new_customer: NewCustomer,
) -> None:
    customer, other = await asyncio.gather(new_customer("read-paused"), new_customer("read-not-paused"))
    (invoice,), (running,) = await asyncio.gather(customer.posted(1), other.posted(1))
    flow = ("flow", "pause", customer.id, "payments", "--reason", "month-end", "--by", "pat")
    await customer.stack.apstream(*flow)
    queries = await customer.queries()
    for each, one in ((customer, invoice), (other, running)):
        await each.act(one, "pay", day=day(2))
    await customer.order("run_now")
    await other.read()
    await other.until_status(PAID, running)
    assert await customer.queries() == queries
    await customer.stack.apstream(*("resume" if each == "pause" else each for each in flow))
    await customer.until_status(PAID, invoice)
    await agree(customer)


async def _may_query(customer: PaymentCustomer, *, allowed: bool) -> None:
    order = {"node": customer.spec.node, "operator": customer.spec.operator, "may_query": allowed}
    await customer.peoplesoft.post("operators", order)
