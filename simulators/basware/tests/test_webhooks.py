"""Notifications: thin, signed, repeated, and spoilt on order."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from basware_simulator.testkit import Customer, Webhook

SECRET = "geheim-ö"
HEADER = "X-BWAPI-Signature-256"


async def delivered(customer: Customer, condition: Callable[[Any], bool]) -> Any:
    """The one notification of the tenant, once the condition holds for it; at most five seconds."""

    async def look() -> Any:
        while True:
            [task] = (await customer.control("GET", "notifications"))["notifications"]
            if condition(task):
                return task
            await asyncio.sleep(0.01)

    return await asyncio.wait_for(look(), 5)


async def test_an_approval_fires_a_thin_notification(customer: Customer, webhook: Webhook) -> None:
    invoice = await customer.approve()
    [(_, body)] = await webhook.wait_for(1)
    notification = json.loads(body)
    assert notification.keys() == {
        "taskId",
        "taskStatus",
        "taskType",
        "taskSubType",
        "documentId",
        "expirationTime",
    }
    assert notification["documentId"] == invoice
    assert (notification["taskType"], notification["taskStatus"]) == ("AccountingDocuments", "New")
    task = await delivered(customer, lambda task: task["status"] == "Completed")
    assert task["task_id"] == notification["taskId"]


def attempted(times: int) -> Callable[[Any], bool]:
    return lambda task: len(task["attempts"]) == times


@pytest.mark.parametrize(
    ("encoding", "write"),
    [
        ("hex", lambda raw: raw.hex()),
        ("sha256=hex", lambda raw: "sha256=" + raw.hex()),
        ("base64", lambda raw: base64.b64encode(raw).decode()),
    ],
)
async def test_the_signature_covers_the_raw_body(
    customer: Customer, webhook: Webhook, encoding: str, write: Callable[[bytes], str]
) -> None:
    await customer.settings(signature_encoding=encoding)
    await customer.approve()
    [(headers, body)] = await webhook.wait_for(1)
    assert headers[HEADER] == write(hmac.new(SECRET.encode(), body, hashlib.sha256).digest())


async def test_it_is_repeated_until_it_gets_200(customer: Customer, webhook: Webhook) -> None:
    webhook.statuses = [503, 202, 200]
    await customer.settings(webhook={"retry_after_seconds": [10, 10, 10]})
    await customer.approve()
    for attempts in (1, 2):
        await delivered(customer, attempted(attempts))
        await customer.advance(10)
    task = await delivered(customer, lambda task: task["status"] == "Completed")
    assert [attempt["status"] for attempt in task["attempts"]] == [503, 202, 200]
    assert len({body for _, body in webhook.received}) == 1


async def test_it_fails_when_the_attempts_are_used_up(customer: Customer, webhook: Webhook) -> None:
    webhook.statuses = [500, 500]
    await customer.settings(webhook={"retry_after_seconds": [0]})
    await customer.approve()
    task = await delivered(customer, lambda task: task["status"] == "Failed")
    assert len(task["attempts"]) == 2


async def test_it_can_be_duplicated(customer: Customer, webhook: Webhook) -> None:
    await customer.approve(webhook={"duplicate": 2})
    received = await webhook.wait_for(3)
    assert len({body for _, body in received}) == 1


async def test_it_can_be_lost(customer: Customer, webhook: Webhook) -> None:
    await customer.approve(webhook={"lose": True})
    await customer.approve(2)
    [(_, body)] = await webhook.wait_for(1)
    found = (await customer.control("GET", "notifications"))["notifications"]
    assert [(task["lost"], task["task_id"] == json.loads(body)["taskId"]) for task in found] == [
        (True, False),
        (False, True),
    ]


async def test_its_first_attempts_can_be_lost_on_the_way(customer: Customer, webhook: Webhook) -> None:
    await customer.settings(webhook={"retry_after_seconds": [0, 0], "lost_attempts": 2})
    await customer.approve()
    task = await delivered(customer, lambda task: task["status"] == "Completed")
    assert [attempt["status"] for attempt in task["attempts"]] == [None, None, 200]
    assert len(webhook.received) == 1


async def test_every_attempt_can_be_lost(customer: Customer, webhook: Webhook) -> None:
    await customer.settings(webhook={"retry_after_seconds": [0, 0], "lost_attempts": 3})
    await customer.approve()
    task = await delivered(customer, lambda task: task["status"] == "Failed")
    assert len(task["attempts"]) == 3
    assert webhook.received == []


async def test_notifications_can_overtake_each_other(customer: Customer, webhook: Webhook) -> None:
    invoices = [await customer.approve(seed, webhook={"jitter_seconds": 3600}) for seed in range(1, 9)]
    await customer.advance(3600)
    order = [json.loads(body)["documentId"] for _, body in await webhook.wait_for(8)]
    assert sorted(order) == sorted(invoices)
    late = [await customer.approve(9, webhook={"delay_seconds": 60}), await customer.approve(10)]
    await webhook.wait_for(9)
    await customer.advance(60)
    order = [json.loads(body)["documentId"] for _, body in await webhook.wait_for(10)]
    assert order[8:] == late[::-1]


async def test_one_address_is_told_of_all_companies_of_a_tenant(customer: Customer, webhook: Webhook) -> None:
    await customer.enter("BW00", "BW01")
    document = await customer.control("GET", "sample?seed=2&company=BW01")
    other = await customer.control("POST", "documents", {"tenant": "acme", "document": document})
    invoice = await customer.approve(1)
    found = {json.loads(body)["documentId"] for _, body in await webhook.wait_for(2)}
    assert found == {invoice, other["invoiceId"]}


async def test_it_can_be_signed_wrongly_or_not_at_all(customer: Customer, webhook: Webhook) -> None:
    await customer.approve(webhook={"bad_signature": True})
    [(headers, body)] = await webhook.wait_for(1)
    assert headers[HEADER] != hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    await customer.approve(2, webhook={"unsigned": True})
    assert HEADER not in (await webhook.wait_for(2))[1][0]


async def test_it_can_be_misspelt(customer: Customer, webhook: Webhook) -> None:
    await customer.settings(webhook={"misspelled": True})
    await customer.approve()
    [(_, body)] = await webhook.wait_for(1)
    assert json.loads(body)["taskType"] == "AccoutingDocuments"


async def test_it_can_be_delayed_on_the_clock(customer: Customer, webhook: Webhook) -> None:
    await customer.approve(webhook={"delay_seconds": 3600})
    await customer.approve(2)
    await webhook.wait_for(1)
    await customer.advance(3600)
    assert len(await webhook.wait_for(2)) == 2


async def test_nothing_is_sent_where_it_is_not_wanted(customer: Customer, webhook: Webhook) -> None:
    await customer.approve(deliver=False)
    await customer.approve(2, status="Transferred")
    await customer.approve(3)
    await webhook.wait_for(1)
    assert len((await customer.control("GET", "notifications"))["notifications"]) == 1


async def test_subscribing_tests_the_connection_first(customer: Customer, webhook: Webhook) -> None:
    subscription = {
        "taskType": "AccountingDocuments",
        "subscriptionType": "Webhook",
        "notificationWebhookURL": webhook.url,
        "webhookAuthenticationToken": "another",
    }
    webhook.statuses = [500]
    refused = await customer.call("POST", "/v1/subscriptions", json=[subscription])
    assert refused.status == 400
    assert refused.json()["hasError"] is True
    stored = await customer.call("POST", "/v1/subscriptions", json=[subscription])
    assert stored.json()[0]["taskSubType"] == "All"
    assert [json.loads(body)["taskType"] for _, body in webhook.received] == ["ConnectionTest"] * 2
    found = (await customer.call("GET", "/v1/subscriptions?taskType=AccountingDocuments")).json()
    assert len(found["subscriptions"]) == 2
    query = "?taskType=All&taskSubType=All&lastUpdated=2000-01-01T00:00:00Z"
    deleted = await customer.call("DELETE", f"/v1/subscriptions{query}")
    assert deleted.json()["numberOfRecordsDeleted"] == 2
    assert (await customer.call("GET", "/v1/subscriptions")).status == 404
    assert (await customer.call("DELETE", "/v1/subscriptions?taskType=All")).status == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", 400),
        (b"nonsense", 422),
        (b'[{"taskType": "AccountingDocuments"}]', 400),
        (
            b"""[{"taskType": "Mistyped", "subscriptionType": "Webhook",
            "notificationWebhookURL": "http://x", "webhookAuthenticationToken": "x"}]""",
            400,
        ),
    ],
)
async def test_a_subscription_outside_the_schema_is_refused(
    customer: Customer, body: bytes, status: int
) -> None:
    assert (await customer.call("POST", "/v1/subscriptions", data=body)).status == status
