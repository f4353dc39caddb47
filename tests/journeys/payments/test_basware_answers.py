"""What goes wrong on Basware's side while payments are told, and that each is told once all the same."""

import asyncio
from typing import Any

from tests.journeys.customer import PAID, TRANSFERRED
from tests.journeys.stories import story

from .agreement import agree
from .conftest import NewCustomer
from .customer import day

FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("status", {"params": {"status": 429, "headers": {"Retry-After": "1"}}, "times": 2}),
    ("status", {"params": {"status": 503}, "times": 2}),
    ("status", {"params": {"status": 500, "processed": True}}),
    ("drop_before", {}),
    ("drop_after", {}),
    ("html", {}),
    ("empty", {}),
)


@story
async def test_each_payment_is_told_once_whatever_becomes_of_the_calls(new_customer: NewCustomer) -> None:
    await asyncio.gather(*(_told_once(new_customer, repeat) for repeat in ("conflict", "idempotent")))


async def _told_once(new_customer: NewCustomer, repeat: str) -> None:
    customer = await new_customer(f"told-{repeat}")
    await customer.tenant(payments={"repeat": repeat})
    invoices = await customer.posted(*range(1, len(FAULTS) + 1))
    for invoice, (kind, order) in zip(invoices, FAULTS, strict=True):
        await customer.basware_fails(kind, "paymentResponses", document_id=invoice.id, **order)
        await customer.act(invoice, "pay", day=day(2))
    await customer.read()
    await customer.until_status(PAID, *invoices)
    await agree(customer)
    for invoice in invoices:
        history = (await customer.payment(invoice))["history"]
        assert len([each for each in history if not each["repeats"]]) == 1, invoice.number


@story
async def test_an_outage_of_basware_only_delays_what_is_told(new_customer: NewCustomer) -> None:
    customer = await new_customer("told-late")
    invoices = await customer.posted(1, 2, 3)
    await customer.basware.post("outage", {"tenant": customer.id, "seconds": 6, "kind": "503"})
    for invoice in invoices:
        await customer.act(invoice, "pay", day=day(2))
    await customer.read()
    # While it lasts one is taken back again: what is told in the end is what is true then.
    await customer.act(invoices[0], "void", day=day(1))
    await customer.read()
    await customer.until_status(PAID, *invoices[1:])
    await agree(customer)
    assert (await customer.payment(invoices[0]))["status"] == TRANSFERRED


@story
async def test_a_payment_that_is_not_carried_out_parks_with_baswares_words_and_is_sent_again_by_a_person(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("told-refused")
    refused, expired, gone, warned = await customer.posted(1, 2, 3, 4)
    await customer.outcome(refused, status="Error", message="Locked by Ann", category="DataValidation")
    await customer.outcome(expired, status="RecordExpired", message="A newer version", times=1)
    await customer.outcome(warned, status="Warning", message="The payment date is a Sunday")
    await customer.set_status(gone, "Removed")
    for invoice in (refused, expired, gone, warned):
        await customer.act(invoice, "pay", day=day(2))
    await customer.read()
    await customer.until_status(PAID, expired, warned)
    await customer.until_parked_because(refused, "Locked by Ann")
    await customer.until_parked_because(gone, "Removed")
    assert (await customer.payment(refused))["status"] == TRANSFERRED
    # It waits: reading again sends nothing.
    before = (await customer.payment(refused))["received"]
    assert (await customer.read("run_full"))["changed"] == 0
    assert (await customer.payment(refused))["received"] == before

    await customer.outcome(refused, status=None)
    await customer.set_status(gone, TRANSFERRED)
    for invoice in (refused, gone):
        assert "done:" in await customer.parked("resubmit", invoice, reason="mended in Basware")
    await customer.until_status(PAID, refused, gone)
    await agree(customer)
