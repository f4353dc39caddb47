"""A member of the simulated broker's group: what a process's consumer does."""

import asyncio
from collections.abc import Iterable, Sequence

from chassis.ledger.ports import LogRecord
from chassis.ledger.worker import Assignments, TopicPartition

from .sim_broker import Broker
from .sim_group import Member
from .sim_log import at_offset
from .sim_loop import Process


class SimMember:
    """GroupMember: eager rebalancing, a session that ends while the process is frozen."""

    LONGEST_POLL = 20.0

    def __init__(self, broker: Broker, process: Process) -> None:
        self._broker = broker
        self._process = process
        self._member: Member | None = None
        self._listener: Assignments | None = None
        self._task: asyncio.Task[None] | None = None
        self._at: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()
        self._polling: asyncio.Future[None] | None = None
        broker.pollers[process] = self.told

    async def join(self, topics: Sequence[str], listener: Assignments) -> None:
        await self._broker.network()
        self._listener = listener
        self._member = Member(process=self._process, topics=tuple(topics))
        self._task = asyncio.get_running_loop().create_task(self._coordinate())

    async def _coordinate(self) -> None:
        """What the client's background task does: give up, rejoin, take."""
        loop = self._broker.loop
        member, listener = self._current()
        self._broker.group.join(member)
        while True:
            await member.wants.wait()
            member.wants.clear()
            await loop.rest(loop.random.uniform(0.0, 1.0))
            if member.joined and not member.expelled and member.generation == self._broker.group.generation:
                if member.wants.is_set() or member.taken == member.generation:
                    continue
                member.taken = member.generation
                assigned = self._broker.group.assignment(member)
                self._at = dict.fromkeys(assigned, 0)
                await listener.assigned(assigned)
                continue
            await listener.revoked()
            self._at = {}
            self._paused.clear()
            if member.expelled:
                member = self._member = Member(process=self._process, topics=member.topics)
            await self._broker.network()
            self._broker.group.join(member)

    def _current(self) -> tuple[Member, Assignments]:
        if self._member is None or self._listener is None:
            raise RuntimeError("joined first")
        return self._member, self._listener

    def told(self, partition: TopicPartition) -> None:
        """Something can be read there."""
        if partition in self._at and partition not in self._paused:
            self.nudge()

    def nudge(self) -> None:
        """A poll that waits ends soon."""
        if self._polling is not None and not self._polling.done():
            self._broker.loop.end_rest(self._polling, self._broker.loop.random.uniform(0.0, 0.01))

    async def poll(self) -> Sequence[LogRecord]:
        """Waits for news instead of asking again and again: an idle process takes no steps."""
        if self._broker.down_until > self._broker.loop.time():
            await self._broker.network()
        found = self._fetch()
        if not found:
            self._polling = self._broker.loop.rest(self.LONGEST_POLL)
            await self._polling
            found = self._fetch()
        return found

    def _fetch(self) -> list[LogRecord]:
        records: list[LogRecord] = []
        for topic, partition in list(self._at):
            if (topic, partition) in self._paused:
                continue
            found, reached = self._broker.read(topic, partition, self._at[topic, partition], 20)
            self._at[topic, partition] = reached
            records.extend(at_offset(record, offset) for offset, record in found)
        return records

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset(self._at)

    def pause(self, partitions: Iterable[TopicPartition]) -> None:
        self._paused.update(partitions)

    def resume(self, partitions: Iterable[TopicPartition]) -> None:
        self._paused.difference_update(partitions)
        self.nudge()

    async def seek(self, partition: TopicPartition, offset: int | None) -> None:
        await asyncio.sleep(0)
        if partition in self._at:
            self._at[partition] = offset or 0

    async def dangling(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        await self._broker.network()
        stable = {each: self._broker.stable(*each) for each in partitions}
        return {each: at for each, at in stable.items() if at < self._broker.high_watermark(*each)}

    async def leave(self) -> None:
        await self._broker.network()
        if self._task is not None:
            self._task.cancel()
        if self._member is not None:
            self._broker.group.leave(self._member)
