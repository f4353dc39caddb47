"""A payment response beside another one, a transfer, or an outcome that was ordered."""

import pytest
from basware_simulator.testkit import Customer

from .payment_views import GROSS, ended, rules, told


async def test_p2p_refuses_what_came_before_a_retransfer(customer: Customer) -> None:
    invoice = await customer.transferred()
    reply = await customer.pay(invoice, paidTotal=1)
    await customer.control("POST", f"documents/{invoice}/retransfer", {})
    await customer.advance(5)
    assert await ended(customer, reply) == ("Error", "Error", "The invoice was sent to transfer again")
    assert (await customer.paid(invoice))["paidTotal"] is None


async def test_p2p_refuses_a_payment_of_what_was_taken_back_meanwhile(customer: Customer) -> None:
    invoice = await customer.transferred()
    reply = await customer.pay(invoice, paidTotal=1)
    await customer.control("POST", f"documents/{invoice}/status", {"status": "Returned"})
    await customer.advance(5)
    words = "The invoice is not transferred, its status is Returned"
    assert await ended(customer, reply) == ("Error", "Error", words)


@pytest.mark.parametrize(("repeat", "status"), [("conflict", 409), ("refused", 400), ("idempotent", 200)])
@pytest.mark.parametrize("paid", [1.0, 2.0])
async def test_a_used_external_code_is_never_taken_twice(
    customer: Customer, repeat: str, status: int, paid: float
) -> None:
    await customer.settings(payments={"repeat": repeat})
    invoice = await customer.transferred()
    await told(customer, invoice, "pay-1", paidTotal=1)
    again = await customer.pay(invoice, "pay-1", paidTotal=paid)
    assert again.status == status
    if status != 200:
        codes = {409: "CONFLICT_IN_POST", 400: "DATA_VALIDATION_FAILED"}
        assert again.json()["errors"][0]["code"] == codes[status]
    else:
        assert await ended(customer, again) == ("Success", "Success", "")
    await customer.advance(5)
    seen = await customer.paid(invoice)
    assert (seen["paidTotal"], seen["received"], seen["listed"]) == (1, 1, 1)


async def test_a_transfer_and_a_payment_do_not_share_an_external_code(customer: Customer) -> None:
    invoice = await customer.approve()
    await customer.acknowledge(invoice)
    await customer.advance(5)
    await customer.respond(invoice, "code-1")
    await customer.advance(5)
    assert (await customer.pay(invoice, "code-1")).status == 409
    seen = await told(customer, invoice, "code-2", paidTotal=1)
    assert (seen["voucherNumber1"], seen["paidTotal"]) == ("00000001", 1)
    assert rules(await customer.seen(invoice)) == []


async def test_of_two_within_a_second_the_older_expires(customer: Customer) -> None:
    await customer.settings(confirm_delay_seconds=10)
    invoice = await customer.transferred()
    older = await customer.pay(invoice, "pay-1", paidTotal=1)
    newer = await customer.pay(invoice, "pay-2", paidTotal=2)
    await customer.advance(10)
    assert (await ended(customer, older))[:2] == ("Error", "RecordExpired")
    assert (await ended(customer, newer))[:2] == ("Success", "Success")
    seen = await customer.paid(invoice)
    assert (seen["paidTotal"], seen["applied"], seen["refused"]) == (2, 1, 1)
    assert rules(await customer.seen(invoice)) == ["writes_within_one_second"]


async def test_an_older_one_that_p2p_comes_to_later_expires(customer: Customer) -> None:
    invoice = await customer.transferred()
    await customer.control("POST", f"documents/{invoice}/outcome", {"status": None, "delay_seconds": 600})
    late = await customer.pay(invoice, "pay-1", paidTotal=1)
    assert (await told(customer, invoice, "pay-2", paidTotal=2))["paidTotal"] == 2
    await customer.advance(600)
    assert (await ended(customer, late))[:2] == ("Error", "RecordExpired")
    assert (await customer.paid(invoice))["paidTotal"] == 2


@pytest.mark.parametrize(
    ("status", "request_status", "applied"),
    [
        ("Error", "Error", 0),
        ("RecordExpired", "Error", 0),
        ("NotProcessed", "Success", 0),
        ("Warning", "Success", 1),
    ],
)
async def test_an_outcome_on_order_is_met_by_the_next_payment(
    customer: Customer, status: str, request_status: str, applied: int
) -> None:
    invoice = await customer.transferred()
    await customer.control("POST", f"documents/{invoice}/outcome", {"status": status, "message": "Sperre"})
    reply = await customer.pay(invoice, paidTotal=1)
    await customer.advance(5)
    assert await ended(customer, reply) == (request_status, status, "Sperre")
    seen = await customer.paid(invoice)
    assert (seen["applied"], seen["refused"]) == (applied, 1 - applied)
    [entry] = seen["history"]
    assert (entry["item_status"], entry["error"], entry["body"]["paidTotal"]) == (status, "Sperre", 1)


async def test_saying_the_same_again_is_noted_unless_it_was_refused(customer: Customer) -> None:
    invoice = await customer.transferred()
    await customer.control("POST", f"documents/{invoice}/outcome", {"message": "no"})
    for number in range(3):
        await told(customer, invoice, f"pay-{number}", paidTotal=1)
        noted = rules(await customer.seen(invoice))
        assert noted == (["unchanged_payment_response"] if number == 2 else [])


async def test_the_latest_hundred_responses_are_kept(customer: Customer) -> None:
    await customer.settings(confirm_delay_seconds=1)
    invoice = await customer.transferred(**GROSS)
    for number in range(103):
        await customer.advance(2)
        assert (await customer.pay(invoice, f"pay-{number}", paidTotal=number)).status == 200
    await customer.advance(2)
    document = (await customer.fetch(invoice)).json()["accountingDocuments"][0]
    listed = [response["externalCode"] for response in document["paymentResponses"]]
    assert listed == [f"pay-{number}" for number in range(3, 103)]
    seen = await customer.paid(invoice)
    assert (seen["received"], seen["applied"], len(seen["history"])) == (103, 103, 103)
    assert rules(await customer.seen(invoice)) == []
    assert (await customer.pay(invoice, "pay-0", paidTotal=0)).status == 409
