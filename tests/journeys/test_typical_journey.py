"""The typical journey: a webhook becomes a voucher, its number is told, Basware confirms."""

import asyncio

from .conftest import NewCustomer
from .customer import TRANSFERRED, Customer
from .evidence import shard_of
from .promises import PATH, kept
from .stories import story
from .topic_records import AUDIT_INGRESS, DOCUMENTS, FETCHES, NOTIFICATIONS


@story
async def test_an_approved_invoice_becomes_one_confirmed_voucher(new_customer: NewCustomer) -> None:
    customer = await new_customer("typical")
    # Documents are redirected to an origin that refuses Basware's own token.
    assert (await customer.basware.get("settings", tenant=customer.id))["redirect"] is True
    invoice = await customer.approve()
    await customer.until_status(TRANSFERRED, invoice)
    evidence = await kept(customer)

    (voucher,) = await customer.vouchers(invoice)
    assert voucher["GROSS_AMT"] == str(invoice.document["grossSum"])
    assert voucher["ORIGIN"] == "BSW"
    assert voucher["created_by"] == customer.spec.operator
    assert len(voucher["VOUCHER_LINE"]) == len(invoice.document["codingRows"])

    seen = await customer.seen_by_basware(invoice)
    (response,) = seen["responses"]
    assert (seen["status"], seen["acknowledgements"], seen["fetches"]) == (TRANSFERRED, 1, 1)
    assert response["body"]["voucherNumber1"] == voucher["VOUCHER_ID"]
    assert response["body"]["voucherNumber2"] == voucher["BUSINESS_UNIT"]
    assert response["status"] == "AcknowledgedSuccess"

    entry = evidence.invoice(invoice.id)
    assert entry is not None
    assert (entry["phase"], entry["step"], entry["body"]["cycle"]) == ("final", "confirmed", 1)
    assert entry["body"]["voucher"]["voucher_id"] == voucher["VOUCHER_ID"]
    # Basware takes its time to carry the report out: how often it was asked meanwhile does not matter.
    steps = [action for action in evidence.actions(invoice.id) if action != "retry"]
    assert steps == list(PATH)
    assert evidence.actions(invoice.id, AUDIT_INGRESS) == ["notified", "published"]
    assert [len(evidence.records[topic]) for topic in (NOTIFICATIONS, DOCUMENTS)] == [1, 1]
    assert len(evidence.entries(FETCHES)) == 1
    # One trace from the webhook on.
    assert {each["trace_id"] for each in evidence.audit} == {entry["trace_id"]}


@story
async def test_customers_work_side_by_side_in_partitions_of_their_own(new_customer: NewCustomer) -> None:
    customers = await asyncio.gather(new_customer("side"), new_customer("by-side"))
    assert len({shard_of(each.id) for each in customers}) == 2

    async def several(customer: Customer) -> None:
        invoices = [await customer.approve(seed) for seed in range(1, 4)]
        await customer.until_status(TRANSFERRED, *invoices)
        await kept(customer)

    await asyncio.gather(*map(several, customers))
