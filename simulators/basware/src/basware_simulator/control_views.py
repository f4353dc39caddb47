"""How the control API shows the books. No secret is shown."""

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from .clock import stamp
from .records import DocumentRecord, RequestRecord, TaskRecord
from .world import World


def exact(value: Any) -> Any:
    """A value as JSON can hold it: instants as text, floats by their shortest digits."""
    match value:
        case datetime():
            return stamp(value)
        case float():
            return Decimal(repr(value))
        case dict():
            return {key: exact(item) for key, item in value.items()}
        case list() | tuple():
            return [exact(item) for item in value]
        case _:
            return value


def clock(world: World) -> dict[str, Any]:
    """The simulated time, and how far it is ahead."""
    return {"now": stamp(world.now()), "offset_seconds": exact(world.clock.offset.total_seconds())}


def receipt(record: DocumentRecord, tasks: list[TaskRecord]) -> dict[str, Any]:
    """What an approval says: the id, where the document stands, and which notifications go out."""
    return {
        "tenant": record.tenant,
        "invoiceId": record.invoice_id,
        "status": record.status,
        "cycle": record.cycle,
        "notifications": [task.task_id for task in tasks],
    }


def document(world: World, record: DocumentRecord) -> dict[str, Any]:
    """One document with everything that happened to it."""
    return {
        **_summary(world, record),
        "document": record.document(),
        "history": exact([asdict(entry) for entry in record.history]),
        "responses": [_response(request) for request in world.books.requests if _belongs(request, record)],
        "notifications": [
            _notification(task)
            for task in world.books.tasks
            if (task.tenant, task.document_id) == (record.tenant, record.invoice_id)
        ],
        "violations": [
            violation
            for violation in violations(world, tenant=record.tenant)
            if violation["invoice_id"] == record.invoice_id
        ],
    }


def histories(world: World, *, tenant: str, after: str, limit: int) -> dict[str, Any]:
    """Documents of a tenant with everything that happened to them but without content, by invoice id, so many at most.

    `next` is the `after` of the rest, if any is left.
    """
    ids = sorted(
        record.invoice_id
        for record in world.books.documents
        if record.tenant == tenant and record.invoice_id > after
    )
    wanted = set(ids[:limit])
    responses: dict[str, list[Any]] = {each: [] for each in wanted}
    tasks: dict[str, list[Any]] = {each: [] for each in wanted}
    for request in world.books.requests:
        if request.tenant == tenant and request.invoice_id in wanted:
            responses[request.invoice_id].append(_response(request))
    for task in world.books.tasks:
        if task.tenant == tenant and task.document_id in wanted:
            tasks[task.document_id].append(_notification(task))
    records = (world.books.documents.get(tenant, each) for each in sorted(wanted))
    return {
        "documents": [
            {
                **_summary(world, record),
                "history": exact([asdict(entry) for entry in record.history]),
                "responses": responses[record.invoice_id],
                "notifications": tasks[record.invoice_id],
            }
            for record in records
            if record is not None
        ],
        "next": ids[limit - 1] if len(ids) > limit else None,
    }


def books(world: World, *, tenant: str | None, documents: bool) -> dict[str, Any]:
    """Totals, and every document in short unless that is not wanted: of many it takes time that a run then lacks."""
    records = [record for record in world.books.documents if tenant in (None, record.tenant)]
    return {
        "clock": clock(world),
        "tenants": [held.name for held in world.books.tenants],
        "by_status": dict(Counter(record.status for record in records)),
        "violations": len(violations(world, tenant=tenant)),
        "throttled": sum(n for name, n in world.throttle.refused.items() if tenant in (None, name)),
        "notifications": dict(
            Counter(task.status.value for task in world.books.tasks if tenant in (None, task.tenant))
        ),
        "fetched": sum((record.tenant, record.invoice_id) in world.fetches for record in records),
        **({"documents": [_summary(world, record) for record in records]} if documents else {}),
    }


def violations(world: World, *, tenant: str | None) -> list[dict[str, Any]]:
    """Every rule that was broken."""
    return [exact(asdict(held)) for held in world.books.violations if tenant in (None, held.tenant)]


def notifications(world: World, *, tenant: str | None) -> list[dict[str, Any]]:
    """Every notification with its attempts."""
    return [_notification(task) for task in world.books.tasks if tenant in (None, task.tenant)]


def faults(world: World) -> dict[str, Any]:
    """The faults that are still to come."""
    return {"faults": [exact(asdict(fault)) for fault in world.faults.open_orders()]}


def outages(world: World) -> dict[str, Any]:
    """What is away, and for how much longer."""
    return {
        "outages": [
            exact({**asdict(order), "seconds_left": round(left, 3)})
            for left, order in world.outages.under_way()
        ]
    }


def _summary(world: World, record: DocumentRecord) -> dict[str, Any]:
    events = Counter(entry.event for entry in record.history)
    content = record.document()
    return {
        "tenant": record.tenant,
        "invoiceId": record.invoice_id,
        "invoiceNumber": content.get("invoiceNumber"),
        "companyCode": record.company_code,
        "status": record.status,
        "cycle": record.cycle,
        "acknowledged": record.acknowledged,
        "deleted": record.deleted,
        "acknowledgements": events["acknowledged"],
        "stored_responses": events["transfer response stored"],
        "repeated_responses": events["transfer response repeated"],
        "payment_responses": record.payment.received,
        "repeated_payment_responses": events["payment response repeated"],
        "fetches": world.fetches.get((record.tenant, record.invoice_id), 0),
        "voucherNumber1": content.get("voucherNumber1"),
        "updated": stamp(record.updated),
    }


def _belongs(request: RequestRecord, record: DocumentRecord) -> bool:
    return (request.tenant, request.invoice_id) == (record.tenant, record.invoice_id)


def _response(request: RequestRecord) -> dict[str, Any]:
    return {
        "request_id": request.request_id,
        "kind": request.entity_type,
        "cycle": request.cycle,
        "accepted": stamp(request.accepted),
        "body": request.response,
        "status": request.status.value,
        "repeats": request.repeats,
        "item_status": request.outcome.status.value if request.outcome else None,
        "error": request.outcome.message if request.outcome else None,
    }


def _notification(task: TaskRecord) -> dict[str, Any]:
    return {
        "task_id": task.task_id,
        "document_id": task.document_id,
        "url": task.url,
        "status": task.status.value,
        "lost": task.switches.lose,
        "created": stamp(task.created),
        "attempts": exact([asdict(attempt) for attempt in task.attempts]),
    }
