"""What people do in Basware P2P: approve an invoice, correct it and send it again, take it back."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from .clock import stamp
from .decimal_json import dumps
from .document_changes import changed
from .document_model import ACCOUNTING_DOCUMENT, AFTER_ACKNOWLEDGE, STATUSES, WAITING_FOR_TRANSFER
from .payment_effects import payment_before
from .records import DocumentRecord, HistoryEntry
from .schema import UNKNOWN_FIELD, check
from .world import World

_BATCH = "InvoiceBatchId"
# Set by the server; a correction cannot touch them.
_NOT_TO_BE_CHANGED = frozenset(
    {"invoiceId", "processingStatus", "lastUpdated", "transferResponses", "paymentResponses"}
)


class ApprovalError(ValueError):
    """The order cannot be carried out; `problems` lists every reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def approve(
    *,
    world: World,
    tenant: str,
    document: dict[str, Any],
    status: str,
    extended: bool = False,
    updated: datetime | None = None,
) -> DocumentRecord:
    """Put a document into the books in a status, as if P2P had just published it, or had at `updated`.

    An `extended` one may have fields that the published schema does not know: minor versions add some.

    Raises:
        ApprovalError: the vendor's schema forbids it, its company is not the tenant's, its id exists, or it was
            published in the future.
    """
    owner = world.books.tenants.get(tenant)
    if owner is None:
        raise ApprovalError([f"there is no tenant {tenant}"])
    now = updated or world.now()
    if now.tzinfo is None or now > world.now():
        raise ApprovalError(["updated is an instant with a zone, not in the future"])
    whole = _with_batch(document, world.new_id().replace("-", ""))
    whole |= {"processingStatus": status, "lastUpdated": stamp(now)}
    problems = _problems(whole, extended=extended)
    if problems:
        raise ApprovalError(problems)
    if owner.company_codes and whole["companyCode"] not in owner.company_codes:
        problems.append(f"company {whole['companyCode']} is not one of tenant {tenant}")
    if world.books.documents.get(tenant, whole["invoiceId"]) is not None:
        problems.append(f"invoice {whole['invoiceId']} exists; use retransfer")
    if problems:
        raise ApprovalError(problems)
    return world.books.documents.put(replace(_first(tenant, whole, now), extended=extended))


def retransfer(
    *, world: World, record: DocumentRecord, changes: dict[str, Any], extended: bool = False
) -> DocumentRecord:
    """Send a document to transfer again: same id, another batch, and it may be acknowledged once more.

    Raises:
        ApprovalError: the changes touch what only the server sets, or break the schema.
    """
    problems = [f"{name} cannot be changed" for name in sorted(_NOT_TO_BE_CHANGED & changes.keys())]
    batch = world.new_id().replace("-", "")
    again = changed(
        record,
        at=world.now(),
        event="sent to transfer again",
        status=WAITING_FOR_TRANSFER,
        changes=_with_batch(record.document() | changes, batch),
    )
    extended = extended or record.extended
    problems += _problems(again.document(), extended=extended)
    if problems:
        raise ApprovalError(problems)
    return world.books.documents.put(
        replace(again, cycle=record.cycle + 1, acknowledged=False, extended=extended, deleted=False)
    )


def acknowledge_elsewhere(*, world: World, record: DocumentRecord) -> DocumentRecord:
    """Acknowledge a document as another consumer of the same tenant would.

    Raises:
        ApprovalError: it does not wait, or was acknowledged.
    """
    status = AFTER_ACKNOWLEDGE.get(record.status)
    if status is None or record.acknowledged:
        raise ApprovalError([f"a document in status {record.status} cannot be acknowledged"])
    taken = changed(record, at=world.now(), event="acknowledged by another consumer", status=status)
    return world.books.documents.put(replace(taken, acknowledged=True))


def delete(*, world: World, record: DocumentRecord) -> DocumentRecord:
    """Take a document out of the API; the control API still shows it."""
    gone = changed(record, at=world.now(), event="deleted")
    return world.books.documents.put(replace(gone, deleted=True))


def set_status(*, world: World, record: DocumentRecord, status: str) -> DocumentRecord:
    """Put a document into any status, as when it is taken back in P2P.

    Raises:
        ApprovalError: no such status.
    """
    if status not in STATUSES:
        raise ApprovalError([f"{status} is not a status"])
    return world.books.documents.put(
        changed(record, at=world.now(), event="status set in P2P", status=status)
    )


def _problems(document: dict[str, Any], *, extended: bool) -> list[str]:
    return [
        problem
        for problem in check(ACCOUNTING_DOCUMENT, document)
        if not (extended and problem.endswith(UNKNOWN_FIELD))
    ]


def _first(tenant: str, document: dict[str, Any], now: datetime) -> DocumentRecord:
    status = document["processingStatus"]
    return DocumentRecord(
        tenant=tenant,
        invoice_id=document["invoiceId"],
        content=dumps(document),
        status=status,
        company_code=document["companyCode"],
        mode=document.get("p2pProcessingMode", "Standard"),
        rows=len(document.get("codingRows") or ()),
        updated=now,
        history=(HistoryEntry(at=now, event="approved", status=status),),
        payment=payment_before(document, at=now),
    )


def _with_batch(document: dict[str, Any], batch: str) -> dict[str, Any]:
    """Each transfer has a batch id of its own among the transfer parameters."""
    held = document.get("transferParameters")
    if not isinstance(held, list | None):
        return dict(document)
    others = [item for item in held or [] if not (isinstance(item, dict) and item.get("key") == _BATCH)]
    return {**document, "transferParameters": [*others, {"key": _BATCH, "value": batch}]}
