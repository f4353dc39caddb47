"""Invoices that may not be posted yet: outside the windows, and in the days before a customer goes live."""

import json
from functools import partial

from .conftest import NewCustomer
from .customer import TRANSFERRED, Customer, Invoice
from .entries import until_entry, until_reason
from .evidence import Entry
from .promises import kept
from .stories import story

NEVER_NOW = {
    "time_zone": "UTC",
    "freezes": [{"begins": "2020-01-01", "ends": "2099-12-31", "reason": "audit"}],
}


@story
async def test_outside_the_posting_windows_invoices_wait_and_go_on_when_they_open(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("windows", peoplesoft={"posting": NEVER_NOW})
    *invoices, withdrawn = [await customer.approve(seed) for seed in (1, 2, 3)]
    for invoice in (*invoices, withdrawn):
        entry = await until_reason(customer, invoice, "posting is frozen until 2099-12-31 (audit)")
        assert (entry["phase"], entry["step"], entry["attempts"]) == ("waiting", "post", 0)
    shown = await customer.stack.apstream("invoice", "show", invoices[0].number, "--connection", customer.id)
    assert "posting is frozen until 2099-12-31 (audit)" in shown
    assert await customer.calls("find") == []
    # While it waits it can be taken back in Basware.
    await customer.set_status(withdrawn, "Returned")
    task = {"taskId": "taken-back", "taskStatus": "New", "taskType": "AccountingDocuments"}
    assert await customer.send_webhook(json.dumps({**task, "documentId": withdrawn.id}).encode()) == 200
    await until_entry(customer, withdrawn, partial(_at, "withdrawn"), what="withdrawn")
    await customer.apply(peoplesoft={"posting": {}})
    await customer.until_status(TRANSFERRED, *invoices)
    await kept(customer)
    assert await customer.vouchers(withdrawn) == []


@story
async def test_in_shadow_mode_nothing_is_touched_and_going_live_posts_it_all(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("shadow", document_extra={"mode": "shadow"})
    good, bad, twice = (
        await customer.approve(1),
        await customer.approve(2, supplier="999"),
        await _keyed(customer),
    )
    withdrawn = await customer.approve(4)
    outcomes = {}
    for invoice in (good, bad, twice, withdrawn):
        entry = await until_entry(
            customer, invoice, lambda seen: bool(seen["body"]["rehearsal"]), what="rehearsed"
        )
        outcomes[invoice.id] = entry["body"]["rehearsal"]
    assert f"would be posted in US001 as {good.number}" in outcomes[good.id]
    assert "PeopleSoft already has voucher" in outcomes[twice.id]
    for invoice in (good, bad, twice):
        seen = await customer.seen_by_basware(invoice)
        assert (seen["status"], seen["acknowledgements"]) == ("WaitingForTransfer", 0)
    assert await customer.calls("create") == []
    shown = await customer.stack.apstream("invoice", "show", good.number, "--connection", customer.id)
    assert outcomes[good.id] in shown
    # The old connector still runs, and takes one of them.
    await customer.acknowledged_by_another(withdrawn)

    await customer.apply(mode="live")
    await customer.until_status(TRANSFERRED, good)
    for invoice, step in ((bad, "returned"), (withdrawn, "withdrawn")):
        await until_entry(customer, invoice, partial(_at, step), what=step)
    await until_reason(customer, twice, "not made by it")
    evidence = await kept(customer)
    assert len(await customer.vouchers(good)) == 1
    assert await customer.vouchers(withdrawn) == []
    assert "rehearsed" in evidence.actions(good.id)


def _at(step: str, entry: Entry) -> bool:
    return bool(entry["step"] == step)


async def _keyed(customer: Customer) -> Invoice:
    document = await customer.sample(3)
    invoice = Invoice(id=document["invoiceId"], number=document["invoiceNumber"], document=document)
    await customer.key_voucher(invoice)
    return await customer.approve_document(document)
