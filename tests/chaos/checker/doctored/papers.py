"""What the simulators' books would show of an invoice that was made up."""

from datetime import date
from decimal import Decimal

from .made_up import Run, Value, said


def document(invoice_id: str, number: str, voucher_id: str, task: str, *, begun: float) -> Value:
    history = (
        (0.0, "approved", "WaitingForTransfer"),
        (0.5, "acknowledged", "TransferInProgress"),
        (2.5, "transfer response stored", "TransferInProgress"),
        (3.5, "transferred", "Transferred"),
    )
    return {
        "invoiceId": invoice_id,
        "invoiceNumber": number,
        "companyCode": "BW00",
        "status": "Transferred",
        "deleted": False,
        "voucherNumber1": voucher_id,
        "history": [
            {"at": said(begun + seconds), "event": event, "status": status}
            for seconds, event, status in history
        ],
        "responses": [
            {
                "request_id": "r1",
                "kind": "TransferResponse",
                "accepted": said(begun + 2.5),
                "body": {"success": True, "responseMessage": "posted", "voucherNumber1": voucher_id},
            }
        ],
        "notifications": [
            {
                "task_id": task,
                "url": "http://127.0.0.1:1/webhooks/acme",
                "attempts": [{"at": said(begun), "status": 200}],
            }
        ],
    }


def write(run: Run, invoice_id: str, operation: str, seconds: float) -> Value:
    return {
        "number": len(run.writes) + 1,
        "invoice_id": invoice_id,
        "operation": operation,
        "caller": "token-of-poster-1",
        "arrived": said(seconds),
        "ended": said(seconds + 0.05),
        "status": 200,
        "effect": True,
        "hung_up": False,
    }


def call(operation: str, number: str, seconds: float, *, request: float) -> Value:
    return {
        "request": int(request),
        "operation": operation,
        "operator": "APSTREAM",
        "business_unit": "US001",
        "invoice_id": number,
        "vendor_id": "0000000007",
        "fault": None,
        "received_at": said(seconds),
        "answered_at": said(seconds + 0.1),
    }


def voucher(voucher_id: str, number: str, seconds: float) -> Value:
    return {
        "BUSINESS_UNIT": "US001",
        "VOUCHER_ID": voucher_id,
        "VENDOR_ID": "0000000007",
        "INVOICE_ID": number,
        "ENTRY_STATUS": "P",
        "created_at": said(seconds),
        "created_by": "APSTREAM",
    }


def page(voucher_id: str, number: str, seconds: float) -> Value:
    return {
        "BUSINESS_UNIT": "US001",
        "VOUCHER_ID": voucher_id,
        "INVOICE_ID": number,
        "ENTRY_STATUS": "P",
        "TXN_CURRENCY_CD": "EUR",
        "LAST_UPDATE_DT": said(seconds),
        "schedule": [
            {
                "fate": "open",
                "PAID_AMT": "0",
                "PYMNT_GROSS_AMT": "100.00",
                "CURRENCY_PYMNT": "EUR",
                "BANK_ACCT_KEY": "B",
                "PYMNT_ID": "",
                "SCHEDULED_PAY_DT": date(2026, 7, 1).isoformat(),
                "LAST_UPDATE_DT": said(seconds),
            }
        ],
        "payments": [],
        "summary": {"paid": "0", "discount": "0", "open": "100.00", "ended": False, "held": False},
    }


def row(invoice_id: str, number: str, voucher_id: str) -> Value:
    return {
        "invoiceId": invoice_id,
        "invoiceNumber": number,
        "companyCode": "BW00",
        "status": "Transferred",
        "grossSum": Decimal("100.00"),
        "voucherNumber1": voucher_id,
        "paidTotal": None,
        "cashDiscount": None,
        "paymentDate": None,
        "paymentBlock": None,
    }
