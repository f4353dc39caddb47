"""A document, and what can happen to its entry."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ap_domain.document import AccountingDocument
from ap_domain.fetch_state import FetchState
from ap_domain.notification import Notification, NotificationSource
from chassis.ledger import transition
from chassis.ledger.entry import Entry
from chassis.ledger.machine import Decision, Input
from chassis.ledger.outcomes import Done, Outcome
from chassis.ledger.policy import Policy
from ingress.documents.core.answers import Fetched
from ingress.documents.core.fingerprint import Fingerprint
from ingress.documents.core.machine import FETCH, DocumentMachine

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MACHINE = DocumentMachine()
DOCUMENT = AccountingDocument(
    connection_id="acme",
    invoice_id="inv",
    fetch_number=0,
    fetched_at=NOW,
    processing_status="WaitingForTransfer",
    company_code="BW00",
    supplier_code="1",
    payment_block=False,
    content_digest="d1",
    revision="r",
    raw=b"{}",
)

FetchEntry = Entry[FetchState]


def notified(
    entry: FetchEntry | None, task: str, *, source: NotificationSource = NotificationSource.WEBHOOK
) -> FetchEntry:
    notification = Notification(
        connection_id="acme",
        task_id=task,
        document_id="inv",
        task_type="AccountingDocuments",
        task_status="New",
        received_at=NOW,
        source=source,
        body=b"",
    )
    record = Input(
        topic="notifications",
        partition=0,
        offset=0,
        key="acme/inv",
        connection_id="acme",
        payload=notification,
        trace_id=f"trace {task}",
    )
    after = MACHINE.received(entry, record, now=NOW).entry
    assert after is not None
    return after


def ended(entry: FetchEntry, outcome: Outcome, *, unchanged: bool = True) -> Decision[FetchState]:
    return transition.on_outcome(
        MACHINE,
        entry,
        FETCH,
        outcome,
        unchanged=unchanged,
        now=NOW,
        fraction=0.5,
        policy=Policy(),
        others=lambda claim: (),
    )


def after(entry: FetchEntry, outcome: Outcome, *, unchanged: bool = True) -> FetchEntry:
    found = ended(entry, outcome, unchanged=unchanged).entry
    assert found is not None
    return found


def fetched(**changes: Any) -> Done:
    document = replace(DOCUMENT, **changes)
    return Done(value=Fetched(document=document, content=document.content_digest))


def fingerprint(**changes: Any) -> Fingerprint:
    document = replace(DOCUMENT, **changes)
    return Fingerprint.of(document, content=document.content_digest)
