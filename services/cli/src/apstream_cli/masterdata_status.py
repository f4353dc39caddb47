"""How the master data of connections stands: polls, what is due next, how far each entity has come into Basware."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ap_domain.masterdata import EntityPlan, MasterDataPlan
from ap_domain.poll import PollKind
from chassis.connections.record import ConnectionRecord
from chassis.streams.schedule import Schedule, read_schedule

from apstream_cli.flow_words import in_shadow
from apstream_cli.masterdata_book import MasterDataBook, Stage
from apstream_cli.masterdata_choice import plan_of
from apstream_cli.poll_standing import PollStanding, poll_standing
from apstream_cli.refusal import Refusal
from apstream_cli.screen import ago

__all__ = ["COLUMNS", "EntityStatus", "of_connection"]

COLUMNS = (
    "connection", "entity", "last changes", "last full", "next due",
    "wanted", "confirmed", "pending", "asking", "refused", "oldest pending",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityStatus:
    """One entity of one connection."""

    connection_id: str
    entity: str
    polls: PollStanding
    stages: Mapping[Stage, int]
    oldest: datetime | None
    wanted: int

    def row(self) -> tuple[str, ...]:
        """As in `COLUMNS`."""
        return (
            self.connection_id,
            self.entity,
            self.polls.last(PollKind.CHANGES),
            self.polls.last(PollKind.FULL),
            self.polls.following(),
            f"{self.wanted}",
            *(
                str(self.stages[each])
                for each in (Stage.CONFIRMED, Stage.PENDING, Stage.ASKING, Stage.REFUSED)
            ),
            ago(self.oldest, now=self.polls.now),
        )

    def fields(self) -> dict[str, Any]:
        """For programs."""
        return {
            "connection": self.connection_id,
            "entity": self.entity,
            **self.polls.fields(),
            "wanted": self.wanted,
            **{stage.value: self.stages[stage] for stage in Stage},
            "oldest_pending_since": self.oldest,
        }

    def remarks(self) -> Iterator[str]:
        """What a person should know of the last polls: everything that is not simply well."""
        return self.polls.remarks(f"{self.connection_id} {self.entity}")


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
    schedules: dict[PollKind, Schedule] = {}
    silent = "not in the section"
    if plan is not None and name in plan.entities:
        schedules = dict(_schedules(plan, plan.entities[name]))
        silent = "shadow mode" if in_shadow(record) else ""
    records = book.records(record.connection_id, name)
    pending = [
        known.waiting_since
        for known in records.values()
        if known.stage is Stage.PENDING and known.waiting_since
    ]
    return EntityStatus(
        connection_id=record.connection_id,
        entity=name,
        polls=poll_standing(
            record.connection_id,
            name,
            results=book.results(record.connection_id, name),
            schedules=schedules,
            silent=silent,
            now=now,
        ),
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
