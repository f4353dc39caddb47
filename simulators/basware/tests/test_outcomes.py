"""What P2P makes of a response, told beforehand for one document."""

import pytest
from basware_simulator.testkit import Customer, Reply


async def acknowledged(customer: Customer, seed: int = 1) -> str:
    invoice = await customer.approve(seed)
    assert (await customer.acknowledge(invoice)).status == 200
    await customer.advance(5)
    return invoice


async def plan(customer: Customer, invoice: str, **order: object) -> None:
    await customer.control("POST", f"documents/{invoice}/outcome", order)


async def ended(customer: Customer, reply: Reply) -> tuple[str, str, list[tuple[str, str]]]:
    """Status of the request and of its item, and type and words of what was found."""
    request = (await customer.request_status(reply)).json()["requestStatus"][0]
    [item] = request["systems"][0]["items"]
    found = [(error["type"], error["message"]) for error in item["errors"]]
    return request["requestStatus"], item["status"], found


@pytest.mark.parametrize(
    ("status", "request_status", "finding", "left_in"),
    [
        ("Error", "Error", "Error", "TransferInProgress"),
        ("RecordExpired", "Error", "RecordExpired", "TransferInProgress"),
        ("Warning", "Success", "Warning", "Transferred"),
        ("NotProcessed", "Success", "Warning", "TransferInProgress"),
        ("Unpublished", "Success", "Warning", "TransferInProgress"),
    ],
)
async def test_each_outcome_has_its_words_and_its_effect(
    customer: Customer, status: str, request_status: str, finding: str, left_in: str
) -> None:
    invoice = await acknowledged(customer)
    await plan(customer, invoice, status=status, message="Kostenstelle fehlt")
    reply = await customer.respond(invoice)
    await customer.advance(5)
    assert await ended(customer, reply) == (request_status, status, [(finding, "Kostenstelle fehlt")])
    seen = await customer.seen(invoice)
    assert seen["status"] == left_in
    assert (seen["responses"][0]["item_status"], seen["responses"][0]["error"]) == (
        status,
        "Kostenstelle fehlt",
    )


async def test_a_plan_is_for_its_document_and_for_its_times(customer: Customer) -> None:
    await customer.settings(confirm_delay_seconds=2)
    meant, other = await acknowledged(customer, 1), await acknowledged(customer, 2)
    await plan(customer, meant, message="no", times=2)
    replies = [await customer.respond(other)]
    for number in range(3):
        await customer.advance(5)
        replies.append(await customer.respond(meant, f"code-{number}"))
    await customer.advance(5)
    outcomes = [(await ended(customer, reply))[0] for reply in replies]
    assert outcomes == ["Success", "Error", "Error", "Success"]


async def test_an_outcome_can_come_late_for_one_document(customer: Customer) -> None:
    invoice = await acknowledged(customer)
    await plan(customer, invoice, status=None, delay_seconds=600)
    reply = await customer.respond(invoice)
    await customer.advance(599)
    assert (await ended(customer, reply))[0] == "InProgress"
    await customer.advance(1)
    assert await ended(customer, reply) == ("Success", "Success", [])


async def test_the_payment_block_of_a_success_is_kept(customer: Customer) -> None:
    invoice = await acknowledged(customer)
    await customer.respond(invoice, paymentBlock=True)
    await customer.advance(5)
    assert (await customer.seen(invoice))["document"]["paymentBlock"] is True
    await customer.control("POST", f"documents/{invoice}/retransfer", {})
    assert (await customer.fetch(invoice)).json()["accountingDocuments"][0]["paymentBlock"] is True


@pytest.mark.parametrize("status", ["Returned", "Removed", "New"])
async def test_a_withdrawn_invoice_takes_no_response(customer: Customer, status: str) -> None:
    invoice = await acknowledged(customer)
    await customer.control("POST", f"documents/{invoice}/status", {"status": status})
    assert (await customer.respond(invoice)).status == 400
    assert (await customer.acknowledge(invoice)).status == 405


@pytest.mark.parametrize("order", [{"status": "Mistyped"}, {"words": "x"}, {"category": "Other"}])
async def test_a_mistyped_plan_is_refused(customer: Customer, order: dict[str, str]) -> None:
    invoice = await customer.approve()
    reply = await customer.send("POST", f"{customer.url}/control/documents/{invoice}/outcome", json=order)
    assert reply.status == 400
