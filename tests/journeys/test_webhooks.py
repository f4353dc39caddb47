"""Webhooks that come more than once, or are not Basware's."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from .conftest import NewCustomer
from .customer import TRANSFERRED, Customer, Invoice
from .eventually import eventually
from .promises import kept
from .stories import story
from .topic_records import DOCUMENTS, NOTIFICATIONS


@story
async def test_repeated_webhooks_make_one_voucher(new_customer: NewCustomer) -> None:
    customer = await new_customer("duplicates")
    invoice = await customer.approve(webhook={"duplicate": 3})
    await customer.notify(invoice)
    await customer.until_status(TRANSFERRED, invoice)

    async def attempts() -> list[int]:
        tasks = (await customer.seen_by_basware(invoice))["notifications"]
        return sorted(sum(each["status"] == 200 for each in task["attempts"]) for task in tasks)

    await eventually(attempts, lambda seen: seen == [1, 4], what="every webhook answered 200")
    late = {
        "taskId": "late",
        "taskStatus": "New",
        "taskType": "AccountingDocuments",
        "documentId": invoice.id,
    }
    assert await customer.send_webhook(json.dumps(late).encode()) == 200
    evidence = await kept(customer)
    # The repetition of one task is recognised at the door; the other tasks are published and lead to nothing.
    assert len(evidence.records[NOTIFICATIONS]) == 3
    assert evidence.records[DOCUMENTS][-1].value["processing_status"] == TRANSFERRED
    seen = await customer.seen_by_basware(invoice)
    assert (seen["acknowledgements"], seen["stored_responses"]) == (1, 1)
    assert len(await customer.calls("create", invoice)) == 1


@story
async def test_a_webhook_with_a_bad_signature_is_refused(new_customer: NewCustomer) -> None:
    customer = await new_customer("bad-signature")
    forged = await customer.approve(1, webhook={"bad_signature": True, "retry_after_seconds": []})
    unsigned = await customer.approve(2, webhook={"unsigned": True, "retry_after_seconds": []})
    genuine = await customer.approve(3)
    await customer.until_status(TRANSFERRED, genuine)

    async def answers() -> list[int | None]:
        seen = [await customer.seen_by_basware(each) for each in (forged, unsigned)]
        return [at["status"] for each in seen for task in each["notifications"] for at in task["attempts"]]

    assert await eventually(answers, lambda seen: len(seen) == 2, what="both answered") == [401, 401]
    # The connection is known by now: it is the signature that is refused.
    again = {"taskId": "x", "taskStatus": "New", "taskType": "AccountingDocuments", "documentId": forged.id}
    body = json.dumps(again).encode()
    assert await customer.send_webhook(body, spoilt=True) == 401
    evidence = await kept(customer)
    assert {each.value["document_id"] for each in evidence.records[NOTIFICATIONS]} == {genuine.id}
    assert await customer.vouchers(forged) == []


@story
async def test_a_webhook_that_is_late_is_refused_where_its_time_is_told(new_customer: NewCustomer) -> None:
    rule = {"header": "X-Sent-At", "tolerance_seconds": 600}
    customer = await new_customer("late-webhooks", basware={"timestamp": rule})
    invoice = await customer.approve_document(await customer.sample(), deliver=False)
    body = _task(invoice)
    now = datetime.now(UTC)
    times = {
        "early": now + timedelta(hours=1),
        "late": now - timedelta(hours=1),
        "genuine": now - timedelta(seconds=10),
    }
    sent = {what: {"X-Sent-At": when.isoformat()} for what, when in times.items()}
    # Known by the first that is taken; what was refused before that could be for another reason.
    await _accepted(customer, body, headers=sent["genuine"])
    for refused in ({}, sent["early"], sent["late"], {"X-Sent-At": "yesterday"}):
        assert await customer.send_webhook(body, headers=refused) == 401
    await customer.until_status(TRANSFERRED, invoice)
    evidence = await kept(customer)
    assert len(evidence.records[NOTIFICATIONS]) == 1


@story
async def test_while_a_webhook_secret_is_replaced_both_sign_and_then_only_the_new_one(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("rotation")
    old, new = await asyncio.to_thread(customer.webhook_secret), "n" * 40
    invoices = [await customer.approve_document(await customer.sample(n), deliver=False) for n in (1, 2)]
    bodies = [_task(each) for each in invoices]
    await _accepted(customer, bodies[0])
    assert await customer.send_webhook(bodies[1], secret=new) == 401
    await customer.apply(basware={"webhook_secrets": [{"value": old}, {"value": new}]})
    await _accepted(customer, bodies[1], secret=new)
    assert await customer.send_webhook(bodies[0], secret=old) == 200
    await customer.apply(basware={"webhook_secrets": [{"value": new}]})
    await eventually(
        lambda: customer.send_webhook(bodies[0], secret=old),
        lambda seen: seen == 401,
        what="the old one void",
    )
    assert await customer.send_webhook(bodies[0], secret=new) == 200
    await customer.until_status(TRANSFERRED, *invoices)
    await kept(customer)


def _task(invoice: Invoice) -> bytes:
    task = {"taskId": f"task-{invoice.id}", "taskStatus": "New", "taskType": "AccountingDocuments"}
    return json.dumps({**task, "documentId": invoice.id}).encode()


async def _accepted(customer: Customer, body: bytes, **how: Any) -> None:
    """Answered 200 at last: a connection that was just applied may not be known at the door yet."""
    await eventually(
        lambda: customer.send_webhook(body, **how), lambda seen: seen == 200, what="webhook accepted"
    )
