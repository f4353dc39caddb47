"""An invoice that went through, as both books and the audit have it; tests change what they are about."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ap_domain.audit import AuditEvent
from devstack.demo.evidence import Evidence
from devstack.scenario import Bill, BillRow, Case, Expected

APPROVED_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STEPS = ("notified", "published", "received", "acknowledged", "started", "posted", "reported", "confirmed")
VOUCHER = {
    "BUSINESS_UNIT": "US001",
    "VOUCHER_ID": "00000001",
    "VENDOR_SETID": "SHARE",
    "VENDOR_ID": "0000430022",
    "INVOICE_ID": "A-1",
    "INVOICE_DT": "2026-11-19",
    "VOUCHER_STYLE": "REG",
    "TXN_CURRENCY_CD": "USD",
    "GROSS_AMT": "100.00",
    "ENTRY_STATUS": "P",
    "created_by": "APSTREAM",
    "VOUCHER_LINE": [{"MERCHANDISE_AMT": "100.00"}],
}
MakeEvidence = Callable[..., Evidence]
MakeEvent = Callable[..., AuditEvent]


@pytest.fixture
def case() -> Case:
    bill = Bill(number="A-1", company="US10", currency="USD", rows=(BillRow(net="100.00"),))
    return Case(key="A-1", kind="plain", connection="acme", bill=bill, expected=Expected())


@pytest.fixture
def make_event(case: Case) -> MakeEvent:
    def make(action: str, *, after: float = 0.0, **detail: str) -> AuditEvent:
        if action in ("posted", "adopted"):
            detail = {"business unit": "US001", "voucher": "00000001", **detail}
        return AuditEvent(
            event_id=f"{case.record}/{action}/{after}",
            connection_id=case.connection,
            record=case.record,
            service="voucher-poster",
            at=APPROVED_AT + timedelta(seconds=after),
            action=action,
            detail=detail,
            attempt=0,
            actor="voucher-poster",
            sequence=1,
        )

    return make


@pytest.fixture
def make_evidence(case: Case, make_event: MakeEvent) -> MakeEvidence:
    def make(
        *,
        of: Case = case,
        steps: Sequence[str] = STEPS,
        vouchers: Sequence[dict[str, Any]] = (VOUCHER,),
        response: dict[str, Any] | None = None,
        **document: Any,
    ) -> Evidence:
        told = {"success": True, "responseMessage": "Posted as voucher 00000001", "paymentBlock": False}
        return Evidence(
            case=of,
            document={
                "status": "Transferred",
                "document": {
                    "voucherNumber1": "00000001",
                    "currencyCode": "USD",
                    "grossSum": 100,
                    "transferResponses": [{**told, **(response or {})}],
                },
                "notifications": [{"attempts": [{"status": 200}]}],
                "violations": [],
                **document,
            },
            vouchers=vouchers,
            creates=[{"invoice_id": "A-1", "outcome": "saved"}],
            events=[make_event(action, after=place / 10) for place, action in enumerate(steps)],
        )

    return make
