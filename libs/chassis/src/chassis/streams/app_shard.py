"""One shard at its owner: records taken in, in order; what they changed made durable; how far that has come."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from aiokafka.structs import TopicPartition
from ap_domain.unreadable import UnreadableRecord

from chassis.errors import Undecodable
from chassis.failpoints import reached
from chassis.ledger.ports import Clock, LogRecord, TransactionalLog, Unknown
from chassis.ledger.transaction import commit
from chassis.records import UNREADABLE as UNREADABLE_CODEC
from chassis.streams.app_marked import Stable, until_marked
from chassis.streams.app_tables import Change, HeldTables, Writing
from chassis.streams.ports import Following, Incoming, Table
from chassis.topics import MESSAGE_LIMIT, UNREADABLE

__all__ = ["Lost", "Phase", "Shard"]

GROUP_RECORDS = 1000
LINGER_SECONDS = 0.05
"""What changes within so short a time shares a transaction: their number, not their size, is what costs."""
COMMIT_SECONDS = 60.0
MOST_WAITING = 5000
LARGEST_SET_ASIDE = MESSAGE_LIMIT // 2
"""Bytes of a record that are kept with the note that it cannot be read; of a larger one only the place is kept."""

OWNER_KEY = b"\x00owner"
OWNER_KIND = "owner"


class Lost(Exception):
    """A record was handed over and did not arrive, or not in its turn: going on would commit past it."""


class Phase(Enum):
    """What an owner may do with the shard."""

    RECOVERING = "recovering"
    CATCHING_UP = "catching up"
    OWNED = "owned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    topic: str
    offset: int
    records: Sequence[LogRecord]


class Shard:
    """Takes in what is handed over; `positions` never pass a record whose changes are not durable.

    The changes of records that are ready together are one transaction of the shard's own producer. Opening it fences
    the owner before, however late that one wakes: from then on only this one can change the tables.
    """

    def __init__(
        self,
        *,
        number: int,
        service: str,
        instance: str,
        followings: Mapping[str, Following],
        tables: HeldTables,
        changelogs: Sequence[str],
        log: TransactionalLog,
        stable: Stable,
        clock: Clock,
        changed: Callable[[Table[Any], int, bytes], None],
    ) -> None:
        self.number = number
        self.phase = Phase.RECOVERING
        self.positions: dict[str, int] = {}
        self.unreadable = 0
        self._service = service
        self._instance = instance
        self._followings = followings
        self._tables = tables
        self._changelogs = tuple(changelogs)
        self._log = log
        self._stable = stable
        self._clock = clock
        self._changed = changed
        self._handed: defaultdict[str, deque[int]] = defaultdict(deque)
        self._read: dict[str, int] = {}
        self._goals: dict[str, int] = {}
        self._waiting: deque[_Taken] = deque()
        self._writing = 0
        self._more = asyncio.Event()
        self._less = asyncio.Event()
        self.taken_at = clock.monotonic()

    async def open(self) -> None:
        """Fences the owner before and leaves a mark in every changelog, above which only this owner writes.

        Raises Unknown, Fenced, GroupRefused.
        """
        await self._log.initialise()
        reached("shard fenced")
        await self._mark()

    async def _mark(self) -> None:
        marks = [
            LogRecord(
                topic=changelog,
                partition=self.number,
                key=OWNER_KEY,
                value=self._instance.encode(),
                kind=OWNER_KIND,
            )
            for changelog in self._changelogs
        ]
        if marks:
            await commit(self._log, marks, bound=COMMIT_SECONDS)

    def start(self, goals: Mapping[str, int]) -> None:
        """The tables are recovered: records may come; ``goals`` are where the followed topics end now."""
        self._goals = dict(goals)
        self.phase = Phase.CATCHING_UP

    def hand(self, topic: str, offset: int) -> None:
        """The record is on its way to `take`."""
        if not any(self._handed.values()):
            self.taken_at = self._clock.monotonic()
        self._handed[topic].append(offset)

    def read_to(self, topic: str, position: int) -> None:
        """Everything of the topic below ``position`` has been handed over."""
        self._read[topic] = position
        self._look_up()

    def take(self, incoming: Incoming) -> None:
        """Takes the record in; of one that has a kind only the place. Raises Lost, UnknownSchema, and what is wrong
        with the service's own `take`.
        """
        on_the_way = self._handed[incoming.topic]
        if not on_the_way or on_the_way[0] != incoming.offset:
            awaited = on_the_way[0] if on_the_way else "none"
            raise Lost(
                f"{incoming.topic}/{incoming.partition}: offset {incoming.offset} came, awaited was {awaited}"
            )
        writing = Writing(self._tables, self.number)
        try:
            if not incoming.kind:
                self._followings[incoming.topic].take(incoming, writing)
        except Undecodable as undecodable:
            self.unreadable += 1
            self._finish(incoming, (), [self._set_aside(incoming, str(undecodable))])
        else:
            self._finish(incoming, writing.changes, ())
        on_the_way.popleft()
        self.taken_at = self._clock.monotonic()
        self._look_up()

    @property
    def stuck_since(self) -> float | None:
        """Since when (monotonic seconds) nothing was taken in although something was handed over."""
        return self.taken_at if any(self._handed.values()) else None

    async def room(self) -> None:
        """Returns once not too much waits to become durable. Bounded by the bound of a transaction."""
        while len(self._waiting) > MOST_WAITING and self.phase is not Phase.CLOSED:
            self._less.clear()
            await self._less.wait()

    async def run(self) -> None:
        """Makes durable what was taken in, until cancelled. Raises Unknown, Fenced, GroupRefused."""
        while True:
            await self._more.wait()
            if len(self._waiting) < GROUP_RECORDS:
                await asyncio.sleep(LINGER_SECONDS)
            group = self._group()
            self._writing = len(group)
            if records := _last_of_each(group):
                await self._write(records)
            for taken in group:
                self.positions[taken.topic] = taken.offset + 1
            self._writing = 0
            self._less.set()

    async def _write(self, records: Sequence[LogRecord]) -> None:
        """Returns once they are durable and no later transaction can undo them.

        Raises Unknown, Fenced, GroupRefused.
        """
        offsets = await commit(self._log, records, bound=COMMIT_SECONDS)
        ends = {
            TopicPartition(record.topic, record.partition): offset + 1
            for record, offset in zip(records, offsets, strict=True)
            if record.topic in self._changelogs
        }
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await until_marked(ends, stable=self._stable, release=self._mark, clock=self._clock)
        except TimeoutError as late:
            raise Unknown(f"the tables of shard {self.number} lack markers for {COMMIT_SECONDS} s") from late

    async def drained(self) -> None:
        """Returns once everything taken in is durable; while `run` is running."""
        while self._waiting or self._writing:
            self._less.clear()
            await self._less.wait()

    async def close(self) -> None:
        """Gives the shard up; what is not durable will come again to the next owner."""
        self.leave()
        await self._log.close()

    def leave(self) -> None:
        """Takes in nothing more, and is owned no longer."""
        self.phase = Phase.CLOSED
        self._less.set()

    def _finish(self, incoming: Incoming, changes: Sequence[Change], others: Iterable[LogRecord]) -> None:
        new = [
            change for change in changes if self._tables.held(change[0], self.number, change[1]) != change[2]
        ]
        self._tables.change(self.number, changes)
        records = [
            LogRecord(topic=table.name, partition=self.number, key=key, value=value or b"")
            for table, key, value in new
        ]
        self._waiting.append(
            _Taken(topic=incoming.topic, offset=incoming.offset, records=[*records, *others])
        )
        self._more.set()
        for table, key, _ in changes:
            self._changed(table, self.number, key)

    def _set_aside(self, incoming: Incoming, reason: str) -> LogRecord:
        small = len(incoming.key) + len(incoming.value or b"") <= LARGEST_SET_ASIDE
        payload = UnreadableRecord(
            topic=incoming.topic,
            partition=incoming.partition,
            offset=incoming.offset,
            key=incoming.key if small else None,
            value=incoming.value if small else None,
            reason=reason,
            at=self._clock.now(),
            service=self._service,
        )
        return LogRecord(
            topic=UNREADABLE.name,
            partition=self.number,
            key=f"{incoming.topic}/{incoming.partition}/{incoming.offset}".encode(),
            value=UNREADABLE_CODEC.encode(payload),
        )

    def _group(self) -> list[_Taken]:
        group: list[_Taken] = []
        count = 0
        while self._waiting and count < GROUP_RECORDS:
            taken = self._waiting.popleft()
            count += max(1, len(taken.records))
            group.append(taken)
        if not self._waiting:
            self._more.clear()
        return group

    def _look_up(self) -> None:
        if self.phase is Phase.CATCHING_UP and all(self._reached(topic) for topic in self._followings):
            self.phase = Phase.OWNED

    def _reached(self, topic: str) -> bool:
        goal, on_the_way = self._goals.get(topic, 0), self._handed[topic]
        return self._read.get(topic, -1) >= goal and (not on_the_way or on_the_way[0] >= goal)


def _last_of_each(group: Sequence[_Taken]) -> list[LogRecord]:
    """One transaction shows all at once: of several values of a key only the last is worth writing."""
    last = {(record.topic, record.key): record for taken in group for record in taken.records}
    return list(last.values())
