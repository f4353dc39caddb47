"""The document fetcher in the simulated world: notifications come, doubled and close together; documents change."""

from collections import Counter
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from ap_domain.document import AccountingDocument
from ap_domain.notification import Notification, NotificationSource
from chassis import topics
from chassis.ledger.entry import Phase
from chassis.ledger.machine import Machine
from chassis.ledger.ports import Caller, Clock, LogRecord
from chassis.ledger.records import Layout
from ingress.documents.core.machine import DocumentMachine

from .sim_broker import written
from .sim_fetching import FetchCaller
from .sim_ports import EPOCH
from .world import FAIR, PARTITIONS, Weather, World


class FetchWorld(World):
    """Two processes of the document fetcher and what they talk to."""

    layout = Layout(
        service="documents",
        ledger=topics.DOCUMENT_LEDGER.name,
        audit=topics.AUDIT_INGRESS.name,
        unreadable=topics.UNREADABLE.name,
        facts=(topics.DOCUMENTS.name,),
        inputs=(topics.NOTIFICATIONS.name,),
    )

    def __init__(self, seed: int, weather: Weather = FAIR) -> None:
        super().__init__(seed, weather)
        self.current: dict[str, AccountingDocument] = {}
        self.homes: dict[str, int] = {}
        self.tasks: Counter[str] = Counter()
        self.notified: dict[str, str] = {}

    def machine(self) -> Machine[Any]:
        return DocumentMachine()

    def caller(self, clock: Clock) -> Caller[Any]:
        return FetchCaller(self.network, self.current)

    def traffic(self) -> None:
        """Each change of a document is followed by one notification or several of the same."""
        random = self.random
        for number in range(random.choice((1, 2, 3))):
            invoice = f"inv{number}"
            self.homes[invoice] = random.randrange(PARTITIONS)
            at = random.uniform(0.0, 30.0)
            for _ in range(random.choice((1, 2, 3))):
                self.planned(at, partial(self._change, invoice))
                at += random.choice((0.01, 0.3, 20.0))

    def _change(self, invoice: str) -> None:
        self.tasks[invoice] += 1
        content = f"{invoice}.{self.tasks[invoice]}"
        self.current[invoice] = AccountingDocument(
            connection_id=f"c{self.homes[invoice]}",
            invoice_id=invoice,
            fetch_number=0,
            fetched_at=EPOCH + timedelta(seconds=self.loop.time()),
            processing_status="WaitingForTransfer",
            company_code="BW00",
            supplier_code="1",
            payment_block=False,
            content_digest=content,
            revision=content,
            raw=b"",
        )
        for _ in range(self.random.choice((1, 1, 2))):
            self.planned(self.random.uniform(0.0, 3.0), partial(self._notify, invoice, content))

    def _notify(self, invoice: str, task: str) -> None:
        notification: Any = Notification(
            connection_id=f"c{self.homes[invoice]}",
            task_id=task,
            document_id=invoice,
            task_type="AccountingDocuments",
            task_status="New",
            received_at=EPOCH + timedelta(seconds=self.loop.time()),
            source=NotificationSource.WEBHOOK,
            body=b"",
        )
        self.broker.publish(
            LogRecord(
                topic=self.layout.inputs[0],
                partition=self.homes[invoice],
                key=task.encode(),
                value=notification,
            )
        )

    def _published(self) -> dict[str, list[AccountingDocument]]:
        found: dict[str, list[AccountingDocument]] = {}
        for partition in range(PARTITIONS):
            for record in written(self.broker.log(self.layout.facts[0], partition)):
                if not record.kind:
                    document: Any = record.value
                    found.setdefault(document.invoice_id, []).append(document)
        return found

    def _set_aside(self) -> set[str]:
        return {entry.body.invoice_id for entry in self.entries().values() if entry.phase is Phase.PARKED}

    def unfinished(self) -> list[str]:
        published, aside = self._published(), self._set_aside()
        waiting = [
            entry.key for entry in self.entries().values() if entry.phase not in (Phase.FINAL, Phase.PARKED)
        ]
        return waiting + [
            f"{invoice}: the latest content was not published"
            for invoice, document in self.current.items()
            if invoice not in aside
            and document.content_digest
            not in [each.content_digest for each in published.get(invoice, [])[-1:]]
        ]

    def check(self) -> list[str]:
        """Fetch numbers have no gap and no repetition, and no two in a row show the same."""
        broken = []
        aside = self._set_aside()
        for invoice, documents in self._published().items():
            numbers = [document.fetch_number for document in documents]
            if numbers != list(range(1, len(numbers) + 1)) and invoice not in aside:
                broken.append(f"{invoice} was published as fetches {numbers}")
            contents = [document.content_digest for document in documents]
            if any(before == after for before, after in pairwise(contents)):
                broken.append(f"{invoice} was published unchanged: {contents}")
        return broken + [
            f"{entry.key} is parked: {entry.reason}"
            for entry in self.entries().values()
            if entry.phase is Phase.PARKED and "cannot be written" not in entry.reason
        ]
