"""What Basware says of a payment response, and what a clerk sees of the invoice after it."""

from typing import Any

from basware_simulator.testkit import Customer, Reply

GROSS: dict[str, Any] = {"document": {"grossSum": 1000}}
WHOLE: dict[str, Any] = {
    "responseMessage": "Paid in part",
    "sourceSystem": "PeopleSoft",
    "paymentDate": "2026-06-05T00:00:00.000Z",
    "paymentTermCode": "NT30",
    "paymentMethod": "EFT",
    "paidTotal": 400.25,
    "cashDiscount": 10,
    "checkNumber": "000123",
    "paymentMessage": "first instalment",
    "paymentNumber": "000123",
    "paymentDocument": "US001-000123",
    "paymentReversalDocument": "000122",
}


async def ended(customer: Customer, reply: Reply) -> tuple[str, str, str]:
    """Status of the request and of its item, and the words found."""
    [request] = (await customer.request_status(reply)).json()["requestStatus"]
    [item] = request["systems"][0]["items"]
    words = "; ".join(error["message"] for error in item["errors"])
    assert request["entityType"] == "PaymentResponse"
    return request["requestStatus"], item["status"], words


async def told(customer: Customer, invoice: str, code: str, **fields: Any) -> Any:
    """What a clerk sees once P2P has taken the response; a moment passes before and after."""
    await customer.advance(5)
    assert (await customer.pay(invoice, code, **fields)).status == 200
    await customer.advance(5)
    return await customer.paid(invoice)


def rules(seen: Any) -> list[str]:
    return [violation["rule"] for violation in seen["violations"]]
