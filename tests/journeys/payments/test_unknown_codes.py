"""A code that nobody knows parks its invoice, holds up no other, and is read once it is known."""

from tests.journeys.customer import PAID, TRANSFERRED
from tests.journeys.stories import story

from .agreement import agree
from .conftest import NewCustomer
from .customer import day


@story
async def test_an_unknown_code_parks_and_goes_on_once_it_is_known(new_customer: NewCustomer) -> None:
    customer = await new_customer("unknown-code")
    strange, plain = await customer.posted(1, 2)
    for invoice in (strange, plain):
        await customer.act(invoice, "pay", day=day(1))
    await customer.act(strange, "mark", codes={"PYMNT_SELCT_STATUS": "Q", "PYMNT_STATUS": "7"})
    await customer.read()
    await customer.until_status(PAID, plain)
    await customer.until_parked_because(strange, "Q")
    shown = await customer.payment(strange)
    assert (shown["status"], shown["received"]) == (TRANSFERRED, 0)
    assert (await customer.exceptions())[strange.number] == {"unknown_status"}

    known = {"selection": {"Q": "paid"}, "payment": {"7": "paid"}}
    await customer.apply(payments={"statuses": known})
    await customer.read("run_full")
    await customer.until_status(PAID, strange)
    await agree(customer)
    assert await customer.exceptions() == {}
