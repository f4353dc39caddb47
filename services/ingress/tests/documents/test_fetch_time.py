"""How long a webhook waits for its document: counted once, and only where a webhook caused what was published."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ap_domain.document import AccountingDocument
from ap_domain.fetch_state import FetchState
from ap_domain.notification import Notification, NotificationSource
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Input
from ingress.documents.core.answers import Fetched, HandedOver, Missing
from ingress.documents.core.machine import DocumentMachine
from ingress.documents.fetch_time import observe_fetch
from prometheus_client import REGISTRY

RECEIVED = datetime(2026, 11, 22, 12, tzinfo=UTC)
MACHINE = DocumentMachine()
DOCUMENT = AccountingDocument(
    connection_id="acme",
    invoice_id="inv",
    fetch_number=0,
    fetched_at=RECEIVED,
    processing_status="WaitingForTransfer",
    company_code="BW00",
    supplier_code="1",
    payment_block=False,
    content_digest="d1",
    revision="r",
    raw=b"{}",
)
PUBLISHED = Fetched(document=DOCUMENT, content="d1")


def sample(name: str) -> float:
    found = REGISTRY.get_sample_value(f"apstream_webhook_fetch_seconds_{name}", {"connection": "acme"})
    return found or 0.0


class Ledger:
    """One document's entry, each version of it shown to the measure as the ledger would."""

    def __init__(self) -> None:
        self.entry: Entry[FetchState] | None = None
        self.now = RECEIVED

    def notify(self, task: str, *, source: NotificationSource = NotificationSource.WEBHOOK) -> None:
        notification = Notification(
            connection_id="acme",
            task_id=task,
            document_id="inv",
            task_type="AccountingDocuments",
            task_status="New",
            received_at=self.now,
            source=source,
            body=b"",
        )
        record = Input(
            topic="n", partition=0, offset=0, key="acme/inv", connection_id="acme", payload=notification
        )
        self.commit(MACHINE.received(self.entry, record, now=self.now).entry)

    def bring(self, answer: object, *, after: float) -> None:
        assert self.entry is not None
        self.now += timedelta(seconds=after)
        self.commit(MACHINE.succeeded(self.entry, answer, now=self.now, others=lambda _: ()).entry)

    def commit(self, entry: Entry[FetchState] | None) -> None:
        if entry is None or entry is self.entry:
            return
        stays = self.entry is not None and self.entry.phase is entry.phase
        self.entry = replace(entry, since=self.entry.since if self.entry and stays else self.now)
        observe_fetch(self.entry)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def observed() -> Callable[[], tuple[float, float]]:
    count, seconds = sample("count"), sample("sum")
    return lambda: (sample("count") - count, round(sample("sum") - seconds, 6))


def test_a_webhook_is_counted_once_its_document_is_published(ledger: Ledger, observed: Any) -> None:
    ledger.notify("t1")
    assert observed() == (0, 0)
    ledger.bring(PUBLISHED, after=1.5)
    assert observed() == (1, 1.5)
    ledger.notify("t1")
    assert observed() == (1, 1.5)


def test_each_webhook_is_measured_from_its_own_receipt(ledger: Ledger, observed: Any) -> None:
    ledger.notify("t1")
    ledger.bring(PUBLISHED, after=1)
    ledger.now += timedelta(hours=1)
    ledger.notify("t2")
    ledger.bring(Fetched(document=replace(DOCUMENT, content_digest="d2"), content="d2"), after=2)
    assert observed() == (2, 3)


@pytest.mark.parametrize(
    "answer",
    [
        Missing(said="404"),
        HandedOver(to="globex", company_code="BW09", content_digest="d"),
        PUBLISHED,
    ],
    ids=["missing", "handed over", "unchanged"],
)
def test_what_publishes_nothing_is_not_counted(ledger: Ledger, observed: Any, answer: object) -> None:
    ledger.notify("t1")
    ledger.bring(PUBLISHED, after=1)
    ledger.notify("t2")
    ledger.bring(answer, after=1)
    assert observed() == (1, 1)


@pytest.mark.parametrize("source", [NotificationSource.SWEEP, NotificationSource.HANDED_OVER])
def test_what_no_webhook_caused_is_not_counted(
    ledger: Ledger, observed: Any, source: NotificationSource
) -> None:
    ledger.notify("t1", source=source)
    ledger.bring(PUBLISHED, after=1)
    assert observed() == (0, 0)


def test_two_webhooks_of_one_fetch_are_left_out(ledger: Ledger, observed: Any) -> None:
    ledger.notify("t1")
    ledger.notify("t2")
    ledger.bring(PUBLISHED, after=1)
    assert ledger.entry is not None
    assert ledger.entry.phase is Phase.WAITING
    ledger.bring(Fetched(document=replace(DOCUMENT, content_digest="d2"), content="d2"), after=1)
    assert observed() == (0, 0)


def test_a_clock_that_is_behind_counts_as_no_time(ledger: Ledger, observed: Any) -> None:
    ledger.notify("t1")
    ledger.bring(PUBLISHED, after=-3)
    assert observed() == (1, 0)
