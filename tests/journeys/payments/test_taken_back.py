"""Held and released; voided, stopped, made again, closed, escheated: what a clerk sees follows the books."""

import asyncio

from tests.journeys.customer import PAID, TRANSFERRED
from tests.journeys.stories import story

from .agreement import agree
from .conftest import NewCustomer
from .customer import day, gross


@story
async def test_a_hold_is_shown_while_it_lasts(new_customer: NewCustomer) -> None:
    customer = await new_customer("back-hold")
    held, free = await customer.posted(1, 2)
    await customer.act(held, "hold", reason="AMT")
    await customer.read()
    await agree(customer)
    shown = await customer.payment(held)
    assert (shown["status"], shown["paymentBlock"], shown["paidTotal"]) == (TRANSFERRED, True, 0)
    assert "amount in dispute" in shown["paymentMessage"] + shown["history"][-1]["body"]["responseMessage"]
    await customer.act(held, "release")
    await customer.read()
    await agree(customer)
    assert (await customer.payment(held))["paymentBlock"] is False
    await customer.act(held, "pay", day=day(1))
    await customer.read()
    await customer.until_status(PAID, held)
    await agree(customer)
    assert (await customer.payment(held))["received"] == 3
    assert (await customer.payment(free))["received"] == 0


@story
async def test_a_void_opens_the_invoice_in_both_forms_and_the_new_payment_closes_it(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("back-void")
    forms = ("row", "new_row")
    invoices = await customer.posted(1, 2)
    for invoice in invoices:
        await customer.act(invoice, "pay", day=day(9), reference=f"FIRST-{invoice.number}")
    await customer.read()
    await customer.until_status(PAID, *invoices)
    for invoice, form in zip(invoices, forms, strict=True):
        await customer.act(invoice, "void", form=form, day=day(6))
    await customer.read()
    await customer.until_status(TRANSFERRED, *invoices)
    await agree(customer)
    # Where the row itself is open again, PeopleSoft shows the void no more: the day that was told stays.
    for invoice, told in zip(invoices, (day(9), day(6)), strict=True):
        shown = await customer.payment(invoice)
        assert (shown["paidTotal"], shown["paymentDate"][:10]) == (0, told)
        assert shown["paymentReversalDocument"] == f"FIRST-{invoice.number}"
        assert customer.entry(invoice)["step"] == "confirmed"
    for invoice in invoices:
        await customer.act(invoice, "pay", day=day(2), reference=f"SECOND-{invoice.number}")
    await customer.read()
    await customer.until_status(PAID, *invoices)
    await agree(customer)
    for invoice in invoices:
        shown = await customer.payment(invoice)
        assert (shown["checkNumber"], shown["received"]) == (f"SECOND-{invoice.number}", 3)
        assert shown["paymentReversalDocument"] == f"FIRST-{invoice.number}"


@story
async def test_a_stop_closes_the_liability_or_holds_it_and_a_reissue_in_one_go_is_one_payment(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("back-stop")
    closed, held, again, part = invoices = await customer.posted(1, 2, 3, 4)
    await customer.act(part, "split", parts=3)
    await customer.act(part, "pay", number=1, day=day(9))
    await customer.act(part, "pay", number=2, day=day(8))
    await asyncio.gather(*(customer.act(each, "pay", day=day(9)) for each in (closed, held, again)))
    await customer.read()
    await customer.until_status(PAID, closed, held, again)
    await customer.act(closed, "stop", cancel_action="C", day=day(5))
    await customer.act(held, "void", cancel_action="H", day=day(5), form="new_row", reason="QTY")
    await customer.act(again, "reissue", day=day(4), form="new_row", reference="AGAIN")
    await customer.act(part, "void", day=day(4))
    await customer.read()
    await agree(customer)
    assert {each.number: customer.entry(each)["step"] for each in invoices} == {
        closed.number: "paid",
        held.number: "confirmed",
        again.number: "paid",
        part.number: "confirmed",
    }
    assert (await customer.payment(closed))["paidTotal"] == 0
    assert (await customer.payment(held))["paymentBlock"] is True
    shown = await customer.payment(again)
    assert (shown["paidTotal"], shown["checkNumber"]) == (gross(again), "AGAIN")
    assert 0 < (await customer.payment(part))["paidTotal"] < gross(part)
    await customer.books_agree()


@story
async def test_escheated_counts_as_paid_and_so_does_what_comes_back_to_the_payee(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("back-escheat")
    escheated, undone = await customer.posted(1, 2)
    for invoice in (escheated, undone):
        await customer.act(invoice, "pay", day=day(400))
    await customer.read()
    await customer.until_status(PAID, escheated, undone)
    for invoice in (escheated, undone):
        await customer.act(invoice, "escheat")
    await customer.read()
    await agree(customer)
    await customer.act(undone, "undo_escheat")
    await customer.read()
    await agree(customer)
    await customer.until_status(PAID, escheated, undone)
