"""A payment response that is not taken, or whose answer does not come."""

from typing import Any

import aiohttp
import pytest
from basware_simulator.testkit import Customer

from .payment_views import GROSS, told


@pytest.mark.parametrize(
    "status", ["WaitingForTransfer", "TransferInProgress", "TransferFailed", "Removed", "Returned"]
)
async def test_an_invoice_that_is_not_transferred_takes_no_payment_unless_it_is_set_so(
    customer: Customer, status: str
) -> None:
    invoice = await customer.transferred(status=status, **GROSS)
    refused = await customer.pay(invoice, paidTotal=1000)
    assert refused.status == 400
    assert refused.json()["errors"][0]["code"] == "DATA_VALIDATION_FAILED"
    await customer.settings(payments={"untransferred": "taken"})
    seen = await told(customer, invoice, "pay-1", paidTotal=1000)
    assert (seen["status"], seen["paidTotal"]) == (status, 1000)


async def test_an_unknown_invoice_is_not_found(customer: Customer) -> None:
    assert (await customer.pay("0" * 32)).status == 404
    invoice = await customer.transferred()
    await customer.control("DELETE", f"documents/{invoice}")
    assert (await customer.pay(invoice)).status == 404


@pytest.mark.parametrize(
    ("fault", "params", "status", "received"),
    [
        ("status", {"status": 429, "headers": {"Retry-After": "3"}}, 429, 0),
        ("status", {"status": 503}, 503, 0),
        ("status", {"status": 500, "processed": True}, 500, 1),
        ("html", {}, 200, 0),
        ("empty", {}, 200, 1),
        ("delay_seconds", {"seconds": 0.05}, 200, 1),
        ("expired_token", {}, 401, 0),
    ],
)
async def test_faults_meet_payments_too(
    customer: Customer, fault: str, params: dict[str, Any], status: int, received: int
) -> None:
    invoice = await customer.transferred()
    await customer.fault("paymentResponses", fault, params=params, document_id=invoice)
    assert (await customer.pay(invoice, paidTotal=1)).status == status
    assert (await customer.paid(invoice))["received"] == received


async def test_a_lost_answer_leaves_a_stored_response(customer: Customer) -> None:
    invoice = await customer.transferred()
    await customer.fault("paymentResponses", "drop_after")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await customer.pay(invoice, paidTotal=1)
    await customer.advance(5)
    assert (await customer.paid(invoice))["paidTotal"] == 1
    assert (await customer.pay(invoice, paidTotal=1)).status == 409


@pytest.mark.parametrize("updated", ["2999-01-01T00:00:00Z", "2025-01-01T00:00:00"])
async def test_nothing_is_published_in_the_future_or_at_an_unknown_time(
    customer: Customer, updated: str
) -> None:
    document = await customer.control("GET", "sample")
    order = {"tenant": "acme", "document": document, "updated": updated}
    reply = await customer.send("POST", f"{customer.url}/control/documents", json=order)
    assert reply.status == 400


@pytest.mark.parametrize(
    "change",
    [
        {"externalCode": ""},
        {"externalCode": "x" * 37},
        {"success": "true"},
        {"paymentBlock": None},
        {"responseMessage": "x" * 251},
        {"sourceSystem": "x" * 33},
        {"paymentDate": "yesterday"},
        {"paymentDate": ""},
        {"paymentTermCode": "x" * 26},
        {"paymentMethod": "x" * 26},
        {"paidTotal": "1136.80"},
        {"cashDiscount": True},
        {"checkNumber": "x" * 26},
        {"paymentMessage": "x" * 101},
        {"paymentNumber": "x" * 251},
        {"paymentDocument": "x" * 251},
        {"paymentReversalDocument": "x" * 251},
        {"paymentRevelsalDocument": "the header's spelling"},
        {"voucherNumber1": "00000001"},
    ],
)
async def test_a_payment_outside_the_schema_is_refused(customer: Customer, change: dict[str, Any]) -> None:
    invoice = await customer.transferred()
    reply = await customer.pay(invoice, **change)
    assert reply.status == 400
    [error] = reply.json()["errors"]
    assert (error["type"], error["code"]) == ("VALIDATION", "SCHEMA_VALIDATION_ERROR")
    assert next(iter(change)) in error["message"]


@pytest.mark.parametrize("amount", ["1E+999999999", "-1E+400", "NaN", "Infinity", "01"])
async def test_a_number_that_no_double_holds_is_refused(customer: Customer, amount: str) -> None:
    invoice = await customer.transferred()
    body = f'{{"externalCode":"pay-1","success":true,"paymentBlock":false,"paidTotal":{amount}}}'
    path = f"/v1/accountingDocuments/{invoice}/paymentResponses"
    assert (await customer.call("POST", path, data=body)).status == 400


@pytest.mark.parametrize("setting", [{"paid_when": "always"}, {"reopen": True}, {"repeat": "twice"}])
async def test_a_mistyped_setting_is_refused(customer: Customer, setting: dict[str, Any]) -> None:
    order = {"tenant": "acme", "payments": setting}
    assert (await customer.send("POST", f"{customer.url}/control/settings", json=order)).status == 400
