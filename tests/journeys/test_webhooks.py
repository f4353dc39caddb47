"""Webhooks that come more than once, or are not Basware's."""

import json

from .conftest import NewCustomer
from .customer import TRANSFERRED
from .eventually import eventually
from .promises import kept
from .topic_records import DOCUMENTS, NOTIFICATIONS


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
