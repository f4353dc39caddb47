"""Payments read over SOAP, from the payment inquiry, or from both: what each proves, and that disagreement is shown."""

from tests.journeys.customer import PAID, TRANSFERRED
from tests.journeys.stories import story

from .agreement import agree
from .conftest import NewCustomer
from .customer import day, gross

STATUSES = {"PAID": "paid", "SCHEDULED": "scheduled", "ON HOLD": "on_hold"}


@story
async def test_queries_over_soap_bring_the_same(new_customer: NewCustomer) -> None:
    customer = await new_customer("source-soap", payments={"route": "soap", "page_rows": 10})
    await customer.site(query_block_rows=3)
    invoices = await customer.posted(*range(1, 13))
    for invoice in invoices[:6]:
        await customer.act(invoice, "pay", day=day(2), amount="3.00")
        await customer.act(invoice, "pay", day=day(1))
    await customer.read()
    await customer.until_status(PAID, *invoices[:6])
    assert (await customer.read("run_full"))["changed"] == 0
    await agree(customer)


@story
async def test_the_inquiry_beside_the_query_shows_where_they_disagree(new_customer: NewCustomer) -> None:
    inquiry = {"root": "RESTListeningConnector/SOURCE_BOTH/ESettlements.v1", "statuses": STATUSES}
    customer = await new_customer(
        "source-both", payments={"sources": ["query", "inquiry"], "inquiry": inquiry}
    )
    same, other = await customer.posted(1, 2)
    for invoice in (same, other):
        await customer.act(invoice, "pay", day=day(2))
    # The query's letters say that nothing was paid; the first source counts.
    await customer.act(other, "mark", codes={"PYMNT_SELCT_STATUS": "N"})
    await customer.read()
    await customer.until_status(PAID, same)
    await customer.watch.caught_up()
    assert customer.pictures(await customer.keys(same))[-1]["disagreements"] == []
    (said,) = customer.pictures(await customer.keys(other))[-1]["disagreements"]
    assert "PAID" in said
    assert said in " ".join((await customer.apstream("payments", "show", other.number)).split())
    shown = await customer.payment(other)
    assert (shown["status"], shown["received"]) == (TRANSFERRED, 0)
    await customer.act(other, "mark", codes={"PYMNT_SELCT_STATUS": "P"})
    await customer.read()
    await customer.until_status(PAID, other)
    await agree(customer)
    assert customer.pictures(await customer.keys(other))[-1]["disagreements"] == []


@story
async def test_the_inquiry_alone_closes_what_can_only_be_one_invoice(new_customer: NewCustomer) -> None:
    inquiry = {"root": "RESTListeningConnector/SOURCE_INQUIRY/ESettlements.v1", "statuses": STATUSES}
    customer = await new_customer("source-inquiry", payments={"sources": ["inquiry"], "inquiry": inquiry})
    paid, part, open_ = [await customer.approve(seed) for seed in (1, 2, 3)]
    await customer.until_status(TRANSFERRED, paid, part, open_)
    await customer.act(paid, "pay", day=day(2))
    await customer.act(part, "pay", day=day(2), amount="1.00")
    # The inquiry has no voucher id: a row over a part of the sum is no invoice's.
    await customer.read()
    await customer.until_status(PAID, paid)
    assert (await customer.payment(paid))["paidTotal"] == gross(paid)
    for invoice in (part, open_):
        shown = await customer.payment(invoice)
        assert (shown["status"], shown["received"]) == (TRANSFERRED, 0)
