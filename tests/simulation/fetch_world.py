"""The document fetcher in the simulated world: notifications come doubled, late, to the wrong connection or never;
documents change, also while they are fetched, and move between companies; sweeps find what nobody told.
"""

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
from ingress.documents.core.fingerprint import Fingerprint
from ingress.documents.core.machine import DocumentMachine
from ingress.documents.core.sweeping import Finding, judge, just_changed, task_id
from ingress.documents.wire import LAYOUT

from .ledger_checks import PARTITIONS
from .sim_broker import written
from .sim_fetching import SERVED_BY, FetchCaller, Tenant, notification
from .sim_ports import EPOCH
from .weather import FAIR, Weather
from .world import World

SWEPT_EVERY = 20.0


class FetchWorld(World):
    """Two processes of the document fetcher, and a tenant that two connections share, one for each partition."""

    layout = LAYOUT

    def __init__(self, seed: int, weather: Weather = FAIR) -> None:
        super().__init__(seed, weather)
        self.tenant = Tenant()

    def machine(self) -> Machine[Any]:
        return DocumentMachine()

    def caller(self, clock: Clock) -> Caller[Any]:
        return FetchCaller(self.network, self.tenant, clock, self._publish)

    def traffic(self) -> None:
        """Each change of a document is followed by one notification, several of the same, or none."""
        random = self.random
        for number in range(random.choice((1, 2, 3))):
            invoice, at = f"inv{number}", random.uniform(0.0, 30.0)
            company = random.choice(tuple(SERVED_BY))
            for _ in range(random.choice((1, 2, 3))):
                self.planned(at, partial(self._change, invoice, company))
                if random.random() < 0.3:
                    self.planned(at + random.uniform(0.5, 20.0), partial(self._acknowledge, invoice))
                at += random.choice((0.01, 0.3, 20.0))
                company = random.choice((company, company, *SERVED_BY))
        for _ in range(random.choice((0, 2, 4))):
            self.planned(random.uniform(10.0, 90.0), self._sweep)

    def _change(self, invoice: str, company: str) -> None:
        random, now = self.random, self.loop.time()
        document = self.tenant.change(invoice, company=company, now=now)
        if random.random() < 0.15:
            self.result.faults["notification lost"] += 1
            return
        for _ in range(random.choice((1, 1, 2))):
            serving = self.tenant.served_by(invoice)
            told = random.choice((serving, serving, serving, *SERVED_BY.values()))
            self.planned(
                random.uniform(0.0, 3.0), partial(self._notify, invoice, document.content_digest, told)
            )

    def _acknowledge(self, invoice: str) -> None:
        self.tenant.acknowledged(invoice, now=self.loop.time())

    def _notify(self, invoice: str, task: str, connection: str) -> None:
        at = EPOCH + timedelta(seconds=self.loop.time())
        source = NotificationSource.WEBHOOK
        self._publish(notification(invoice, task, connection_id=connection, source=source, at=at))

    def _publish(self, told: Notification) -> None:
        value: Any = told
        key, partition = f"{told.connection_id}/{told.task_id}".encode(), int(told.connection_id[1:])
        self.broker.publish(
            LogRecord(topic=topics.NOTIFICATIONS.name, partition=partition, key=key, value=value)
        )

    def _sweep(self) -> None:
        """What each owner's process would tell, by what it holds: also one that was shut out and does not know yet."""
        now = EPOCH + timedelta(seconds=self.loop.time())
        every = timedelta(seconds=SWEPT_EVERY)
        for process in self.alive():
            for owner in self.workers[process].owners if process in self.workers else ():
                for invoice, document in self.tenant.documents.items():
                    connection = self.tenant.served_by(invoice)
                    found = Fingerprint.of(document, content=document.content_digest)
                    if connection != f"c{owner.partition}" or just_changed(found, now=now, every=every):
                        continue
                    task, entry = task_id(invoice, found), owner.book.get(f"{connection}/{invoice}")
                    if judge(entry, found, task=task, shadow=False) is Finding.KNOWN:
                        continue
                    self.result.faults["swept"] += 1
                    source = NotificationSource.SWEEP
                    self._publish(
                        notification(invoice, task, connection_id=connection, source=source, at=now)
                    )

    def _published(self) -> dict[tuple[str, str], list[AccountingDocument]]:
        """By connection and document, in the order of the topic."""
        found: dict[tuple[str, str], list[AccountingDocument]] = {}
        for partition in range(PARTITIONS):
            for record in written(self.broker.log(topics.DOCUMENTS.name, partition)):
                if not record.kind:
                    document: Any = record.value
                    found.setdefault((document.connection_id, document.invoice_id), []).append(document)
        return found

    def _set_aside(self) -> set[str]:
        return {entry.body.invoice_id for entry in self.entries().values() if entry.phase is Phase.PARKED}

    def unfinished(self) -> list[str]:
        published, aside = self._published(), self._set_aside()
        waiting = [
            entry.key for entry in self.entries().values() if entry.phase not in (Phase.FINAL, Phase.PARKED)
        ]
        missing = [
            f"{invoice}: the latest content was not published"
            for invoice, document in self.tenant.documents.items()
            if invoice not in aside
            and document.content_digest
            not in [
                each.content_digest
                for each in published.get((self.tenant.served_by(invoice), invoice), [])[-1:]
            ]
        ]
        if missing and not waiting and not self.pending:
            self.planned(SWEPT_EVERY, self._sweep)
        return waiting + missing

    def check(self) -> list[str]:
        """Fetch numbers have no gap and no repetition, and no two in a row show the same."""
        broken = []
        aside = self._set_aside()
        for (connection, invoice), documents in self._published().items():
            numbers = [document.fetch_number for document in documents]
            if numbers != list(range(1, len(numbers) + 1)) and invoice not in aside:
                broken.append(f"{invoice} was published to {connection} as fetches {numbers}")
            shown = [str(Fingerprint.of(each, content=each.content_digest)) for each in documents]
            if any(before == after for before, after in pairwise(shown)):
                broken.append(f"{invoice} was published unchanged: {shown}")
        return broken + [
            f"{entry.key} is parked: {entry.reason}"
            for entry in self.entries().values()
            if entry.phase is Phase.PARKED and "cannot be written" not in entry.reason
        ]
