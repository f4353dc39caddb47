"""One document's fetches: one at a time, and what differs from the last published is published under a new number."""

from dataclasses import replace
from datetime import datetime, timedelta

from ap_domain.command import Command
from ap_domain.document import AccountingDocument
from ap_domain.fetch_state import FetchState, Step
from ap_domain.notification import Notification, NotificationSource
from chassis import topics
from chassis.keys import record_key
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Call, Decision, Fact, Input, Kind, Note, Others
from chassis.ledger.outcomes import Done, Rejected, Retry

from ingress.documents.core.answers import Fetched, HandedOver, Missing
from ingress.documents.core.commands import FetchDecision, FetchEntry, ordered
from ingress.documents.core.fingerprint import Fingerprint
from ingress.documents.core.tasks import TRIES, from_sweep, led_nowhere, times_in_vain, told

FETCH = Call(name="fetch", remote="basware", kind=Kind.READ)

TRIED_AGAIN_AFTER = timedelta(seconds=5)
"""What was told in vain waits so long, times how often, before it is fetched again: connections change meanwhile."""


class DocumentMachine:
    """One document's rules. Has no state of its own."""

    def received(self, entry: FetchEntry | None, record: Input, *, now: datetime) -> FetchDecision:
        """A notification (fetch, or fetch once more, or nothing if this very one was acted on) or a command."""
        match record.payload:
            case Notification() as notification:
                return self._notified(entry, notification, record, now=now)
            case Command() as command:
                return ordered(entry, command, now=now)
            case other:
                raise TypeError(f"neither a notification nor a command: {other!r}")

    def succeeded(
        self, entry: FetchEntry, value: object, *, now: datetime, others: Others[FetchState]
    ) -> FetchDecision:
        """The document came, or is another connection's, or Basware does not know it."""
        match value:
            case Fetched(document=document, content=content):
                return self._fetched(entry, document, content, now=now)
            case Missing(said=said):
                note = Note(action="not found in Basware", detail={"reason": said})
                # nothing came of these tasks: one that comes again is not a repetition
                tasks = entry.body.tasks if entry.body.again else ()
                body = replace(entry.body, tasks=tasks, webhook_at=None)
                return Decision(entry=_rest(entry, body, now=now, reason=said), notes=(note,))
            case HandedOver() as handed:
                reason = (
                    f"handed over to connection {handed.to}, which serves companyCode {handed.company_code}"
                )
                note = Note(
                    action="handed over",
                    detail={"to": handed.to, "companyCode": handed.company_code},
                    answer_digest=handed.content_digest,
                )
                # Should the company have moved meanwhile, the task comes back, and is no repetition here.
                tasks = entry.body.tasks if entry.body.again else led_nowhere(entry.body.tasks)
                body = replace(entry.body, tasks=tasks, webhook_at=None)
                return Decision(entry=_rest(entry, body, now=now, reason=reason), notes=(note,))
            case _:
                raise TypeError(f"a fetch does not bring {value!r}")

    def rejected(self, entry: FetchEntry, outcome: Rejected, *, now: datetime) -> FetchDecision:
        """Basware refuses to show the document: a person must look."""
        parked = replace(entry, phase=Phase.PARKED, due=None, reason=outcome.reason)
        return Decision(entry=parked, notes=(Note(action="parked", detail={"reason": outcome.reason}),))

    def adopted(
        self, entry: FetchEntry, value: object, *, now: datetime, others: Others[FetchState]
    ) -> FetchDecision:
        """Reading changes nothing, so there is no doubt to settle."""
        raise TypeError("a fetch is never in doubt")

    def withdrawn(self, entry: FetchEntry, *, now: datetime) -> FetchEntry:
        """Reading changes nothing, so there is nothing to withdraw."""
        return entry

    def wrote(self, entry: FetchEntry, outcome: Done | Retry, *, now: datetime) -> FetchEntry:
        """Nothing is ever written."""
        return entry

    def rested(self, entry: FetchEntry) -> FetchEntry:
        """What is parked waits for a person only."""
        return entry

    def call(self, entry: FetchEntry) -> Call | None:
        """The fetch, while one is wanted."""
        return FETCH if entry.step == Step.FETCH else None

    def claims(self, entry: FetchEntry) -> tuple[str, ...]:
        """Nothing: documents do not get in each other's way."""
        return ()

    def _notified(
        self, entry: FetchEntry | None, notification: Notification, record: Input, *, now: datetime
    ) -> FetchDecision:
        task = notification.task_id
        detail = {"task": task, "source": str(notification.source)}
        in_vain = times_in_vain(entry.body.tasks, task) if entry is not None else 0
        # Two connections that each take the other for the one that serves the company tell each other only so often.
        passed_round = notification.source is NotificationSource.HANDED_OVER and in_vain >= TRIES
        if entry is None:
            entry = Entry(
                key=record.key,
                connection_id=record.connection_id,
                sequence=0,
                phase=Phase.FINAL,
                step=Step.FETCHED,
                body=FetchState(invoice_id=notification.document_id),
            )
        elif task in entry.body.tasks or passed_round:
            return Decision(entry=entry, notes=(Note(action="repeated notification", detail=detail),))
        resting = entry.phase in (Phase.FINAL, Phase.PARKED)
        body = replace(entry.body, tasks=told(entry.body.tasks, task), again=not resting)
        if resting:
            webhook = notification.source is NotificationSource.WEBHOOK
            body = replace(body, webhook_at=notification.received_at if webhook else None)
            due = now + in_vain * TRIED_AGAIN_AFTER
            entry = replace(entry, phase=Phase.WAITING, step=Step.FETCH, due=due, attempts=0, reason="")
        notified = replace(entry, body=body, trace_id=record.trace_id or entry.trace_id)
        return Decision(entry=notified, notes=(Note(action="notified", detail=detail),))

    def _fetched(
        self, entry: FetchEntry, document: AccountingDocument, content: str, *, now: datetime
    ) -> FetchDecision:
        found = str(Fingerprint.of(document, content=content))
        if found == entry.body.fingerprint:
            note = Note(action="fetched, unchanged", answer_digest=document.content_digest)
            # The sweep saw something else: if it still does, it may say so again.
            tasks = entry.body.tasks if entry.body.again else led_nowhere(entry.body.tasks, from_sweep)
            body = replace(entry.body, tasks=tasks, webhook_at=None)
            return Decision(entry=_rest(entry, body, now=now), notes=(note,))
        number = entry.body.fetch_number + 1
        published = replace(document, fetch_number=number)
        body = replace(
            entry.body,
            fetch_number=number,
            fingerprint=found,
            # From here on the fingerprint says what is known.
            tasks=tuple(task for task in entry.body.tasks if not from_sweep(task)),
            webhook_at=None if entry.body.again else entry.body.webhook_at,
        )
        fact = Fact(
            topic=topics.DOCUMENTS.name,
            key=record_key(document.connection_id, document.invoice_id, str(number)),
            payload=published,
        )
        note = Note(
            action="published",
            detail={"fetch": str(number), "status": document.processing_status},
            answer_digest=document.content_digest,
        )
        return Decision(entry=_rest(entry, body, now=now), facts=(fact,), notes=(note,))


def _rest(entry: FetchEntry, body: FetchState, *, now: datetime, reason: str = "") -> FetchEntry:
    """Until the next notification, or at once again if one came meanwhile."""
    if body.again:
        return replace(
            entry,
            phase=Phase.WAITING,
            step=Step.FETCH,
            due=now,
            reason=reason,
            body=replace(body, again=False),
        )
    return replace(entry, phase=Phase.FINAL, step=Step.FETCHED, due=None, reason=reason, body=body)
