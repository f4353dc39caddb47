"""What people ordered: which orders wait for their poll, and what is said of those that end without one."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import structlog
from ap_domain.command import Command

from chassis.errors import NotDurable
from chassis.streams import poll_metrics
from chassis.streams.audit import StreamAudit
from chassis.streams.poll_agenda import Agenda
from chassis.streams.poll_decision import answered, made_for, refusal
from chassis.streams.poll_records import PollRecords, PollResults
from chassis.streams.poll_subjects import SubjectBook
from chassis.streams.ports import StreamSurroundings

__all__ = ["Ending", "PollOrders"]

ENDED_AT_ONCE = 500
"""Of many orders that have ended, so many are answered at one look."""

log = structlog.get_logger("chassis.scheduler")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ordered:
    """An order as it lies in the table, and the next one of its kind for the same subject."""

    command: Command
    shard: int
    key: bytes
    later: Command | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """An order for which no poll is to be written; ``said`` is None where it was answered before."""

    ordered: _Ordered
    said: str | None
    applied: bool


class PollOrders:
    """Level-triggered: an order stays in its table until its answer is durable, so a crash anywhere repeats at most an
    answer, which has a fixed id. Of two orders of one kind that wait, the first goes with the later one.
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
    ) -> None:
        self._records = records
        self._agenda = agenda
        self._results = results
        self._subjects = subjects
        self._around = around
        self._audit = audit
        self._ended: set[str] = set()

    def look(self, owned: frozenset[int]) -> tuple[list[Command], list[Ending]]:
        """The orders that may need a poll, the one given first in front; and those that have ended."""
        found = list(self._orders(owned))
        self._ended &= {each.command.command_id for each in found}
        waiting, endings = list[Command](), list[Ending]()
        for each in found:
            if each.command.command_id in self._ended:
                continue  # its tombstone is on the way back
            ending = self._ending(each)
            if ending is None:
                waiting.append(each.command)
            else:
                endings.append(ending)
        return sorted(waiting, key=lambda command: command.issued_at), endings

    async def end(self, endings: Sequence[Ending]) -> None:
        """Answers what was not answered yet and takes it from the table; what cannot be written is left for later."""
        await asyncio.gather(*(self._end(each) for each in endings[:ENDED_AT_ONCE]))

    async def answer(self, command: Command, *, shard: int, applied: bool, said: str) -> None:
        """What became of the order. Raises NotDurable."""
        now = self._around.clock.now()
        await self._audit.answer(command, shard=shard, applied=applied, said=said, at=now)

    def _orders(self, owned: frozenset[int]) -> Iterator[_Ordered]:
        def kind(order: tuple[int, bytes, Command]) -> tuple[str, str, str]:
            return order[2].connection_id, order[2].record_id, order[2].action

        held = [
            (shard, key, command)
            for shard in owned
            for key, command in self._around.view.items(self._records.orders, shard)
        ]
        held.sort(key=lambda each: (*kind(each), each[2].issued_at, each[2].command_id))
        for _, alike in groupby(held, key=kind):
            orders = list(alike)
            for number, (shard, key, command) in enumerate(orders, 1):
                later = orders[number][2] if number < len(orders) else None
                yield _Ordered(command=command, shard=shard, key=key, later=later)

    def _ending(self, ordered: _Ordered) -> Ending | None:
        command, later, now = ordered.command, ordered.later, self._around.clock.now()
        results = self._results.of(
            shard=ordered.shard, connection_id=command.connection_id, subject=command.record_id
        ).values()
        # What a poll was written for was answered when that poll was written, whatever came of it.
        tried = any(made_for(command, each.poll_id) for each in results)
        done = next((each for each in results if answered(command, each)), None)
        said, applied = None, True
        if done is not None:
            said = f"done by poll {done.poll_id} ({done.kind})"
        elif self._agenda.on_its_way(
            command.connection_id, command.record_id, now=self._around.clock.monotonic()
        ):
            return None  # that poll may be the one made for it, or do what it asks for
        else:
            connection = self._around.directory.get(command.connection_id)
            if connection is None and now <= command.expires_at:
                return None  # it is not known here yet, or cannot be opened at present
            known = connection is not None and self._subjects.knows(connection, command.record_id)
            if known and later is not None and later.issued_at <= command.expires_at:
                said = f"one with the later order {later.command_id}"
            else:
                said = refusal(command, self._subjects.of(connection) if connection else (), now=now)
                applied = False
        if said is None:
            return None
        return Ending(ordered=ordered, said=None if tried else said, applied=applied)

    async def _end(self, ending: Ending) -> None:
        ordered = ending.ordered
        command, shard = ordered.command, ordered.shard
        try:
            if ending.said is not None:
                await self.answer(command, shard=shard, applied=ending.applied, said=ending.said)
            await self._around.producer.send(
                topic=self._records.dues.name, partition=shard, key=ordered.key, value=None
            )
        except NotDurable as failed:
            said = {"command": command.command_id, "reason": str(failed)}
            log.warning("the end of an order was not written; tried again", **said)
            return
        self._ended.add(command.command_id)
        if ending.said is not None and not ending.applied:
            poll_metrics.ORDERS_REFUSED.labels(command.connection_id).inc()
