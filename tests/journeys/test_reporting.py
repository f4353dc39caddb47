"""What Basware makes of a report, and what becomes of the invoice then."""

from typing import Any

import pytest
from devstack.errors import Refused

from .conftest import NewCustomer
from .customer import FAILED, TRANSFERRED, Customer, Invoice
from .entries import until_parked
from .promises import kept
from .stories import story

LONG = (
    "The supplier\u2019s bank account is not valid for this payment method in the country of the company. "
    * 4
)


@story
async def test_a_report_that_is_not_carried_out_parks_and_is_told_anew_when_a_person_says_so(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("item-errors")
    orders: dict[str, dict[str, Any]] = {
        "Error": {"message": LONG, "category": "DataValidation"},
        "RecordExpired": {"message": "Record expired after 30 days"},
        "NotProcessed": {"message": "Skipped by rule 17"},
        "Unpublished": {"message": "Consumer is off"},
    }
    invoices: dict[str, Invoice] = {}
    for seed, (status, order) in enumerate(orders.items(), start=1):
        invoices[status] = invoice = await customer.approve_document(
            await customer.sample(seed), deliver=False
        )
        await customer.outcome(invoice, status=status, **order)
        await customer.notify(invoice)
    warned = await customer.approve_document(await customer.sample(9), deliver=False)
    await customer.outcome(warned, status="Warning", message="The due date is a Sunday")
    refused = await customer.approve_document(await customer.sample(10, cost_center="99999"), deliver=False)
    await customer.outcome(refused, status="Error", message="Not now")
    for each in (warned, refused):
        await customer.notify(each)
    # A warning is no refusal.
    await customer.until_status(TRANSFERRED, warned)
    for status, invoice in invoices.items():
        reason = await until_parked(customer, invoice)
        assert orders[status]["message"][:60] in reason, status
    assert "Not now" in await until_parked(customer, refused)
    evidence = await kept(customer)
    assert [len(await customer.vouchers(each)) for each in invoices.values()] == [1] * len(invoices)

    # Once Basware was told something, it cannot be told the contrary.
    first = invoices["Error"]
    with pytest.raises(Refused, match="exists"):
        await customer.parked("send-back", first, reason="no")
    said = await customer.stack.apstream(
        *("parked", "resubmit", "--all-like", "did not carry it out", "--connection", customer.id),
        *("--reason", "mended in Basware", "--by", "pat", "--yes"),
    )
    assert said.count("done:") == len(invoices) + 1
    await customer.until_status(TRANSFERRED, *invoices.values())
    await customer.until_status(FAILED, refused)
    evidence = await kept(customer)
    for invoice in invoices.values():
        told = [each["body"] for each in (await customer.seen_by_basware(invoice))["responses"]]
        assert len({each["externalCode"] for each in told}) == len(told) == 2
        assert {each["voucherNumber1"] for each in told} == {_voucher_id(evidence.invoice(invoice.id))}
        assert len(await customer.calls("create", invoice)) == 1


@story
async def test_an_invoice_that_another_consumer_acknowledged_is_not_posted(new_customer: NewCustomer) -> None:
    """The 405 is not ours: two systems read this tenant, and both might post."""
    customer = await new_customer("other-consumer")
    document = await customer.sample(1)
    await customer.basware_fails("other_consumer", "acknowledge", document_id=document["invoiceId"])
    taken = await customer.approve_document(document)
    ours = await customer.approve(2)
    await customer.until_status(TRANSFERRED, ours)
    assert "another consumer acknowledged" in await until_parked(customer, taken)
    await kept(customer)
    assert await customer.calls("find", taken) == []

    # A person finds out that it was a mistake there, and vouches for it here.
    await customer.parked("resubmit", taken, reason="the old connector is switched off")
    await customer.until_status(TRANSFERRED, taken)
    await kept(customer)
    assert len(await customer.vouchers(taken)) == 1


@story
async def test_long_words_of_peoplesoft_reach_the_clerk_shortened_with_the_code_at_the_end(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("long-words")
    said = {"set": 7030, "number": 9016, "text": LONG}
    document = await customer.sample()
    await customer.peoplesoft_fails(
        "notification_0",
        operation="create",
        invoice_id=document["invoiceNumber"],
        params={"messages": [said]},
    )
    await customer.apply(peoplesoft={"messages": {"7030-9016": "rejected"}})
    invoice = await customer.approve_document(document)
    await customer.until_status(FAILED, invoice)
    evidence = await kept(customer)
    words = await _told(customer, invoice)
    assert words.startswith(LONG[:60])
    assert len(words) <= 250
    (rejected,) = evidence.events(invoice.id, "rejected")
    assert "9016" in rejected["detail"]["reason"]


def _voucher_id(entry: Any) -> str:
    return str(entry["body"]["voucher"]["voucher_id"])


async def _told(customer: Customer, invoice: Invoice) -> str:
    (response,) = (await customer.seen_by_basware(invoice))["responses"]
    return str(response["body"]["responseMessage"])
