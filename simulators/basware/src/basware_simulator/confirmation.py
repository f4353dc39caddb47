"""The second step of every response: P2P processes it later, and only then the invoice changes its status.

Assumptions, as the vendor publishes no transition table: a response that P2P refuses leaves the invoice as it
was; a response to an invoice that was transferred, or sent again, in the meantime is refused; the repeat of a
response shares the outcome of the first.
"""

import heapq
from dataclasses import replace
from datetime import datetime

from .books import Books
from .document_changes import changed
from .item_outcomes import ItemOutcome, ItemStatus
from .records import DocumentRecord, Processing, RequestRecord


class Confirmations:
    """Responses that wait for P2P, by when it will be done with them."""

    def __init__(self, books: Books) -> None:
        """Take up those that the books hold as in progress."""
        self._books = books
        self._due: list[tuple[datetime, int, RequestRecord]] = []
        for request in books.requests:
            if request.status is Processing.IN_PROGRESS:
                self.expect(request)

    def expect(self, request: RequestRecord) -> None:
        """Process a request when it is due."""
        heapq.heappush(self._due, (request.due, request.number, request))

    def settle(self, now: datetime) -> None:
        """Process everything that is due, in the order of due time and acceptance."""
        while self._due and self._due[0][0] <= now:
            request = heapq.heappop(self._due)[2]
            record = self._books.documents.get(request.tenant, request.invoice_id)
            outcome = self._repeated_outcome(request) if request.repeats else _outcome(request, record)
            failed = outcome is not None and outcome.status.fails_the_request
            status = Processing.ERROR if failed else Processing.SUCCESS
            self._books.requests.put(replace(request, status=status, outcome=outcome, updated=request.due))
            if record is not None and not request.repeats:
                self._books.documents.put(_processed(record, request, outcome))

    def _repeated_outcome(self, request: RequestRecord) -> ItemOutcome | None:
        first = self._books.requests.get(request.tenant, request.repeats or "")
        return first.outcome if first is not None else None


def _outcome(request: RequestRecord, record: DocumentRecord | None) -> ItemOutcome | None:
    if request.planned is not None:
        return request.planned
    if record is None or record.deleted:
        return ItemOutcome(message="The invoice does not exist")
    if record.status == "Transferred":
        return ItemOutcome(message="The invoice is already transferred")
    if record.cycle != request.cycle:
        return ItemOutcome(message="The invoice was sent to transfer again")
    return None


def _processed(record: DocumentRecord, request: RequestRecord, outcome: ItemOutcome | None) -> DocumentRecord:
    if outcome is not None and outcome.status is not ItemStatus.WARNING:
        failed = outcome.status.fails_the_request
        return changed(
            record,
            at=request.due,
            event="response refused by P2P" if failed else "response passed over by P2P",
            request_id=request.request_id,
            detail=f"{outcome.status}: {outcome.message}",
        )
    response = request.response
    if not response["success"]:
        # The vendor saves only message and status then; voucher numbers and payment block are ignored.
        return changed(
            record,
            at=request.due,
            event="transfer failed",
            status="TransferFailed",
            request_id=request.request_id,
            detail=response["responseMessage"],
        )
    return changed(
        record,
        at=request.due,
        event="transferred",
        status="Transferred",
        request_id=request.request_id,
        detail=response["responseMessage"],
        changes={
            "voucherNumber1": response.get("voucherNumber1"),
            "voucherNumber2": response.get("voucherNumber2"),
            "paymentBlock": response["paymentBlock"],
        },
    )
