"""One turn of a sweep: what Basware lists for a connection beside what the ledger holds, and the difference told."""

import asyncio
from collections.abc import Callable
from enum import StrEnum

import structlog
from ap_domain.approved_invoice import ProcessingStatus
from ap_domain.desired_state import FlowState
from ap_domain.fetch_state import FetchState
from ap_domain.notification import Notification, NotificationSource
from basware import BaswareError, CredentialsRefused, FetchedDocument, RetryLater, TaskType
from chassis.connections import Connection
from chassis.failpoints import reached
from chassis.ledger.entry import Entry, Stop
from chassis.ledger.ports import Clock, Flows, Unknown
from chassis.ledger.signals import ServiceSignals
from chassis.ledger.words import words
from chassis.trace import TraceContext

from ingress.documents import metrics
from ingress.documents.adapters.basware_clients import BaswareClients
from ingress.documents.adapters.essentials import fingerprint
from ingress.documents.core.machine import FETCH
from ingress.documents.core.sweeping import Finding, judge, just_changed, task_id
from ingress.publisher import NotPublished, Publisher

TURN_SECONDS = 900.0
"""A turn that takes longer is broken off; what it told until then stays told."""

LISTED = (ProcessingStatus.WAITING_FOR_TRANSFER, ProcessingStatus.TRANSFER_IN_PROGRESS)

log = structlog.get_logger("ingress.sweep")

EntryOf = Callable[[str], Entry[FetchState] | None]
"""The committed entry of a document of the connection, by its invoice id."""


class Outcome(StrEnum):
    """How a turn ended."""

    COMPLETE = "complete"
    FAILED = "failed"
    BROKEN_OFF = "broken_off"


class _NotRunning(Exception):
    """Somebody paused or stopped the flow in the middle of the turn."""


class Sweep:
    """Lists the connection's companies, page by page, one document at a time in memory.

    Each document in a state that the ledger does not know, and that is not of this moment, is told once, as a
    notification under a task id made of that state; the rest is the ledger's. Nothing is raised for what Basware or
    Kafka may do: the next turn sees what this one did not.
    """

    def __init__(self, *, clients: BaswareClients, publisher: Publisher, flows: Flows, clock: Clock) -> None:
        self._clients = clients
        self._publisher = publisher
        self._flows = flows
        self._clock = clock

    def may_run(self, connection_id: str) -> bool:
        """Whether the flow of this connection runs: a paused or stopped one is not even listed."""
        return self._flows.state(connection_id, FETCH.remote) is FlowState.RUNNING

    async def turn(self, connection: Connection, entry_of: EntryOf) -> float:
        """One turn. How many seconds Basware asked to be left alone, 0 if it did not."""
        left_alone = 0.0
        try:
            async with asyncio.timeout(TURN_SECONDS):
                outcome = await self._lists(connection, entry_of)
        except _NotRunning:
            outcome = Outcome.BROKEN_OFF
        except CredentialsRefused as refused:
            outcome = self._failed(connection, refused)
            await self._stop(connection, refused)
        except RetryLater as later:
            outcome, left_alone = self._failed(connection, later), later.retry_after or 0.0
            if later.status == 429:
                ServiceSignals().count("throttled", connection=connection.id, remote=FETCH.remote)
        except (NotPublished, TimeoutError) as failed:
            outcome = self._failed(connection, failed)
        metrics.SWEEPS.labels(connection.id, outcome).inc()
        if outcome is Outcome.COMPLETE:
            metrics.SWEEP_COMPLETE.labels(connection.id).set(self._clock.now().timestamp())
        return left_alone

    async def _lists(self, connection: Connection, entry_of: EntryOf) -> Outcome:
        """Each list for itself: one that cannot be read to its end does not hide the next."""
        outcome = Outcome.COMPLETE
        for company_code in connection.basware.company_codes:
            for status in LISTED:
                try:
                    await self._list(connection, company_code, status, entry_of)
                except (CredentialsRefused, RetryLater):
                    raise
                except BaswareError as error:
                    outcome = self._failed(connection, error)
        return outcome

    async def _list(
        self, connection: Connection, company_code: str, status: ProcessingStatus, entry_of: EntryOf
    ) -> None:
        self._check(connection)
        listed = self._clients.of(connection).list_documents(
            processing_status=status, company_code=company_code
        )
        async for document in listed:
            self._check(connection)
            await self._look(connection, document, entry_of(document.invoice_id))

    async def _look(
        self, connection: Connection, document: FetchedDocument, entry: Entry[FetchState] | None
    ) -> None:
        found = fingerprint(document.raw, document.content)
        every = connection.basware.sweep_every
        if every is not None and just_changed(found, now=self._clock.now(), every=every):
            return
        task = task_id(document.invoice_id, found)
        finding = judge(entry, found, task=task, shadow=connection.mode == "shadow")
        if finding is Finding.KNOWN:
            return
        notification = Notification(
            connection_id=connection.id,
            task_id=task,
            document_id=document.invoice_id,
            task_type=TaskType.ACCOUNTING_DOCUMENTS,
            task_sub_type=found.processing_status,
            task_status="New",
            received_at=self._clock.now(),
            source=NotificationSource.SWEEP,
            body=b"",
        )
        await self._publisher.publish(notification, partition=connection.shard, trace=TraceContext.start())
        reached("sweep told")
        log.info(
            "sweep found a document", connection=connection.id, document=document.invoice_id, finding=finding
        )
        if finding is Finding.MISSED:
            metrics.SWEEP_MISSED.labels(connection.id).inc()
        elif finding is Finding.TAKEN:
            metrics.SWEEP_TAKEN.labels(connection.id).inc()

    def _check(self, connection: Connection) -> None:
        if not self.may_run(connection.id):
            raise _NotRunning

    def _failed(self, connection: Connection, error: Exception) -> Outcome:
        reason = words(error) or f"not done within {TURN_SECONDS} s"
        log.warning("sweep failed; the next turn tries again", connection=connection.id, reason=reason)
        return Outcome.FAILED

    async def _stop(self, connection: Connection, refused: CredentialsRefused) -> None:
        stop = Stop(
            flow=FETCH.remote,
            connection_version=connection.version,
            at=self._clock.now(),
            reason=words(refused),
        )
        try:
            await self._flows.stop(connection.id, stop)
        except Unknown as unknown:
            log.warning(
                "stop not written; the next turn tells it", connection=connection.id, error=str(unknown)
            )
