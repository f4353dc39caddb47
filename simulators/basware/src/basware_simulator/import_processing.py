"""The second step of every import: P2P works through the items of a request later, each by its own time.

Assumptions: an item that a newer version overtook is RecordExpired even when more than a second lies between
them, if P2P has the newer one already; a request is in progress until its last item has ended.
"""

import heapq
from datetime import datetime, timedelta

from .books import Books
from .import_records import Finding, ImportItem, ImportRequest, Settled, Verdict
from .import_rules import judge
from .master_data import MasterData
from .records import Processing, Tenant

_UNCHANGED = Verdict(
    status="NotProcessed", findings=(Finding(message="No changes compared to the stored version"),)
)
_EXPIRED = Verdict(
    status="RecordExpired", findings=(Finding(message="A newer version of the record has arrived"),)
)


class ImportProcessing:
    """Requests that wait for P2P, by when some of their items are due."""

    def __init__(self, books: Books) -> None:
        """Take up those that the books hold as in progress."""
        self._books = books
        self._data: MasterData = books.master_data
        self._due: list[tuple[datetime, int, str, str]] = []
        for request in self._data.requests():
            if request.status is Processing.IN_PROGRESS:
                self.expect(request)

    def expect(self, request: ImportRequest) -> None:
        """Process the items of a request when they are due."""
        for due in {item.due for item in request.items if item.verdict is None}:
            heapq.heappush(self._due, (due, request.number, request.tenant, request.request_id))

    def settle(self, now: datetime) -> None:
        """Process everything that is due, in the order of due time and acceptance."""
        while self._due and self._due[0][0] <= now:
            at, _, tenant_name, request_id = heapq.heappop(self._due)
            request = self._data.request(tenant_name, request_id)
            tenant = self._books.tenants.get(tenant_name)
            if request is not None and tenant is not None:
                self._process(tenant, request, at)

    def _process(self, tenant: Tenant, request: ImportRequest, at: datetime) -> None:
        ended: list[tuple[int, Verdict | None]] = []
        for place, item in enumerate(request.items):
            if item.verdict is not None or item.due > at:
                continue
            verdict = self._verdict(tenant, request, item, at)
            if verdict is not None:
                self._data.end_item(request, place, verdict)
                ended.append((place, verdict if verdict.findings else None))
        if ended:
            event = Settled(
                tenant=request.tenant, request_id=request.request_id, at=at, verdicts=tuple(ended)
            )
            self._data.finish(event)

    def _verdict(
        self, tenant: Tenant, request: ImportRequest, item: ImportItem, at: datetime
    ) -> Verdict | None:
        """How an item ends; None if it is tried again later."""
        if item.planned is not None:
            return item.planned
        if item.unchanged:
            return _UNCHANGED
        record = self._data.shelf(tenant.name, request.api).records.get(item.code)
        if item.expired or (record is not None and record.p2p_number > request.number):
            return _EXPIRED
        verdict, may_change = judge(
            tenant=tenant,
            index=self._data.index(tenant.name),
            api=request.api,
            code=item.code,
            text=item.text,
        )
        last_try = item.due + timedelta(seconds=tenant.settings.imports.retry_seconds)
        if may_change and at < last_try:
            heapq.heappush(self._due, (last_try, request.number, request.tenant, request.request_id))
            return None
        return verdict
