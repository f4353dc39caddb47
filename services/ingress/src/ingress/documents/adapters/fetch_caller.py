"""Fetches documents from Basware for the ledger."""

from ap_domain.document_fault import DocumentFault
from ap_domain.fetch_state import FetchState
from basware import BaswareError, CredentialsRefused, FetchedDocument
from chassis.connections import Connection, ConnectionDirectory
from chassis.errors import DoesNotFit
from chassis.ledger.entry import Entry, Stop
from chassis.ledger.kafka_log import LARGEST
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import Done, Outcome, Parked, Retry
from chassis.ledger.ports import Clock, Flows, Gate
from chassis.ledger.words import words
from chassis.records import ACCOUNTING_DOCUMENT
from chassis.trace import TraceContext

from ingress.documents.adapters.basware_clients import BaswareClients
from ingress.documents.adapters.basware_outcomes import outcome_of
from ingress.documents.adapters.essentials import accounting_document
from ingress.documents.core.answers import Fetched, Missing

KEY_BYTES = 1024
"""Room left for the record's key and headers."""
ASK_AGAIN_SECONDS = 5.0


class FetchCaller:
    """Caller of the document fetcher; its one call is a read."""

    def __init__(
        self, *, directory: ConnectionDirectory, clients: BaswareClients, flows: Flows, clock: Clock
    ) -> None:
        self._directory = directory
        self._clients = clients
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
                fetched.raw, fetched.content, connection_id=connection.id, asked_at=asked_at
            )
            encoded = ACCOUNTING_DOCUMENT.encode(document)
        except (DocumentFault, DoesNotFit) as fault:
            return Parked(reason=words(fault))
        if (
            problem := _unservable(connection, fetched, document.company_code, size=len(encoded))
        ) is not None:
            return Parked(reason=words(problem))
        return Done(value=Fetched(document=document))

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


def _unservable(
    connection: Connection, fetched: FetchedDocument, company_code: str, *, size: int
) -> str | None:
    """Why this document is not for us, or None."""
    if company_code not in connection.basware.company_codes:
        return (
            f"companyCode {company_code} of invoice {fetched.invoice_id} is served by no connection of this tenant; "
            f"connection {connection.id} serves {', '.join(connection.basware.company_codes)}"
        )
    if size > LARGEST - KEY_BYTES:
        return (
            f"invoice {fetched.invoice_id} has {size} bytes as a record, at most {LARGEST - KEY_BYTES} can be carried; "
            "send it to PeopleSoft by hand, or have its attachments taken off"
        )
    return None
