"""A journal, and the book of what it wrote: events go in, drafts come out."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ap_domain.audit import AuditEvent
from chassis.ledger.book import Book
from chassis.ledger.events import Arrived, Ended, Event
from chassis.ledger.journal import Draft, Held, Journal
from chassis.ledger.machine import Call, Input, Kind
from chassis.ledger.outcomes import Outcome
from chassis.ledger.policy import Policy
from chassis.ledger.ports import LogRecord, MemoryStore
from chassis.ledger.records import Layout, read_position

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOOK = Call(name="look", remote="r", kind=Kind.READ)
TELL = Call(name="tell", remote="r", kind=Kind.REPEATABLE)
SETTLE = Call(name="settle", remote="r", kind=Kind.READ)
CREATE = Call(name="create", remote="r", kind=Kind.ONCE)


class Desk:
    """A journal and the book of what it wrote."""

    def __init__(self, machine: Any, wire: Any, layout: Layout) -> None:
        self.wire = wire
        self.book: Book[str] = Book(machine, MemoryStore())
        self.held: Held[str] = Held(get=self.book.get, holders=self.book.holders)
        self.journal: Journal[str] = Journal(
            machine=machine, wire=wire, layout=layout, policy=Policy(), partition=4, instance="p1"
        )
        self.now = NOW

    def draft(self, *events: Event) -> Draft[str]:
        return self.journal.draft(events, self.held, now=self.now, fraction=lambda: 0.5)

    def write(self, *events: Event) -> Draft[str]:
        return self.show(self.draft(*events))

    def show(self, draft: Draft[str]) -> Draft[str]:
        for entry in draft.entries.values():
            self.book.show(entry)
        return draft

    def audits(self, draft: Draft[str]) -> list[AuditEvent]:
        return [self.wire.said(record.value) for record in draft.records if record.topic == "audit"]


def empty_desk(machine: Any, wire: Any, layout: Layout) -> Desk:
    """Nothing was written yet. A test module makes this its fixture `desk`."""
    return Desk(machine, wire, layout)


def arrived(said: str, *, offset: int = 0, key: str = "acme/1", topic: str = "inputs") -> Arrived:
    return Arrived(
        record=Input(
            topic=topic,
            partition=4,
            offset=offset,
            key=key,
            connection_id="acme",
            payload=said,
            trace_id="00-trace",
        )
    )


def ended(outcome: Outcome, *, key: str = "acme/1", sequence: int = 1, call: Call = LOOK) -> Ended:
    return Ended(key=key, call=call, outcome=outcome, sequence=sequence)


def positions(draft: Draft[str]) -> dict[str, int]:
    return dict(read_position(record) for record in draft.records if record.kind == "position")


def topics(records: Sequence[LogRecord]) -> list[str]:
    return [record.kind or record.topic for record in records]
