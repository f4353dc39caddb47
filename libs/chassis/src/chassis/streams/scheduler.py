"""Writes the polls that are due, for the connections whose shard is owned."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog
from ap_domain.command import Command
from ap_domain.desired_state import FlowState

from chassis.connections import Connection
from chassis.errors import ChassisError
from chassis.failpoints import reached
from chassis.records import POLL_DUE
from chassis.streams import poll_metrics
from chassis.streams.audit import StreamAudit
from chassis.streams.poll_agenda import Agenda
from chassis.streams.poll_decision import Turn, decide, unmet
from chassis.streams.poll_orders import PollOrders
from chassis.streams.poll_port import PollLimits, Subject
from chassis.streams.poll_records import PollRecords, PollResults, due_key
from chassis.streams.poll_subjects import SubjectBook
from chassis.streams.ports import StreamSurroundings
from chassis.streams.wakeup import Wakeup

__all__ = ["PollScheduler"]

log = structlog.get_logger("chassis.scheduler")


class PollScheduler:
    """Level-triggered: looks every ``tick`` seconds, and when something changed, at what is owned, at the results and
    at the orders, and writes what is missing. What it wrote it remembers in memory until the record comes back.

    Two processes that do it for one connection write the same polls under the same ids: the second is passed over.
    """

    def __init__(
        self,
        *,
        records: PollRecords,
        agenda: Agenda,
        results: PollResults,
        subjects: SubjectBook,
        around: StreamSurroundings,
        audit: StreamAudit,
        flows: tuple[str, ...],
        limits: PollLimits,
        tick: float = 1.0,
    ) -> None:
        """Nothing is polled while one of ``flows`` of the connection does not run; afterwards it catches up once."""
        self._records = records
        self._agenda = agenda
        self._results = results
        self._subjects = subjects
        self._around = around
        self._orders = PollOrders(
            records=records,
            agenda=agenda,
            results=results,
            subjects=subjects,
            around=around,
            audit=audit,
        )
        self._flows = flows
        self._limits = limits
        self._tick = tick
        self._wakeup = Wakeup()
        self._unmet: dict[tuple[str, str, str], datetime | None] = {}
        agenda.on_change(self._wakeup.wake)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await self._wakeup.wait(at_most=self._tick)

    async def look(self) -> None:
        """Writes what is due at this moment; returns when all of it is durable, or was given up until later."""
        owned = self._around.shards.owned()
        self._agenda.keep(owned)
        self._results.keep(owned)
        orders, ended = self._orders.look(owned)
        ours = [each for each in self._around.directory.all() if each.shard in owned]
        polled = {connection.id: self._subjects.of(connection) for connection in ours}
        measured = {_key(subject) for subjects in polled.values() for subject in subjects}
        self._unmeasure(self._unmet.keys() - measured)
        turns = [
            (connection.shard, turn)
            for connection in ours
            for turn in self._turns(
                connection,
                polled[connection.id],
                [each for each in orders if each.connection_id == connection.id],
            )
        ]
        await asyncio.gather(*(self._write(shard, turn) for shard, turn in turns), self._orders.end(ended))

    def _turns(
        self, connection: Connection, subjects: Sequence[Subject], orders: Sequence[Command]
    ) -> Iterable[Turn]:
        now, monotonic = self._around.clock.now(), self._around.clock.monotonic()
        runs = all(self._around.flows.state(connection.id, flow) is FlowState.RUNNING for flow in self._flows)
        for name in dict.fromkeys(subject.name for subject in subjects):
            kinds = [subject for subject in subjects if subject.name == name]
            results = self._results.of(shard=connection.shard, connection_id=connection.id, subject=name)
            for subject in kinds:
                self._measure(subject, unmet(subject, results, now=now), now=now)
            if not runs or self._agenda.on_its_way(connection.id, name, now=monotonic):
                continue
            turn = decide(
                kinds,
                orders=[each for each in orders if each.record_id == name],
                results=results,
                now=now,
                actor=self._records.service,
            )
            if turn is not None:
                yield turn

    def _measure(self, subject: Subject, since: datetime | None, *, now: datetime) -> None:
        """The age counts from the first time that nothing answered for, while later ones pass."""
        key = _key(subject)
        if since is not None:
            since = self._unmet.get(key) or since
        self._unmet[key] = since
        age = 0.0 if since is None else max((now - since).total_seconds(), 0.0)
        poll_metrics.POLL_OVERDUE.labels(*key).set(age)

    def _unmeasure(self, gone: Iterable[tuple[str, str, str]]) -> None:
        for key in list(gone):
            del self._unmet[key]
            poll_metrics.POLL_OVERDUE.remove(*key)

    async def _write(self, shard: int, turn: Turn) -> None:
        due = turn.due
        said = {"connection": due.connection_id, "subject": due.subject, "poll": due.poll_id}
        try:
            if turn.command is not None:
                answer = f"poll {due.poll_id} ({due.kind})"
                await self._orders.answer(turn.command, shard=shard, applied=True, said=answer)
            # From here on the record may be there, whatever is heard of it.
            until = self._around.clock.monotonic() + self._limits.echo
            self._agenda.expect(due, until=until)
            delivered = await self._around.producer.send(
                topic=self._records.dues.name,
                partition=shard,
                key=due_key(due.connection_id, due.subject),
                value=POLL_DUE.encode(due),
            )
        except ChassisError as failed:
            log.warning("a due poll was not written; tried again", reason=str(failed), **said)
            return
        reached("poll due written")
        log.info("poll due", kind=str(due.kind), reason=str(due.reason), offset=delivered.offset, **said)


def _key(subject: Subject) -> tuple[str, str, str]:
    return subject.connection_id, subject.name, str(subject.kind)
