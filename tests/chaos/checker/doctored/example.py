"""A small run in which everything held, for tests to doctor, one promise at a time.

One customer, two posted invoices of which one is paid, one account and one supplier.
"""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from tests.chaos.checker.records import (
    AUDIT_INGRESS,
    AUDIT_POSTER,
    DOCUMENTS,
    FETCHES,
    IMPORTS,
    INVOICES,
    MASTER_DATA,
    MASTER_DATA_RESULTS,
    NOTIFICATIONS,
    PAYMENT_RESULTS,
    PICTURES,
    PICTURES_TABLE,
    PUBLISHED_TABLE,
    Record,
)

from .made_up import FIRST_OWNER, IBAN, Run, at, said
from .papers import call, document, page, row, voucher, write


def good() -> Run:
    """A run in which every promise held."""
    run = Run()
    run.owner("ingress-documents", "documents-1", FETCHES, AUDIT_INGRESS, seconds=0)
    run.owner("voucher-poster", FIRST_OWNER, INVOICES, AUDIT_POSTER, seconds=0)
    for number, begun in ((1, 10.0), (2, 40.0)):
        _posted(run, f"inv-{number}", f"N/{number}", f"0000000{number}", begun=begun)
    _seen_unpaid(run, "inv-2", "00000002", seconds=90.0)
    _paid(run, "inv-1", "00000001", begun=100.0)
    _master_data(run)
    gauge = b'apstream_ledger_entries{connection="acme",phase="final"} 2.0\napstream_ledger_partitions_owned 1.0\n'
    run.metrics = {"ingress-documents-1": gauge, "voucher-poster-1": gauge}
    return run


def _posted(run: Run, invoice_id: str, number: str, voucher_id: str, *, begun: float) -> None:
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


def _seen_unpaid(run: Run, invoice_id: str, voucher_id: str, *, seconds: float) -> None:
    picture = _picture(run, invoice_id, voucher_id, paid="0", poll=4, seconds=seconds)
    run.entry(
        invoice_id,
        sequence=7,
        phase="final",
        step="confirmed",
        action="payment seen",
        seconds=seconds + 1,
        cause=picture,
        payment={"poll_offset": 4, "given_up": None},
    )


def _picture(run: Run, invoice_id: str, voucher_id: str, *, paid: str, poll: int, seconds: float) -> Record:
    key, digest = run.key("US001", voucher_id), f"digest of poll {poll}"
    picture = run.put(
        PICTURES,
        key,
        {
            "connection_id": "acme",
            "invoice_id": invoice_id,
            "business_unit": "US001",
            "voucher_id": voucher_id,
            "poll_offset": poll,
            "observed_at": at(seconds),
            "paid_total": Decimal(paid),
            "digest": digest,
        },
        seconds=seconds,
    )
    run.put(PICTURES_TABLE, key, {"digest": digest, "invoice_id": invoice_id}, seconds=seconds)
    return picture


def _paid(run: Run, invoice_id: str, voucher_id: str, *, begun: float) -> None:
    """PeopleSoft pays, the picture is published, Basware is told."""
    book = run.pages["US001", voucher_id]
    book["schedule"][0] |= {
        "fate": "paid",
        "PAID_AMT": "100.00",
        "PYMNT_ID": "P1",
        "LAST_UPDATE_DT": said(begun),
    }
    book["payments"] = [{"BANK_ACCT_KEY": "B", "PYMNT_ID": "P1", "PYMNT_DT": "2026-06-01", "CANCEL_DT": ""}]
    book["summary"] |= {"paid": "100.00", "open": "0", "ended": True}
    seen = _picture(run, invoice_id, voucher_id, paid="100.00", poll=5, seconds=begun + 1)
    payment = {"poll_offset": 5, "given_up": None}
    run.entry(
        invoice_id,
        sequence=7,
        phase="waiting",
        step="report_payment",
        action="payment seen",
        seconds=begun + 2,
        cause=seen,
        payment=payment,
    )
    run.position(INVOICES, PICTURES, seconds=begun + 2)
    run.entry(
        invoice_id,
        sequence=8,
        phase="waiting",
        step="confirm_payment",
        action="payment reported",
        seconds=begun + 3,
    )
    run.entry(
        invoice_id, sequence=9, phase="final", step="paid", action="payment confirmed", seconds=begun + 4
    )
    run.writes.append(write(run, invoice_id, "paymentResponses", begun + 2.5))
    told = run.documents[invoice_id]
    told["status"] = "Paid"
    told["history"].append({"at": said(begun + 3.5), "event": "payment taken over", "status": "Paid"})
    told["responses"].append(
        {
            "request_id": "r2",
            "kind": "PaymentResponse",
            "accepted": said(begun + 2.5),
            "body": {"success": True, "responseMessage": "paid"},
        }
    )
    run.paid[invoice_id] |= {
        "status": "Paid",
        "paidTotal": Decimal(100),
        "cashDiscount": Decimal(0),
        "paymentDate": "2026-06-01",
    }
    run.put(
        PAYMENT_RESULTS,
        run.key("payments", "changes"),
        {
            "connection_id": "acme",
            "subject": "payments",
            "kind": "changes",
            "started_at": at(begun + 60),
            "watermark": said(begun + 60),
        },
        seconds=begun + 61,
    )


def _master_data(run: Run) -> None:
    account = {
        "field": "ACCOUNT",
        "value": "500100",
        "setid": "SHARE",
        "effdt": "1900-01-01",
        "status": "A",
        "descr": "Rent",
        "statistics": False,
        "budgetary_only": False,
        "changed_at": said(5),
    }
    supplier = {
        "setid": "SHARE",
        "vendor_id": "0000000007",
        "status": "A",
        "name": "Acme GmbH",
        "short_name": "",
        "default_location": "MAIN",
        "locations": [{"vndr_loc": "MAIN", "effdt": "1900-01-01", "status": "A", "terms": "30"}],
        "changed_at": said(6),
    }
    run.reference = {"chart_fields": [account], "suppliers": [supplier]}
    for entity, code, content in (
        ("accounts", "SHARE_500100", {"accountNames": [{"language": "en-US", "accountName": "Rent"}]}),
        ("suppliers", "SHARE_0000000007", {"name": "Acme GmbH", "paymentTerms": {"paymentTermCode": "30"}}),
    ):
        whole = {**content, "companies": [{"companyCode": "BW00", "active": True}]}
        version = run.put(
            MASTER_DATA,
            run.key(entity, code),
            {
                "connection_id": "acme",
                "entity": entity,
                "external_code": code,
                "active": True,
                "content": json.dumps(whole),
                "digest": f"digest of {code}",
                "problems": [],
                "poll_id": "p1",
            },
            seconds=20,
        )
        row = {"digest": f"digest of {code}", "active": True, "offset": version.offset}
        run.put(PUBLISHED_TABLE, run.key(entity, code), row, seconds=21)
        state = {
            "connection_id": "acme",
            "entity": entity,
            "external_code": code,
            "step": "confirmed",
            "digest": f"digest of {code}",
            "sequence": 1,
            "words": [],
        }
        run.put(IMPORTS, run.key(entity, code), state, seconds=22)
        run.pickable[entity] = [
            {"externalCode": code, "active": True, "companies": ["BW00"], "content": whole}
        ]
        run.put(
            MASTER_DATA_RESULTS,
            run.key(entity, "full"),
            {
                "connection_id": "acme",
                "subject": entity,
                "kind": "full",
                "outcome": "complete",
                "watermark": said(60),
                "started_at": at(60),
            },
            seconds=61,
        )
