"""How the control API shows payments: what a clerk sees in P2P, and what came of the responses."""

from collections import Counter
from decimal import Decimal
from typing import Any

from .clock import stamp
from .payment_effects import PAYMENT_RESPONSE_ENTITY, SHOWN
from .records import DocumentRecord, Processing
from .world import World

_OF_THE_DOCUMENT = (
    "invoiceNumber",
    "companyCode",
    "currencyCode",
    "grossSum",
    "voucherNumber1",
    "voucherNumber2",
    "cashSum",
)
# Shown although no response told of them: the document itself has them.
_ALSO_WITHOUT_RESPONSE = ("paymentTermCode", "paymentMethod", "paymentBlock", "paymentMessage")
_CAN_BE_PAID = ("Transferred", "Paid")


def payment(record: DocumentRecord) -> dict[str, Any]:
    """The payment of one invoice as a clerk sees it; null is what is not known or was cleared."""
    document, held = record.document(), record.payment
    return {
        "tenant": record.tenant,
        "invoiceId": record.invoice_id,
        "status": record.status,
        **{name: document.get(name) for name in _OF_THE_DOCUMENT},
        **{name: held.shown.get(name) for name in SHOWN},
        **{name: document.get(name) for name in _ALSO_WITHOUT_RESPONSE},
        "since": stamp(held.since) if held.since else None,
        "listed": len(document.get("paymentResponses") or ()),
        "received": held.received,
        "applied": held.applied,
        "logged": held.logged,
        "refused": held.refused,
    }


def payment_with_history(world: World, record: DocumentRecord) -> dict[str, Any]:
    """The same, with every response that was ever stored, oldest first, and what became of it when."""
    return {
        **payment(record),
        "history": [
            {
                "request_id": request.request_id,
                "accepted": stamp(request.accepted),
                "processed": None if request.status is Processing.IN_PROGRESS else stamp(request.due),
                "body": request.response,
                "status": request.status.value,
                "repeats": request.repeats,
                "item_status": request.outcome.status.value if request.outcome else None,
                "error": request.outcome.message if request.outcome else None,
            }
            for request in world.books.requests
            if request.entity_type == PAYMENT_RESPONSE_ENTITY
            and (request.tenant, request.invoice_id) == (record.tenant, record.invoice_id)
        ],
    }


def payments(world: World, *, tenant: str | None, company: str | None) -> dict[str, Any]:
    """Every invoice that can be paid or was told of, and totals of them."""
    rows = [
        payment(record)
        for record in world.books.documents
        if tenant in (None, record.tenant)
        and company in (None, record.company_code)
        and not record.deleted
        and (record.status in _CAN_BE_PAID or record.payment.received)
    ]
    counts = {name: sum(row[name] for row in rows) for name in ("received", "applied", "logged", "refused")}
    return {
        "invoices": len(rows),
        "by_status": dict(Counter(row["status"] for row in rows)),
        **counts,
        "waiting": counts["received"] - counts["applied"] - counts["logged"] - counts["refused"],
        "paid": _per_currency(rows, "paidTotal"),
        "gross": _per_currency(rows, "grossSum"),
        "payments": rows,
    }


def _per_currency(rows: list[dict[str, Any]], field: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row[field] is not None:
            sums[row["currencyCode"]] = sums.get(row["currencyCode"], Decimal(0)) + row[field]
    return sums
