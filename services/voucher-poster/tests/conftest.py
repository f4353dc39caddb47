"""A connection, an invoice, its entry, and a clock that stands still."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from ap_domain.approved_invoice import ApprovedInvoice, read_document
from ap_domain.invoice_state import DocumentRef, InvoiceState, Step
from chassis.connections import Connection
from chassis.connections.testing import a_connection
from chassis.ledger.entry import Entry, Phase

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
INVOICE_ID = "138e7d94997847aebe7432e521b3dac9"

MakeEntry = Callable[..., Entry[InvoiceState]]


class StoppedClock:
    """Clock. Moved by hand."""

    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def connection() -> Connection:
    return a_connection(version=7)


@pytest.fixture
def document() -> dict[str, Any]:
    """A document whose sums agree, as Basware sends it."""
    return {
        "invoiceId": INVOICE_ID,
        "invoiceNumber": "80000330200233",
        "processingStatus": "WaitingForTransfer",
        "companyCode": "BW00",
        "supplierCode": "430022",
        "currencyCode": "EUR",
        "grossSum": 1160,
        "taxSum1": 160,
        "invoiceDate": "2026-06-05T00:00:00Z",
        "voucherDate": "2026-06-08T00:00:00Z",
        "paymentBlock": False,
        "codingRows": [{"rowIndex": 1, "accountCode": "18620", "netTotal": 1000, "grossTotal": 1160}],
    }


@pytest.fixture
def invoice(document: dict[str, Any]) -> ApprovedInvoice:
    return read_document(document)


@pytest.fixture
def make_entry() -> MakeEntry:
    """An entry at a step; `body` are changes of the invoice's state, the rest changes of the entry."""

    def make(step: Step, *, body: dict[str, Any] | None = None, **changes: Any) -> Entry[InvoiceState]:
        state = InvoiceState(
            invoice_id=INVOICE_ID,
            document=DocumentRef(
                partition=0,
                offset=4,
                fetch_number=1,
                fetched_at=NOW,
                status="WaitingForTransfer",
                revision="r",
                digest="d",
            ),
        )
        entry = Entry(
            key=f"acme/{INVOICE_ID}",
            connection_id="acme",
            sequence=1,
            phase=Phase.WAITING,
            step=step,
            since=NOW,
            trace_id="00-" + "1" * 32 + "-" + "2" * 16 + "-01",
            body=replace(state, **(body or {})),
        )
        return replace(entry, **changes)

    return make
