"""How the master data of connections stands: polls, what is due next, how far each entity has come into Basware."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ap_domain.masterdata import EntityPlan, MasterDataPlan
from ap_domain.poll import PollKind, PollOutcome, PollResult
from chassis.connections.record import ConnectionRecord
from chassis.streams.poll_decision import unmet
from chassis.streams.poll_port import Subject
from chassis.streams.schedule import Schedule, read_schedule

from apstream_cli.flow_words import in_shadow
from apstream_cli.masterdata_book import MasterDataBook, Stage
from apstream_cli.masterdata_choice import plan_of
from apstream_cli.refusal import Refusal
from apstream_cli.screen import ago, instant

__all__ = ["COLUMNS", "EntityStatus", "of_connection"]

OVERDUE = timedelta(minutes=5)
"""So long after its time nothing has answered for a poll; it begins up to a minute late on purpose."""

COLUMNS = (
    "connection", "entity", "last changes", "last full", "next due",
    "wanted", "confirmed", "pending", "asking", "refused", "oldest pending",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityStatus:
    """One entity of one connection at ``now``. ``due`` is when each kind is due next; ``overdue`` since when one is."""

    connection_id: str
    entity: str
    now: datetime
    results: Mapping[PollKind, PollResult]
    due: Mapping[PollKind, datetime]
    overdue: Mapping[PollKind, datetime]
    silent: str
    """Why nothing is due; empty where something may be."""
    stages: Mapping[Stage, int]
    oldest: datetime | None
    wanted: int

    def row(self) -> tuple[str, ...]:
        """As in `COLUMNS`."""
        return (
            self.connection_id,
            self.entity,
            self._last(PollKind.CHANGES),
            self._last(PollKind.FULL),
            self._next(),
            f"{self.wanted}",
            *(
                str(self.stages[each])
                for each in (Stage.CONFIRMED, Stage.PENDING, Stage.ASKING, Stage.REFUSED)
            ),
            ago(self.oldest, now=self.now),
        )

    def fields(self) -> dict[str, Any]:
        """For programs."""
        return {
            "connection": self.connection_id,
            "entity": self.entity,
            "polls": {
                kind: {
                    name: getattr(result, name)
                    for name in ("outcome", "words", "read", "changed", "deactivated", "faulty")
                }
                | {"started_at": result.started_at.isoformat(), "finished_at": result.finished_at.isoformat()}
                for kind, result in self.results.items()
            },
            "next_due": {kind: at.isoformat() for kind, at in self.due.items()},
            "overdue_since": {kind: at.isoformat() for kind, at in self.overdue.items()},
            "wanted": self.wanted,
            **{stage.value: self.stages[stage] for stage in Stage},
            "oldest_pending_since": self.oldest,
        }

    def remarks(self) -> Iterator[str]:
        """What a person should know of the last polls: everything that is not simply well."""
        for kind, result in self.results.items():
            if result.outcome is not PollOutcome.COMPLETE or result.words:
                said = result.words or "without a word"
                yield f"{self.connection_id} {self.entity}: last {kind} poll {result.outcome}: {said}"
        for kind, since in self.overdue.items():
            yield f"{self.connection_id} {self.entity}: {kind} poll overdue since {instant(since)}"

    def _last(self, kind: PollKind) -> str:
        result = self.results.get(kind)
        if result is None:
            return "never"
        counted = {
            "read": result.read,
            "changed": result.changed,
            "deactivated": result.deactivated,
            "faulty": result.faulty,
        }
        numbers = ", ".join(f"{count} {name}" for name, count in counted.items() if count or name == "read")
        return f"{result.outcome} {ago(result.finished_at, now=self.now)} ago: {numbers}"

    def _next(self) -> str:
        if self.silent:
            return self.silent
        return ", ".join(f"{kind} {instant(at)}" for kind, at in self.due.items()) or "on command only"


def of_connection(
    record: ConnectionRecord, book: MasterDataBook, *, now: datetime, entity: str | None = None
) -> tuple[list[EntityStatus], tuple[str, ...]]:
    """Every entity of the section, then what is known of others; and why the section cannot be read, if so."""
    plan: MasterDataPlan | None = None
    problems: tuple[str, ...] = ()
    if record.fields.get("masterdata"):
        try:
            plan = plan_of(record)
        except Refusal as refusal:
            problems = refusal.reasons
    known = [name for owner, name in book.entities() if owner == record.connection_id]
    names = [
        name for name in dict.fromkeys((*(plan.entities if plan else ()), *known)) if entity in {None, name}
    ]
    return [_status(record, book, name, plan=plan, now=now) for name in names], problems


def _status(
    record: ConnectionRecord, book: MasterDataBook, name: str, *, plan: MasterDataPlan | None, now: datetime
) -> EntityStatus:
    results = book.results(record.connection_id, name)
    schedules: dict[PollKind, Schedule] = {}
    silent = "not in the section"
    if plan is not None and name in plan.entities:
        schedules = dict(_schedules(plan, plan.entities[name]))
        silent = "shadow mode" if in_shadow(record) else ""
    if silent:
        schedules = {}
    due = {kind: at for kind, schedule in schedules.items() if (at := schedule.next_due(now)) is not None}
    late = {
        kind: unmet(
            Subject(connection_id=record.connection_id, name=name, kind=kind, schedule=schedule),
            results,
            now=now - OVERDUE,
        )
        for kind, schedule in schedules.items()
    }
    records = book.records(record.connection_id, name)
    pending = [
        known.waiting_since
        for known in records.values()
        if known.stage is Stage.PENDING and known.waiting_since
    ]
    return EntityStatus(
        connection_id=record.connection_id,
        entity=name,
        now=now,
        results=results,
        due=due,
        overdue={kind: at for kind, at in late.items() if at is not None},
        silent=silent,
        stages=Counter(known.stage for known in records.values()),
        oldest=min(pending, default=None),
        wanted=len(records),
    )


def _schedules(plan: MasterDataPlan, entity: EntityPlan) -> Iterator[tuple[PollKind, Schedule]]:
    """As the poll has them; changes only where the query can tell what changed."""
    tells = entity.prompts.since is not None and entity.changed_at is not None
    for kind, text in ((PollKind.CHANGES, entity.changes if tells else ""), (PollKind.FULL, entity.full)):
        if text:
            yield kind, read_schedule(text, zone=plan.time_zone.key)
