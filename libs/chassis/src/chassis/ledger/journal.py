"""What is written for a group of events: computed whole before anything is sent, so that it can be computed again.

Every record a group writes is here: entries, facts, audit events, positions. The order within a group is the
order of its events.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from ap_domain.audit import AuditEvent
from ap_domain.command import Command
from chassis.ledger import transition
from chassis.ledger.entry import Entry, Missed
from chassis.ledger.events import Arrived, Ended, Event, Loaded, ReadAgain, Reassert, Undecodable, record_key
from chassis.ledger.machine import Decision, Machine, Note
from chassis.ledger.missed import on_read_again
from chassis.ledger.policy import Policy
from chassis.ledger.ports import LogRecord, Wire
from chassis.ledger.records import (
    Layout,
    owner_records,
    position_record,
    unreadable_record,
    without_bytes,
)
from chassis.ledger.unwritable import unwritable

B = TypeVar("B")

_AUDIT: UUID = uuid5(NAMESPACE_URL, "apstream:audit")


@dataclass(slots=True, kw_only=True)
class Draft(Generic[B]):
    """The outcome of a group, not yet written: what to send, and the entries it will make visible."""

    records: list[LogRecord] = field(default_factory=list)
    entries: dict[str, Entry[B]] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)
    """The connections of decisions that need somebody at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Generic[B]):
    """A read-only view of the owner's entries, by key and by claim."""

    get: Callable[[str], Entry[B] | None]
    holders: Callable[[str], frozenset[str]]


class Journal(Generic[B]):
    """Turns groups of events into drafts. Pure but for the order of calls; holds no state of records."""

    def __init__(
        self,
        *,
        machine: Machine[B],
        wire: Wire[B],
        layout: Layout,
        policy: Policy,
        partition: int,
        instance: str,
    ) -> None:
        self._machine = machine
        self._wire = wire
        self._layout = layout
        self._policy = policy
        self._partition = partition
        self._instance = instance

    def draft(
        self, events: Sequence[Event], held: Held[B], *, now: datetime, fraction: Callable[[], float]
    ) -> Draft[B]:
        """All that follows from the events, each seeing what the earlier ones of the group decided."""
        draft: Draft[B] = Draft()
        for event in events:
            decision = self._decide(event, draft, held, now=now, fraction=fraction)
            if decision is not None:
                self._add(draft, event, decision, held, now=now)
            elif isinstance(event, Undecodable):
                draft.records.append(
                    unreadable_record(self._layout, event, self._partition, wire=self._wire, now=now)
                )
            elif isinstance(event, Reassert):
                draft.records.extend(
                    owner_records(self._layout, self._partition, instance=self._instance, now=now)
                )
        draft.records.extend(self._positions(events))
        return draft

    def parked(
        self,
        event: Event,
        held: Held[B],
        *,
        reason: str,
        now: datetime,
        sent: Callable[[Entry[B]], bool] = lambda _: False,
    ) -> Draft[B]:
        """The small decision that takes the place of one that could not be written.

        It remembers where an input lies of which it does not speak, and the call that an entry asks for, if that may
        have been `sent`. An input of which no entry can speak is set aside without its bytes: its topic still has them.
        """
        key = record_key(event)
        before = held.get(key) if key is not None else None
        missed = _missed(event) if before is not None else None
        draft: Draft[B] = Draft()
        if before is None and isinstance(event, Arrived):
            before = self._first(event, now=now)
        if before is not None:
            call = self._machine.call(before) if sent(before) else None
            if isinstance(event, Ended):
                call = event.call
            alert = self._alert(event, held, now=now)
            decision = unwritable(before, reason, call=call, missed=missed, alert=alert)
            if decision.entry is not None and not self._looked(event, before):
                decision = replace(decision, entry=self._machine.rested(decision.entry))
            self._add(draft, event, decision, held, now=now)
        elif isinstance(event, Arrived | Undecodable):
            aside = without_bytes(event, reason)
            draft.records.append(
                unreadable_record(self._layout, aside, self._partition, wire=self._wire, now=now)
            )
        draft.records.extend(self._positions([event]))
        return draft

    def _first(self, event: Arrived, *, now: datetime) -> Entry[B] | None:
        """The entry the input would have begun; None if the rules themselves fail on it."""
        try:
            return self._machine.received(None, event.record, now=now).entry
        except Exception:  # noqa: BLE001 - it is set aside with the reason that is already known
            return None

    def _alert(self, event: Event, held: Held[B], *, now: datetime) -> str | None:
        """What the decision that could not be written had to say to somebody at once."""
        try:
            decision = self._decide(event, Draft(), held, now=now, fraction=lambda: 0.0)
        except Exception:  # noqa: BLE001 - its rules failed: it had nothing to say, and the reason is known
            return None
        notes = decision.notes if decision is not None else ()
        return next(
            (note.detail.get("reason", "") for note in notes if note.detail.get("alert") == "yes"), None
        )

    def _looked(self, event: Event, before: Entry[B]) -> bool:
        return isinstance(event, Ended) and transition.looks_again(self._machine, before, event.call)

    def _decide(
        self, event: Event, draft: Draft[B], held: Held[B], *, now: datetime, fraction: Callable[[], float]
    ) -> Decision[B] | None:
        key = record_key(event)
        if key is None:
            return None
        entry = draft.entries.get(key) or held.get(key)
        match event:
            case Arrived(record=record):
                return transition.on_input(self._machine, entry, record, now=now)
            case Ended(call=call, outcome=outcome, sequence=asked) if entry is not None:
                return transition.on_outcome(
                    self._machine,
                    entry,
                    call,
                    outcome,
                    unchanged=entry.sequence == asked,
                    now=now,
                    fraction=fraction(),
                    policy=self._policy,
                    others=lambda claim: self._others(claim, key, draft, held),
                )
            case Loaded() if entry is not None:
                return transition.on_load(entry, now=now)
            case ReadAgain(place=place, record=again) if entry is not None:
                return on_read_again(self._machine, entry, place, again, now=now)
            case _:
                return None

    def _others(self, claim: str, key: str, draft: Draft[B], held: Held[B]) -> tuple[Entry[B], ...]:
        found: dict[str, Entry[B]] = {}
        for other in held.holders(claim):
            entry = held.get(other)
            if entry is not None:
                found[other] = entry
        for other, entry in draft.entries.items():
            if claim in self._machine.claims(entry):
                found[other] = entry
            else:
                found.pop(other, None)
        found.pop(key, None)
        return tuple(found[other] for other in sorted(found))

    def _add(
        self, draft: Draft[B], event: Event, decision: Decision[B], held: Held[B], *, now: datetime
    ) -> None:
        key = record_key(event) or ""
        before = draft.entries.get(key) or held.get(key)
        sequence = before.sequence if before is not None else 0
        entry = decision.entry
        if entry is not None and entry is not before:
            sequence += 1
            entry = replace(
                entry,
                sequence=sequence,
                since=before.since if before and transition.waits_on(before, entry) else now,
                tried=entry.tried and (before is None or before.step == entry.step or not before.tried),
            )
            draft.entries[key] = entry
            draft.records.append(
                LogRecord(
                    topic=self._layout.ledger,
                    partition=self._partition,
                    key=key.encode(),
                    value=self._wire.entry(entry),
                )
            )
        known = entry if entry is not None else before
        trace = known.trace_id if known is not None else ""
        for fact in decision.facts:
            draft.records.append(
                LogRecord(
                    topic=fact.topic,
                    partition=self._partition,
                    key=fact.key,
                    value=self._wire.payload(fact.topic, fact.payload),
                    headers={"traceparent": trace.encode()} if trace else {},
                )
            )
        for number, note in enumerate(decision.notes):
            audit = self._audit(event, note, known, key, sequence=sequence, number=number, now=now)
            if note.detail.get("alert") == "yes":
                draft.alerts.append(audit.connection_id)
            draft.records.append(
                LogRecord(
                    topic=self._layout.audit,
                    partition=self._partition,
                    key=audit.event_id.encode(),
                    value=self._wire.payload(self._layout.audit, audit),
                )
            )

    def _audit(
        self,
        event: Event,
        note: Note,
        entry: Entry[B] | None,
        key: str,
        *,
        sequence: int,
        number: int,
        now: datetime,
    ) -> AuditEvent:
        record = event.record if isinstance(event, Arrived | ReadAgain) else None
        cause = f"{record.topic}/{record.partition}/{record.offset}" if record else str(sequence)
        return AuditEvent(
            event_id=str(uuid5(_AUDIT, f"{self._layout.service}|{key}|{sequence}|{cause}|{number}")),
            connection_id=entry.connection_id if entry else (record.connection_id if record else ""),
            record=key,
            service=self._layout.service,
            at=now,
            action=note.action,
            detail=dict(note.detail),
            attempt=entry.attempts if entry else 0,
            actor=self._instance,
            mapping_digest=note.mapping_digest,
            request_digest=note.request_digest,
            answer_digest=note.answer_digest,
            cause_topic=record.topic if record else None,
            cause_partition=record.partition if record else None,
            cause_offset=record.offset if record else None,
            trace_id=(entry.trace_id if entry else record.trace_id if record else "") or None,
            sequence=sequence,
        )

    def _positions(self, events: Sequence[Event]) -> list[LogRecord]:
        reached: dict[str, int] = {}
        for event in events:
            match event:
                case Arrived(record=record):
                    reached[record.topic] = record.offset + 1
                case Undecodable(raw=raw):
                    reached[raw.topic] = raw.offset + 1
                case _:
                    pass
        return [
            position_record(self._layout, topic, self._partition, at) for topic, at in sorted(reached.items())
        ]


def _missed(event: Event) -> Missed | None:
    """Where the input lies that must be read again. An order holds only for the entry it was given for."""
    if not isinstance(event, Arrived) or isinstance(event.record.payload, Command):
        return None
    record = event.record
    return Missed(topic=record.topic, partition=record.partition, offset=record.offset)
