"""Faults on order: what the caller sees, and what the books hold."""

import io

import aiohttp
import pytest
from basware_simulator.testkit import Customer


async def status_of(customer: Customer, invoice: str) -> str:
    return str((await customer.seen(invoice))["status"])


async def test_a_status_with_body_and_headers(customer: Customer) -> None:
    params = {"status": 429, "body": {"message": "Too Many Requests"}, "headers": {"Retry-After": "7"}}
    await customer.fault("acknowledge", "status", times=2, params=params)
    invoice = await customer.approve()
    for _ in range(2):
        reply = await customer.acknowledge(invoice)
        assert (reply.status, reply.headers["Retry-After"]) == (429, "7")
        assert reply.json() == {"message": "Too Many Requests"}
    assert (await customer.acknowledge(invoice)).status == 200


async def test_an_error_can_follow_the_effect(customer: Customer) -> None:
    await customer.fault("acknowledge", "status", params={"status": 500, "processed": True})
    invoice = await customer.approve()
    assert (await customer.acknowledge(invoice)).status == 500
    assert await status_of(customer, invoice) == "TransferInProgress"
    assert (await customer.acknowledge(invoice)).status == 405


@pytest.mark.parametrize(
    ("kind", "left_in"), [("drop_before", "WaitingForTransfer"), ("drop_after", "TransferInProgress")]
)
async def test_a_dropped_connection(customer: Customer, kind: str, left_in: str) -> None:
    await customer.fault("acknowledge", kind)
    invoice = await customer.approve()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await customer.acknowledge(invoice)
    assert await status_of(customer, invoice) == left_in


@pytest.mark.parametrize(
    ("kind", "params", "left_in"),
    [
        ("delay_seconds", {"seconds": 0.05}, "TransferInProgress"),
        ("delay_seconds", {"seconds": 0.05, "processed": True}, "TransferInProgress"),
        ("html", {}, "WaitingForTransfer"),
        ("html", {"processed": True}, "TransferInProgress"),
        ("empty", {}, "TransferInProgress"),
    ],
)
async def test_a_200_proves_nothing(
    customer: Customer, kind: str, params: dict[str, object], left_in: str
) -> None:
    await customer.fault("any", kind, params=params)
    invoice = await customer.approve()
    assert (await customer.acknowledge(invoice)).status == 200
    assert await status_of(customer, invoice) == left_in


@pytest.mark.parametrize("redirect", [True, False])
async def test_a_spoilt_document(customer: Customer, redirect: bool) -> None:
    await customer.settings(redirect=redirect)
    invoice = await customer.approve()
    await customer.fault("get_document", "truncated")
    with pytest.raises(aiohttp.ClientPayloadError):
        await customer.fetch(invoice)
    await customer.fault("get_document", "oversized", params={"bytes": 2_000_000})
    assert len((await customer.fetch(invoice)).body) == 2_000_000
    for _ in range(2):
        await customer.fault("get_document", "wrong_document")
        assert (await customer.fetch(invoice)).json()["accountingDocuments"][0]["invoiceId"] != invoice
        await customer.approve(2, deliver=False) if _ == 0 else None
    assert (await customer.fetch(invoice)).json()["accountingDocuments"][0]["invoiceId"] == invoice


async def test_the_second_origin_has_faults_of_its_own(customer: Customer) -> None:
    invoice = await customer.approve()
    await customer.fault("document_content", "status", params={"status": 503})
    assert (await customer.fetch(invoice)).status == 503


async def test_a_token_can_expire_early(customer: Customer) -> None:
    await customer.fault("acknowledge", "expired_token")
    invoice = await customer.approve()
    assert (await customer.acknowledge(invoice)).status == 401
    assert (await customer.acknowledge(invoice)).status == 401
    await customer.log_in()
    assert (await customer.acknowledge(invoice)).status == 200


async def test_a_fault_can_be_meant_for_one_document(customer: Customer) -> None:
    meant, other = await customer.approve(1), await customer.approve(2)
    await customer.fault("acknowledge", "status", document_id=meant, times=None)
    assert (await customer.acknowledge(other)).status == 200
    for _ in range(3):
        assert (await customer.acknowledge(meant)).status == 503
    await customer.control("DELETE", "faults")
    assert (await customer.acknowledge(meant)).status == 200


@pytest.mark.parametrize(
    "order",
    [
        {"operation": "acknowledge", "kind": "mistyped"},
        {"operation": "mistyped", "kind": "status"},
        {"operation": "any", "kind": "status", "params": {"code": 500}},
    ],
)
async def test_a_mistyped_order_is_refused(customer: Customer, order: dict[str, object]) -> None:
    assert (await customer.send("POST", f"{customer.url}/control/faults", json=order)).status == 400


async def test_a_request_of_more_than_six_megabytes_is_too_long(customer: Customer) -> None:
    invoice = await customer.approve()
    path = f"/v1/accountingDocuments/{invoice}/transferResponses"
    reply = await customer.call("POST", path, data=io.BytesIO(b" " * (6 * 1024 * 1024 + 1)))
    assert (reply.status, reply.json()) == (413, {"message": "Request Too Long"})
