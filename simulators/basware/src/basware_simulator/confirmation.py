"""The second step of every response: P2P processes it later, and only then the invoice changes.

Assumptions, as the vendor publishes no transition table: a response that P2P refuses leaves the invoice as it
was; one to an invoice that was transferred, or sent again, in the meantime is refused; the repeat of a response
shares the outcome of the first.
"""

import heapq
from dataclasses import replace
from datetime import datetime

from .books import Books
from .document_changes import changed
from .item_outcomes import ItemOutcome, ItemStatus
from .payment_effects import PAYMENT_RESPONSE_ENTITY, payment_effect, payment_outcome, payment_refused
from .records import DocumentRecord, Processing, RequestRecord
from .settings import TenantSettings
from .transfer_effects import transfer_effect, transfer_outcome


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
            self._process(heapq.heappop(self._due)[2])

    def _process(self, request: RequestRecord) -> None:
        record = self._books.documents.get(request.tenant, request.invoice_id)
        tenant = self._books.tenants.get(request.tenant)
        settings = tenant.settings if tenant is not None else TenantSettings()
        if request.repeats:
            first = self._books.requests.get(request.tenant, request.repeats)
            outcome = first.outcome if first is not None else None
        else:
            outcome = _outcome(request, record, settings)
        failed = outcome is not None and outcome.status.fails_the_request
        status = Processing.ERROR if failed else Processing.SUCCESS
        self._books.requests.put(replace(request, status=status, outcome=outcome, updated=request.due))
        if record is not None and not request.repeats:
            self._books.documents.put(_processed(record, request, outcome, settings))


def _is_payment(request: RequestRecord) -> bool:
    return request.entity_type == PAYMENT_RESPONSE_ENTITY


def _outcome(
    request: RequestRecord, record: DocumentRecord | None, settings: TenantSettings
) -> ItemOutcome | None:
    if request.planned is not None:
        return request.planned
    if record is None or record.deleted:
        return ItemOutcome(message="The invoice does not exist")
    if _is_payment(request):
        return payment_outcome(record, request, settings)
    return transfer_outcome(record, request)


def _processed(
    record: DocumentRecord, request: RequestRecord, outcome: ItemOutcome | None, settings: TenantSettings
) -> DocumentRecord:
    if outcome is not None and outcome.status is not ItemStatus.WARNING:
        failed = outcome.status.fails_the_request
        refused = changed(
            record,
            at=request.due,
            event="response refused by P2P" if failed else "response passed over by P2P",
            request_id=request.request_id,
            detail=f"{outcome.status}: {outcome.message}",
        )
        return payment_refused(refused) if _is_payment(request) else refused
    if _is_payment(request):
        return payment_effect(record, request, settings.payments)
    return transfer_effect(record, request)
