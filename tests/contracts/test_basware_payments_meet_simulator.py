"""The client and the simulator, which share no code: payments told, confirmed, refused, and listed for a backfill."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from basware import (
    BaswareClient,
    ItemState,
    NotFound,
    OutcomeUnknown,
    PaymentResponse,
    Refused,
    RetryLater,
)
from basware_simulator import Simulator
from basware_simulator.decimal_json import loads
from basware_simulator.testkit import Customer

PICTURE: dict[str, Any] = {
    "payment_block": True,
    "response_message": "Bezahlt ä🚫",
    "source_system": "PeopleSoft",
    "payment_date": date(2026, 6, 5),
    "payment_term_code": "NT30",
    "payment_method": "EFT",
    "paid_total": Decimal("1136.8000000000"),
    "cash_discount": Decimal("0.005"),
    "check_number": "000123",
    "payment_message": "in part",
    "payment_number": "000123, 000124",
    "payment_document": "US001",
    "payment_reversal_document": "000122",
}


@pytest.fixture
async def customer(tmp_path: Path) -> AsyncIterator[Customer]:
    async with Simulator(books=tmp_path) as simulator, aiohttp.ClientSession() as session:
        caller = Customer(session=session, url=simulator.api_url)
        await caller.enter("BW00", "BW01")
        yield caller


@pytest.fixture
def client(customer: Customer) -> BaswareClient:
    return BaswareClient(
        base_url=customer.url,
        client_id="acme-client",
        client_secret=customer.client_secret,
        session=customer.session,
    )


def response(code: str = "pay-1", **changes: Any) -> PaymentResponse:
    return PaymentResponse(external_code=code, **PICTURE | changes)


async def shown(customer: Customer, invoice: str) -> Any:
    """What a clerk sees, every digit kept."""
    await customer.advance(5)
    return loads((await customer.send("GET", f"{customer.url}/control/documents/{invoice}/payment")).body)


async def test_the_whole_picture_arrives_and_is_confirmed(customer: Customer, client: BaswareClient) -> None:
    invoice = await customer.transferred(document={"grossSum": 2000})
    request_id = await client.send_payment_response(invoice, response())
    assert request_id is not None
    seen = await shown(customer, invoice)
    assert {
        "paymentBlock": True,
        "paymentDate": "2026-06-05T00:00:00.000Z",
        "paymentTermCode": "NT30",
        "paymentMethod": "EFT",
        "paidTotal": Decimal("1136.8"),
        "cashDiscount": Decimal("0.005"),
        "checkNumber": "000123",
        "paymentMessage": "in part",
        "paymentNumber": "000123, 000124",
        "paymentDocument": "US001",
        "paymentReversalDocument": "000122",
    }.items() <= seen.items()
    status = await client.request_status(request_id)
    assert status is not None
    (item,) = status.items_of("pay-1")
    assert (status.entity_type, item.state, item.parent_external_code) == (
        "PaymentResponse",
        ItemState.SUCCESS,
        invoice,
    )
    document: Any = (await client.get_document(invoice)).content
    (listed,) = document["paymentResponses"]
    assert (listed["externalCode"], listed["paidTotal"]) == ("pay-1", Decimal("1136.8"))
    assert (document["paymentRevelsalDocument"], document["paymentBlock"]) == ("000122", True)


async def test_each_refusal_is_told_apart(customer: Customer, client: BaswareClient) -> None:
    invoice = await customer.transferred()
    await client.send_payment_response(invoice, response())
    with pytest.raises(Refused, match="CONFLICT_IN_POST") as again:
        await client.send_payment_response(invoice, response())
    assert again.value.status == 409
    with pytest.raises(Refused, match="DATA_VALIDATION_FAILED") as early:
        await client.send_payment_response(await customer.approve(2), response())
    assert early.value.status == 400
    with pytest.raises(NotFound):
        await client.send_payment_response("0" * 32, response())


async def test_after_a_lost_answer_the_same_response_is_known_there(
    customer: Customer, client: BaswareClient
) -> None:
    invoice = await customer.transferred()
    await customer.fault("paymentResponses", "drop_after")
    with pytest.raises(OutcomeUnknown):
        await client.send_payment_response(invoice, response())
    with pytest.raises(Refused) as again:
        await client.send_payment_response(invoice, response())
    assert again.value.status == 409
    document: Any = (await client.get_document(invoice)).content
    assert [listed["externalCode"] for listed in document["paymentResponses"]] == ["pay-1"]


async def test_an_equal_amount_written_otherwise_is_the_same_response(
    customer: Customer, client: BaswareClient
) -> None:
    await customer.settings(payments={"repeat": "idempotent"})
    invoice = await customer.transferred()
    first = await client.send_payment_response(invoice, response())
    again = await client.send_payment_response(invoice, response(paid_total=Decimal("1136.80")))
    await customer.advance(5)
    for request_id in (first, again):
        status = await client.request_status(str(request_id))
        assert status is not None
        assert [item.state for item in status.items] == [ItemState.SUCCESS]
    seen = await shown(customer, invoice)
    assert (seen["received"], seen["applied"]) == (1, 1)


async def test_throttled_and_away(customer: Customer, client: BaswareClient) -> None:
    invoice = await customer.transferred()
    await client.ping()
    for order in ({"status": 429, "headers": {"Retry-After": "2"}}, {"status": 503}):
        await customer.fault("paymentResponses", "status", params=order)
        with pytest.raises(RetryLater) as failed:
            await client.send_payment_response(invoice, response())
        assert failed.value.status == order["status"]
    assert (await shown(customer, invoice))["received"] == 0


async def test_two_at_once_on_one_invoice_are_noted(customer: Customer, client: BaswareClient) -> None:
    invoice = await customer.transferred()
    await client.ping()
    await customer.fault("paymentResponses", "delay_seconds", params={"seconds": 0.2})
    async with asyncio.TaskGroup() as calls:
        calls.create_task(client.send_payment_response(invoice, response("pay-1")))
        async with asyncio.timeout(5):
            while (await customer.control("GET", "faults"))["faults"]:
                pass
        calls.create_task(client.send_payment_response(invoice, response("pay-2")))
    noted = {violation["rule"] for violation in (await customer.seen(invoice))["violations"]}
    assert "calls_in_flight_at_once" in noted


@pytest.mark.parametrize("redirect", [True, False])
async def test_a_backfill_lists_what_was_transferred_before(
    customer: Customer, client: BaswareClient, redirect: bool
) -> None:
    await customer.settings(redirect=redirect)
    since = datetime(2025, 1, 1, tzinfo=UTC)
    invoices: dict[tuple[str, str, bool], list[str]] = {}
    for seed in range(1, 25):
        status = "Paid" if seed % 2 else "Transferred"
        company = "BW00" if seed % 3 else "BW01"
        recent = seed % 4 > 1
        invoice = await customer.transferred(
            seed,
            voucher=f"{seed:08d}",
            status=status,
            updated="2025-06-01T00:00:00Z" if recent else "2024-06-01T00:00:00Z",
            document={"companyCode": company, "voucherNumber2": "US001"},
        )
        invoices.setdefault((status, company, recent), []).append(invoice)
    for (status, company, recent), expected in invoices.items():
        if not recent:
            continue
        found = [
            document
            async for document in client.list_documents(
                processing_status=status, company_code=company, last_updated=since, page_size=2
            )
        ]
        assert sorted(document.invoice_id for document in found) == sorted(expected)
        for document in found:
            assert document.processing_status == status
            assert document == await client.get_document(document.invoice_id)
            assert document.content["voucherNumber2"] == "US001"
            assert isinstance(document.content["grossSum"], Decimal)
