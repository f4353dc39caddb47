"""An invoice that PeopleSoft refuses goes back to the clerk with PeopleSoft's words, and posts once it is corrected."""

from .conftest import NewCustomer
from .customer import FAILED, TRANSFERRED
from .promises import kept
from .stories import story


@story
async def test_an_unknown_cost_centre_is_returned_corrected_and_posted(new_customer: NewCustomer) -> None:
    customer = await new_customer("returned")
    corrected = await customer.sample()
    invoice = await customer.approve(cost_center="99999")
    await customer.until_status(FAILED, invoice)
    evidence = await kept(customer)
    entry = evidence.invoice(invoice.id)
    assert entry is not None
    assert (entry["step"], entry["body"]["cycle"]) == ("returned", 1)
    assert await customer.vouchers(invoice) == []
    (refusal,) = (await customer.seen_by_basware(invoice))["responses"]
    assert refusal["body"]["success"] is False
    assert "voucherNumber1" not in refusal["body"]
    words = refusal["body"]["responseMessage"]
    assert "99999" in words
    assert "DEPTID" in words
    assert len(words) <= 250

    await customer.retransfer(invoice, {"codingRows": corrected["codingRows"]})
    await customer.until_status(TRANSFERRED, invoice)
    evidence = await kept(customer)
    entry = evidence.invoice(invoice.id)
    assert entry is not None
    assert (entry["step"], entry["body"]["cycle"]) == ("confirmed", 2)
    assert len(await customer.vouchers(invoice)) == 1
    told = [each["body"] for each in (await customer.seen_by_basware(invoice))["responses"]]
    assert [each["success"] for each in told] == [False, True]
    assert len({each["externalCode"] for each in told}) == 2
