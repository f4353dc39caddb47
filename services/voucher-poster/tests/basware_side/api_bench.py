"""Basware as it is scripted, the steps over it, and an entry with its report."""

from collections.abc import Callable
from typing import Any

from ap_domain.invoice_state import InvoiceState, Report, Step
from ap_domain.posting import VoucherRef
from ap_domain.response import external_code
from basware.testing import Canned, StubApi
from chassis.connections import Connection
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Outcome
from chassis.record_reader import RecordReader
from voucher_poster.adapters.basware_steps import BaswareSteps

MakeEntry = Callable[..., Entry[InvoiceState]]

INVOICE_ID = "138e7d94997847aebe7432e521b3dac9"
DOCUMENT = f"/v1/accountingDocuments/{INVOICE_ID}"
ACKNOWLEDGE = f"{DOCUMENT}/acknowledge"
RESPONSES = f"{DOCUMENT}/transferResponses"
STATUS = "/v1/requestStatus/req-1"
SEEN = "/v1/requestStatus/acknowledge"
VOUCHER = VoucherRef(business_unit="US001", voucher_id="00000017", entry_status="P")
CODE = external_code(invoice_id=INVOICE_ID, cycle=1, step="transfer", report_number=1)


class NothingKept(RecordReader):
    """A topic that lost its documents: each is asked of Basware."""

    def __init__(self) -> None:
        return

    async def read(self, topic: str, partition: int, offset: int) -> bytes | None:
        return None


class Bench:
    def __init__(self, *, stub: StubApi, steps: BaswareSteps, connection: Connection) -> None:
        self.stub = stub
        self._steps = steps
        self._connection = connection

    async def call(self, name: str, entry: Entry[InvoiceState], *, repeat: bool = False) -> Outcome:
        return await self._steps.call(name, entry, self._connection, repeat=repeat)

    def document(self, status: str, **more: Any) -> None:
        self.stub.script(
            "GET",
            DOCUMENT,
            Canned.of_json({"invoiceId": INVOICE_ID, "processingStatus": status, **more}),
        )


def reported(
    make_entry: MakeEntry, *, success: bool = True, request_id: str | None = "req-1"
) -> Entry[InvoiceState]:
    report = Report(number=1, success=success, message="Posted.", request_id=request_id)
    body = {"report": report, "reports": 1, "voucher": VOUCHER if success else None}
    return make_entry(Step.CONFIRM, body=body)
