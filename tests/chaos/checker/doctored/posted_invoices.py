"""The records and books of an invoice that was posted, from its approval to Basware's knowing of its voucher."""

from typing import Any
from urllib.parse import quote

from tests.chaos.checker.records import (
    AUDIT_INGRESS,
    DOCUMENTS,
    FETCHES,
    INVOICES,
    NOTIFICATIONS,
    Record,
)

from .made_up import IBAN, Run
from .papers import call, document, page, row, voucher, write


def posted(run: Run, invoice_id: str, number: str, voucher_id: str, *, begun: float) -> None:
    """Approved, fetched, acknowledged, posted, reported and confirmed."""

    def then(seconds: float) -> float:
        return begun + seconds

    task = f"task-{invoice_id}"
    run.documents[invoice_id] = document(invoice_id, number, voucher_id, task, begun=begun)
    notified = run.put(
        NOTIFICATIONS,
        run.key(task),
        {"connection_id": "acme", "task_id": task, "document_id": invoice_id},
        seconds=then(0.1),
    )
    _fetched(run, invoice_id, notified, begun=begun)
    published = run.put(
        DOCUMENTS,
        run.key(invoice_id, "1"),
        {
            "connection_id": "acme",
            "invoice_id": invoice_id,
            "fetch_number": 1,
            "processing_status": "WaitingForTransfer",
            "bank": IBAN,
        },
        seconds=then(0.3),
    )
    intent = {
        "natural_key": {
            "business_unit": "US001",
            "vendor_setid": "SHARE",
            "vendor_id": "0000000007",
            "invoice_id": number,
        }
    }
    claim = {"natural key": f"US001/SHARE/0000000007/{quote(number, safe='')}"}
    made = {"business_unit": "US001", "voucher_id": voucher_id}
    steps: tuple[tuple[str, str, str, float, dict[str, Any]], ...] = (
        ("waiting", "acknowledge", "received", 0.4, {"cause": published}),
        ("waiting", "post", "acknowledged", 0.7, {}),
        ("started", "post", "started", 1.0, {"started": then(1.0), "intent": intent, "detail": claim}),
        ("waiting", "report", "posted", 1.5, {"started": then(1.0), "voucher": made}),
        ("waiting", "confirm", "reported", 3.0, {"started": then(1.0)}),
        ("final", "confirmed", "confirmed", 4.0, {}),
    )
    for sequence, (phase, step, action, seconds, more) in enumerate(steps, start=1):
        run.entry(
            invoice_id,
            sequence=sequence,
            phase=phase,
            step=step,
            action=action,
            seconds=then(seconds),
            **more,
        )
    run.position(INVOICES, DOCUMENTS, seconds=then(0.4))
    run.writes += [
        write(run, invoice_id, "acknowledge", then(0.5)),
        write(run, invoice_id, "transferResponses", then(2.5)),
    ]
    run.calls += [
        call("find", number, then(0.8), request=begun),
        call("create", number, then(1.1), request=begun + 1),
    ]
    run.vouchers.append(voucher(voucher_id, number, then(1.15)))
    run.pages["US001", voucher_id] = page(voucher_id, number, then(1.15))
    run.paid[invoice_id] = row(invoice_id, number, voucher_id)


def _fetched(run: Run, invoice_id: str, notified: Record, *, begun: float) -> None:
    for sequence, phase, step, action, fetch in (
        (1, "waiting", "fetch", "notified", 0),
        (2, "final", "fetched", "published", 1),
    ):
        value = {
            "key": run.key(invoice_id),
            "connection_id": "acme",
            "sequence": sequence,
            "phase": phase,
            "step": step,
            "due": None,
            "reason": "",
            "stop": None,
            "body": {"invoice_id": invoice_id, "fetch_number": fetch},
        }
        run.put(FETCHES, run.key(invoice_id), value, seconds=begun + sequence / 10)
        run.audit(
            AUDIT_INGRESS,
            invoice_id,
            action,
            sequence=sequence,
            seconds=begun + sequence / 10,
            actor="documents-1",
            cause=notified if sequence == 1 else None,
            **({"fetch": "1"} if fetch else {}),
        )
    run.position(FETCHES, NOTIFICATIONS, seconds=begun + 0.1)
