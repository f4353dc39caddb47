"""Paid in full and in part, with discount and withholding, in another currency, and several with one payment."""

from decimal import Decimal

from tests.journeys.customer import PAID, TRANSFERRED
from tests.journeys.stories import story

from .agreement import agree
from .conftest import NewCustomer
from .customer import day, gross


@story
async def test_paid_invoices_close_in_basware_with_one_response_each(new_customer: NewCustomer) -> None:
    customer = await new_customer("pay-full")
    paid, recorded, dated_back, open_ = await customer.posted(1, 2, 3, 4)
    await agree(customer)
    assert [row["received"] for row in await customer.payments()] == [0] * 4, "nothing to tell yet"
    await customer.act(paid, "pay", day=day(2))
    await customer.act(recorded, "record", day=day(1))
    await customer.act(dated_back, "pay", day=day(40))
    result = await customer.read()
    assert (result["kind"], result["changed"]) == ("changes", 3)
    await customer.until_status(PAID, paid, recorded, dated_back)
    await agree(customer)
    for invoice, ago in ((paid, 2), (recorded, 1), (dated_back, 40)):
        shown = await customer.payment(invoice)
        assert (shown["paidTotal"], shown["paymentDate"][:10]) == (gross(invoice), day(ago))
        assert shown["received"] == 1
    left = await customer.payment(open_)
    assert (left["status"], left["received"]) == (TRANSFERRED, 0)
    # Read again, whole: nothing changed, nothing is told.
    assert (await customer.read("run_full"))["changed"] == 0
    await agree(customer)
    assert sum(row["received"] for row in await customer.payments()) == 3


@story
async def test_instalments_partial_payments_discount_and_withholding_add_up(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("pay-parts")
    instalments, part, discount, withheld = await customer.posted(1, 2, 3, 4)
    await customer.act(instalments, "split", parts=2)
    await customer.act(instalments, "pay", number=1, day=day(3))
    await customer.act(part, "pay", amount="10.00", day=day(2))
    await customer.act(discount, "pay", discount="1.25", day=day(2))
    await customer.act(withheld, "pay", withheld="2.50", day=day(2))
    await customer.read()
    await agree(customer)
    for invoice, status, paid in (
        (part, TRANSFERRED, Decimal("10.00")),
        (discount, PAID, gross(discount) - Decimal("1.25")),
        # Withheld tax is neither paid to the supplier nor open: settled for us, and Basware shows what was paid.
        (withheld, TRANSFERRED, gross(withheld) - Decimal("2.50")),
    ):
        shown = await customer.payment(invoice)
        assert (shown["status"], shown["paidTotal"]) == (status, paid)
    assert (await customer.payment(discount))["cashDiscount"] == Decimal("1.25")
    assert customer.entry(withheld)["step"] == "paid"
    assert customer.entry(part)["step"] == customer.entry(instalments)["step"] == "confirmed"

    await customer.act(instalments, "pay", number=2, day=day(1))
    await customer.act(part, "pay", day=day(1))
    await customer.read()
    await customer.until_status(PAID, instalments, part)
    await agree(customer)
    for invoice in (instalments, part):
        shown = await customer.payment(invoice)
        assert (shown["paidTotal"], shown["received"]) == (gross(invoice), 2)
        assert shown["paymentNumber"].count(", ") == 1
    await customer.books_agree()


@story
async def test_one_payment_for_several_vouchers_with_a_credit_note_set_off(new_customer: NewCustomer) -> None:
    customer = await new_customer("pay-netted")
    first, second, alone = await customer.posted(1, 2, 3)
    (credit,) = await customer.posted(4, kind="credit_note")
    (whole,) = await customer.posted(5)
    note = await customer.sample(5, kind="credit_note")
    note |= {"invoiceId": "c" * 32, "invoiceNumber": "CREDIT/5"}
    against = await customer.approve_document(note)
    await customer.until_status(TRANSFERRED, against)
    await customer.watched(against)
    await customer.pay_together(first, second, credit, day=day(5))
    # The credit note takes all of it: no money moves.
    await customer.pay_together(whole, against, day=day(4))
    await customer.act(alone, "prepay")
    await customer.read()
    await customer.until_status(PAID, first, second, credit)
    await agree(customer)
    shown = [await customer.payment(each) for each in (first, second, credit)]
    assert len({each["paymentNumber"] for each in shown}) == 1
    assert shown[2]["paidTotal"] == gross(credit) < 0
    for invoice in (whole, against, alone):
        assert customer.entry(invoice)["step"] == "paid", "nothing is left to be paid"
        assert (await customer.payment(invoice))["paidTotal"] == 0
    await customer.books_agree()


@story
async def test_a_payment_in_another_currency_closes_the_invoice_in_its_own(new_customer: NewCustomer) -> None:
    customer = await new_customer("pay-currency")
    invoice, part = await customer.posted(1, 2)
    await customer.act(invoice, "pay", currency="USD", rate="1.0875", day=day(2))
    await customer.act(part, "pay", amount="7.00", currency="USD", rate="1.0875", day=day(2))
    await customer.read()
    await customer.until_status(PAID, invoice)
    await agree(customer)
    shown = await customer.payment(invoice)
    assert shown["paidTotal"] == gross(invoice)
    assert "USD" in shown["paymentMessage"] + shown["history"][-1]["body"]["responseMessage"]
    assert (await customer.payment(part))["paidTotal"] == Decimal("7.00")
    await customer.books_agree()
