"""The records and books of payments: what a poll pictured of a voucher, and what Basware was told of it."""

from decimal import Decimal

from tests.chaos.checker.records import (
    INVOICES,
    PAYMENT_RESULTS,
    PICTURES,
    PICTURES_TABLE,
    Record,
)

from .made_up import Run, at, said
from .papers import write


def seen_unpaid(run: Run, invoice_id: str, voucher_id: str, *, seconds: float) -> None:
    """A poll publishes that nothing is paid, and there is nothing to tell Basware."""
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


def paid(run: Run, invoice_id: str, voucher_id: str, *, begun: float) -> None:
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
