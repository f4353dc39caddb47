"""Vouchers that apstream did not post close their invoices too: from before go-live, and keyed by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from devstack.errors import Refused

from tests.journeys.customer import PAID, TRANSFERRED, Invoice, Json
from tests.journeys.stories import story

from .agreement import agree
from .conftest import NewCustomer
from .customer import PaymentCustomer, day, gross

BECAUSE = ("--reason", "a journey", "--by", "pat", "--yes")


@story
async def test_invoices_from_before_go_live_are_taken_up_and_their_payments_close_them(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("link-backfill")
    old, paid_before, numberless = [await _before_go_live(customer, seed) for seed in (1, 2, 3)]
    strange = await _before_go_live(customer, 4, INVOICE_ID="SOMEBODY ELSE'S")
    await customer.act(paid_before, "pay", day=day(20))
    told = await _backfill(customer)
    assert "4 to be linked" in told
    assert "1 were refused" in told
    assert strange.number in told
    await customer.watched(old, paid_before, numberless)
    await customer.until_status(PAID, paid_before)
    assert (await customer.payment(old))["received"] == 0
    await customer.act(old, "pay", day=day(1))
    await customer.act(numberless, "hold")
    await customer.read()
    await customer.until_status(PAID, old)
    await agree(customer)
    assert (await customer.payment(old))["paidTotal"] == gross(old)
    # Given again it does nothing new; what was refused is tried again.
    assert "1 to be linked" in await _backfill(customer)
    assert customer.entry(strange)["body"]["voucher"] is None


@story
async def test_a_voucher_keyed_by_hand_is_linked_and_its_payment_closes_the_invoice(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("link-keyed")
    document = await customer.sample(1)
    invoice = Invoice(id=document["invoiceId"], number=document["invoiceNumber"], document=document)
    keyed = await customer.key_voucher(invoice)
    await customer.approve_document(document)
    await customer.until_parked_because(invoice, "not made by it")
    other = await customer.key_voucher(invoice, INVOICE_ID="ANOTHER", GROSS_AMT="1.00")
    with pytest.raises(Refused, match="ANOTHER"):
        await _link(customer, invoice, other)
    with pytest.raises(Refused, match="99999999"):
        await _link(customer, invoice, {**other, "VOUCHER_ID": "99999999"})
    await _link(customer, invoice, keyed)
    await customer.until_status(TRANSFERRED, invoice)
    await customer.watched(invoice)
    with pytest.raises(Refused, match="already"):
        await _link(customer, invoice, keyed)
    await customer.act(invoice, "pay", day=day(1))
    await customer.read()
    await customer.until_status(PAID, invoice)
    evidence = await agree(customer)
    entry = evidence.invoice(invoice.id)
    assert entry is not None
    assert entry["body"]["linked"]


async def _before_go_live(customer: PaymentCustomer, seed: int, **keyed: str) -> Invoice:
    """In PeopleSoft by hand and transferred in Basware, before apstream was there."""
    document = await customer.sample(seed)
    invoice = Invoice(id=document["invoiceId"], number=document["invoiceNumber"], document=document)
    voucher = await customer.key_voucher(invoice, **keyed)
    await customer.approve_document(
        document | {"voucherNumber1": voucher["VOUCHER_ID"]},
        status=TRANSFERRED,
        deliver=False,
        updated=(datetime.now(UTC) - timedelta(days=9)).isoformat(),
    )
    return invoice


async def _backfill(customer: PaymentCustomer) -> str:
    asked = ("payments", "backfill", customer.id, "--from", day(30), *BECAUSE)
    try:
        return await customer.stack.apstream(*asked)
    except Refused as refused:
        return str(refused)


async def _link(customer: PaymentCustomer, invoice: Invoice, voucher: Json) -> str:
    named = ("--business-unit", voucher["BUSINESS_UNIT"], "--voucher", voucher["VOUCHER_ID"])
    return await customer.apstream("voucher", "link", invoice.number, *named, *BECAUSE)
