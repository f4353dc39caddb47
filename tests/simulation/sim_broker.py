"""Kafka in memory, with the semantics that matter: offsets, markers, fencing, lost markers, down time, one group.

A partition is a list of slots; a marker takes an offset of its own. What a transaction wrote is readable once its
marker is there. A broker crash can lose the markers of a transaction whose commit was already answered: the next
marker of the same transactional id on the partition, whatever its kind, then decides about the dangling slots.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from chassis.ledger.ports import Fenced, LogRecord, Refused, Unknown
from chassis.ledger.worker import TopicPartition

from .sim_group import Group
from .sim_loop import PROCESS, Process, ProcessExit, SimLoop


@dataclass(slots=True)
class Slot:
    """One offset: a record of a transaction, a plain record (state committed), or a marker (record None).

    A compacted one is kept for the checks of the whole history; no reader sees it.
    """

    record: LogRecord | None
    writer: str = ""
    state: str = "committed"
    compacted: bool = False


@dataclass(slots=True)
class Transaction:
    """The coordinator's state of one transactional id."""

    epoch: int = 0
    state: str = "empty"
    partitions: set[TopicPartition] = field(default_factory=set)
    marking: bool = False
    waiters: list[asyncio.Future[None]] = field(default_factory=list)


class Broker:
    """One broker, one group. Latencies come from the seeded loop."""

    def __init__(self, loop: SimLoop, *, partitions: int) -> None:
        self.loop = loop
        self.logs: dict[TopicPartition, list[Slot]] = {}
        self.transactions: dict[str, Transaction] = {}
        self.down_until = 0.0
        self.restarts = 0
        self.lost_markers = 0
        self.lost_aborts = 0
        self.refused = 0
        self.marker_delays: tuple[float, ...] = (0.0005, 0.002, 0.02)
        self.group = Group(loop, partitions=partitions, down_until=lambda: self.down_until)
        self.refuse: Callable[[LogRecord], bool] = lambda record: False
        self.lose_answer: Callable[[], bool] = lambda: False
        self.pollers: dict[Process, Callable[[TopicPartition], None]] = {}
        self._hints: dict[TopicPartition, int] = {}

    # logs

    def log(self, topic: str, partition: int) -> list[Slot]:
        return self.logs.setdefault((topic, partition), [])

    def publish(self, record: LogRecord) -> int:
        """A plain producer's record, durable at once."""
        log = self.log(record.topic, record.partition)
        log.append(Slot(record))
        for process, told in self.pollers.items():
            if process.alive:
                told((record.topic, record.partition))
        return len(log) - 1

    def high_watermark(self, topic: str, partition: int) -> int:
        return len(self.log(topic, partition))

    def stable(self, topic: str, partition: int) -> int:
        """The last stable offset."""
        log = self.log(topic, partition)
        at = self._hints.get((topic, partition), 0)
        while at < len(log) and log[at].state != "open":
            at += 1
        self._hints[topic, partition] = at
        return at

    def read(
        self, topic: str, partition: int, start: int, limit: int
    ) -> tuple[list[tuple[int, LogRecord]], int]:
        """Committed records from `start` below the last stable offset, and the position after them."""
        end = self.stable(topic, partition)
        log = self.log(topic, partition)
        found: list[tuple[int, LogRecord]] = []
        at = start
        while at < end and len(found) < limit:
            slot = log[at]
            if slot.state == "committed" and slot.record is not None and not slot.compacted:
                found.append((at, slot.record))
            at += 1
        return found, at

    def compact(self, topic: str, partition: int, *, active: int) -> int:
        """Drop what a later record of its key superseded, but for the last `active` offsets; how many were dropped."""
        log = self.log(topic, partition)[: self.stable(topic, partition)]
        latest = {
            slot.record.key: slot for slot in log if slot.state == "committed" and slot.record is not None
        }
        dropped = 0
        for slot in log[: len(log) - active]:
            superseded = slot.record is not None and latest.get(slot.record.key) is not slot
            if superseded and not slot.compacted:
                slot.compacted = True
                dropped += 1
        return dropped

    # network

    async def network(self) -> None:
        """One round trip: takes time, waits for the broker to be up, ends in a dead process."""
        await self.loop.rest(self.loop.random.uniform(0.0002, 0.003))
        while self.down_until > self.loop.time():
            await self.loop.rest(self.down_until - self.loop.time() + self.loop.random.uniform(0.0, 0.5))
        self.alive()

    def alive(self) -> None:
        process = PROCESS.get(self.loop.world)
        if not process.alive:
            raise ProcessExit

    def crash(self, down: float) -> None:
        """kill -9 of the broker: markers not yet written are lost, the coordinator calls their transactions ended."""
        self.down_until = self.loop.time() + down
        self.restarts += 1
        for transaction in self.transactions.values():
            if transaction.state in ("prepare_commit", "prepare_abort") and self.loop.random.random() < 0.7:
                self.lost_markers += 1
                self.lost_aborts += transaction.state == "prepare_abort"
                self._ended(transaction)

    # transactions

    def transaction(self, name: str) -> Transaction:
        return self.transactions.setdefault(name, Transaction())

    async def initialise(self, name: str) -> int:
        await self.network()
        transaction = self.transaction(name)
        await self._settled(transaction)
        epoch = transaction.epoch = transaction.epoch + 1
        if transaction.state == "ongoing":
            self._prepare(name, transaction, "prepare_abort")
            await self._settled(transaction)
        await self.network()
        return epoch

    async def ready(self, name: str, epoch: int) -> None:
        """The partitions may be added: the markers of the transaction before are out."""
        await self.network()
        transaction = self.transaction(name)
        self.check(transaction, epoch)
        await self._settled(transaction)

    def append(self, name: str, epoch: int, record: LogRecord) -> int:
        """One record of the open transaction. Raises Fenced or Refused."""
        transaction = self.transaction(name)
        self.check(transaction, epoch)
        if self.refuse(record):
            self.refused += 1
            raise Refused(f"record of {record.topic} is too large")
        transaction.state = "ongoing"
        transaction.partitions.add((record.topic, record.partition))
        log = self.log(record.topic, record.partition)
        log.append(Slot(record, name, "open"))
        return len(log) - 1

    async def end(self, name: str, epoch: int, *, commit: bool) -> None:
        await self.network()
        transaction = self.transaction(name)
        self.check(transaction, epoch)
        if transaction.state == "ongoing":
            self._prepare(name, transaction, "prepare_commit" if commit else "prepare_abort")
        if self.lose_answer():
            raise Unknown("connection lost while the transaction ended")
        await self.network()

    def check(self, transaction: Transaction, epoch: int) -> None:
        if transaction.epoch != epoch:
            raise Fenced(f"epoch {epoch} is not {transaction.epoch}")

    def _prepare(self, name: str, transaction: Transaction, state: str) -> None:
        """The decision is durable; the markers follow."""
        transaction.state = state
        transaction.marking = True
        self.loop.world_later(self.loop.random.choice(self.marker_delays), self._mark, name, transaction)

    def _mark(self, name: str, transaction: Transaction) -> None:
        if transaction.state not in ("prepare_commit", "prepare_abort"):
            return
        fate = "committed" if transaction.state == "prepare_commit" else "aborted"
        for topic, partition in sorted(transaction.partitions):
            for slot in self.log(topic, partition)[self._hints.get((topic, partition), 0) :]:
                if slot.writer == name and slot.state == "open":
                    slot.state = fate
            self.log(topic, partition).append(Slot(None))
        self._ended(transaction)

    def _ended(self, transaction: Transaction) -> None:
        transaction.state = "empty"
        transaction.partitions = set()
        transaction.marking = False
        for waiter in transaction.waiters:
            if not waiter.done():
                waiter.set_result(None)
        transaction.waiters.clear()

    async def _settled(self, transaction: Transaction) -> None:
        while transaction.marking:
            waiter = self.loop.create_future()
            transaction.waiters.append(waiter)
            await waiter
            await self.network()


def written(log: Iterable[Slot]) -> list[LogRecord]:
    """What a reader of committed records sees in the end."""
    return [slot.record for slot in log if slot.state == "committed" and slot.record is not None]
