"""Fetches documents from Basware for the ledger, and hands over those of another connection of the tenant."""

from ap_domain.document import AccountingDocument
from ap_domain.document_fault import DocumentFault
from ap_domain.fetch_state import FetchState
from ap_domain.notification import Notification, NotificationSource
from ap_domain.revision import content_digest
from basware import BaswareError, CredentialsRefused, TaskType
from chassis.connections import Connection, ConnectionDirectory
from chassis.errors import DoesNotFit
from chassis.failpoints import reached
from chassis.ledger.entry import Entry, Stop
from chassis.ledger.kafka_log import LARGEST
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import Done, Outcome, Parked, Retry
from chassis.ledger.ports import Clock, Flows, Gate
from chassis.ledger.words import words
from chassis.records import ACCOUNTING_DOCUMENT
from chassis.trace import TraceContext

from ingress.documents import metrics
from ingress.documents.adapters.basware_clients import BaswareClients
from ingress.documents.adapters.basware_outcomes import outcome_of
from ingress.documents.adapters.essentials import accounting_document
from ingress.documents.adapters.tenant import same_tenant, serving, unserved
from ingress.documents.core.answers import Fetched, HandedOver, Missing
from ingress.publisher import NotPublished, Publisher

KEY_BYTES = 1024
"""Room left for the record's key and headers."""
ASK_AGAIN_SECONDS = 5.0
KEY_MISSING_SECONDS = 60.0
"""Between fetches of a document that a connection may serve whose record cannot be opened here."""


class FetchCaller:
    """Caller of the document fetcher; its one call is a read."""

    def __init__(
        self,
        *,
        directory: ConnectionDirectory,
        clients: BaswareClients,
        publisher: Publisher,
        flows: Flows,
        clock: Clock,
    ) -> None:
        self._directory = directory
        self._clients = clients
        self._publisher = publisher
        self._flows = flows
        self._clock = clock

    async def call(self, entry: Entry[FetchState], call: Call, *, gate: Gate, repeat: bool) -> Outcome:
        """As the port says."""
        connection = self._directory.get(entry.connection_id)
        if connection is None:
            return Retry(
                reason=f"connection {entry.connection_id} cannot be used here",
                after=ASK_AGAIN_SECONDS,
                blame=False,
                asked=False,
            )
        trace = TraceContext.parse(entry.trace_id)
        asked_at = self._clock.now()
        gate()
        try:
            fetched = await self._clients.of(connection).get_document(
                entry.body.invoice_id, traceparent=trace.child().traceparent if trace else None
            )
        except BaswareError as error:
            failed = outcome_of(error, connection_version=connection.version, attempts=entry.attempts)
            return Done(value=failed) if isinstance(failed, Missing) else failed
        try:
            document = accounting_document(
                fetched.raw,
                fetched.content,
                connection_id=connection.id,
                asked_at=asked_at,
                shadow=connection.mode == "shadow",
            )
            if document.company_code not in connection.basware.company_codes:
                return await self._hand_over(entry, document, connection, trace=trace, gate=gate)
            size = len(ACCOUNTING_DOCUMENT.encode(document))
        except (DocumentFault, DoesNotFit) as fault:
            return Parked(reason=words(fault))
        if size > LARGEST - KEY_BYTES:
            return Parked(reason=_too_large(document.invoice_id, size))
        reached("document fetched")
        return Done(value=Fetched(document=document, content=content_digest(fetched.content)))

    async def probe(self, connection_id: str, remote: str) -> bool:
        """As the port says. Refused credentials stop the flow again, so that they are not tried for ever."""
        connection = self._directory.get(connection_id)
        if connection is None:
            return False
        try:
            await self._clients.of(connection).ping()
        except CredentialsRefused as refused:
            stop = Stop(
                flow=remote,
                connection_version=connection.version,
                at=self._clock.now(),
                reason=words(refused),
            )
            await self._flows.stop(connection_id, stop)
            return False
        except BaswareError:
            return False
        return True

    async def _hand_over(
        self,
        entry: Entry[FetchState],
        document: AccountingDocument,
        connection: Connection,
        *,
        trace: TraceContext | None,
        gate: Gate,
    ) -> Outcome:
        """Tell the connection that serves the company, under the same task: two that disagree about who serves it
        can tell each other only a few times."""
        company = document.company_code
        tenant = same_tenant(connection, self._directory.all())
        served_by = serving(company, tenant)
        if served_by is None and self._directory.unusable:
            unusable = ", ".join(sorted(self._directory.unusable))
            reason = f"companyCode {company} is served by no connection that can be used here; it may be of {unusable}"
            return Retry(reason=words(reason), after=KEY_MISSING_SECONDS, blame=False)
        if served_by is None:
            metrics.UNSERVED.labels(connection.id).inc()
            return Parked(reason=words(unserved(company, document.invoice_id, tenant)))
        notification = Notification(
            connection_id=served_by.id,
            task_id=entry.body.tasks[-1] if entry.body.tasks else f"from-{connection.id}-{entry.sequence}",
            document_id=document.invoice_id,
            task_type=TaskType.ACCOUNTING_DOCUMENTS,
            task_sub_type=document.processing_status,
            task_status="New",
            received_at=self._clock.now(),
            source=NotificationSource.HANDED_OVER,
            body=b"",
        )
        gate()
        try:
            await self._publisher.publish(
                notification,
                partition=served_by.shard,
                trace=trace.child() if trace else TraceContext.start(),
            )
        except NotPublished as failed:
            return Retry(reason=words(failed), after=ASK_AGAIN_SECONDS, blame=False)
        reached("handed over")
        metrics.HANDED_OVER.labels(connection.id, served_by.id).inc()
        return Done(
            value=HandedOver(to=served_by.id, company_code=company, content_digest=document.content_digest)
        )


def _too_large(invoice_id: str, size: int) -> str:
    return (
        f"invoice {invoice_id} has {size} bytes as a record, at most {LARGEST - KEY_BYTES} can be carried; "
        "send it to PeopleSoft by hand, or have its attachments taken off, and resubmit"
    )
