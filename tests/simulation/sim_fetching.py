"""The caller of the document fetcher over a simulated tenant that two connections share."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ap_domain.document import AccountingDocument
from ap_domain.fetch_state import FetchState
from ap_domain.notification import Notification, NotificationSource
from chassis.ledger.entry import Entry
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import Done, Outcome, Retry
from chassis.ledger.ports import Clock, Gate
from ingress.documents.core.answers import Fetched, HandedOver

from .sim_ports import EPOCH
from .sim_remotes import Away, Network, NoAnswer

SERVED_BY = {"BW00": "c0", "BW01": "c1"}
"""Which connection serves which company."""


@dataclass(slots=True)
class Tenant:
    """What Basware holds by document id. `changes` counts what was ever done to a document."""

    documents: dict[str, AccountingDocument] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)

    def change(self, invoice: str, *, company: str, now: float) -> AccountingDocument:
        """Somebody edits the document and offers it anew; its content is one that it never had before."""
        number = self.changes[invoice] = self.changes.get(invoice, 0) + 1
        content = f"{invoice}.{number}"
        self.documents[invoice] = AccountingDocument(
            connection_id="",
            invoice_id=invoice,
            fetch_number=0,
            fetched_at=EPOCH,
            processing_status="WaitingForTransfer",
            company_code=company,
            supplier_code="1",
            payment_block=False,
            last_updated=EPOCH + timedelta(seconds=now),
            batch_id=str(number),
            content_digest=content,
            revision=content,
            raw=b"",
        )
        return self.documents[invoice]

    def acknowledged(self, invoice: str, *, now: float) -> None:
        """The poster took it over."""
        self.documents[invoice] = replace(
            self.documents[invoice],
            processing_status="TransferInProgress",
            last_updated=EPOCH + timedelta(seconds=now),
        )

    def served_by(self, invoice: str) -> str:
        """The connection whose document it is."""
        return SERVED_BY[self.documents[invoice].company_code]


def notification(
    invoice: str, task: str, *, connection_id: str, source: NotificationSource, at: datetime
) -> Notification:
    """What tells a connection to fetch."""
    return Notification(
        connection_id=connection_id,
        task_id=task,
        document_id=invoice,
        task_type="AccountingDocuments",
        task_status="New",
        received_at=at,
        source=source,
        body=b"",
    )


class FetchCaller:
    """Reads what Basware holds at that moment, and hands over what another connection serves."""

    def __init__(
        self, network: Network, tenant: Tenant, clock: Clock, publish: Callable[[Notification], None]
    ) -> None:
        self._network = network
        self._tenant = tenant
        self._clock = clock
        self._publish = publish

    async def call(self, entry: Entry[FetchState], call: Call, *, gate: Gate, repeat: bool) -> Outcome:
        invoice, asked_at = entry.body.invoice_id, self._clock.now()
        gate()
        try:
            found = await self._network.exchange(lambda: self._tenant.documents[invoice])
            serving = SERVED_BY[found.company_code]
            if serving != entry.connection_id:
                gate()
                return await self._hand_over(entry, found, serving)
        except (Away, NoAnswer):
            return Retry(reason="away")
        document = replace(found, connection_id=entry.connection_id, fetched_at=asked_at)
        return Done(value=Fetched(document=document, content=document.content_digest))

    async def _hand_over(
        self, entry: Entry[FetchState], document: AccountingDocument, serving: str
    ) -> Outcome:
        """Under the task that told of it; a write whose answer is lost is repeated."""
        told = notification(
            document.invoice_id,
            entry.body.tasks[-1],
            connection_id=serving,
            source=NotificationSource.HANDED_OVER,
            at=self._clock.now(),
        )
        await self._network.exchange(lambda: self._publish(told))
        return Done(
            value=HandedOver(
                to=serving, company_code=document.company_code, content_digest=document.content_digest
            )
        )

    async def probe(self, connection_id: str, remote: str) -> bool:
        return True
