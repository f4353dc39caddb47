"""The ledger's ports over the simulated broker, as one process sees them."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ap_domain.desired_state import FlowState
from chassis.ledger.entry import Entry, Stop
from chassis.ledger.machine import Call, Input
from chassis.ledger.ports import Fenced, LogRecord, Refused, Unknown
from chassis.ledger.worker import Assignments

from .sim_broker import Broker, Member, TopicPartition
from .sim_loop import Process, SimLoop

EPOCH = datetime(2026, 11, 22, 8, tzinfo=UTC)


class SimLog:
    """TransactionalLog."""

    def __init__(self, broker: Broker, name: str, clock: "SimClock") -> None:
        self._broker = broker
        self._name = name
        self._clock = clock
        self._epoch = -1
        self._queue: deque[tuple[LogRecord, asyncio.Future[int]]] = deque()
        self._sender: asyncio.Task[None] | None = None

    async def initialise(self) -> None:
        self._epoch = await self._broker.initialise(self._name)

    async def begin(self) -> None:
        await asyncio.sleep(0)
        self._broker.alive()

    async def send(self, record: LogRecord) -> Awaitable[int]:
        """Appended in the order of the sends, as an idempotent producer does."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int] = loop.create_future()
        if not self._queue:
            await asyncio.sleep(0)
        self._queue.append((replace(record, written_at=self._clock.now()), future))
        if self._sender is None or self._sender.done():
            self._sender = loop.create_task(self._send_all())
        return future

    async def _send_all(self) -> None:
        failed: Exception | None = None
        try:
            await self._broker.ready(self._name, self._epoch)
        except Fenced as fenced:
            failed = fenced
        while self._queue:
            record, future = self._queue.popleft()
            if future.done():
                continue
            try:
                if failed is not None:
                    raise failed
                future.set_result(self._broker.append(self._name, self._epoch, record))
            except (Fenced, Refused) as error:
                future.set_exception(error)
                future.exception()

    async def commit(self) -> None:
        await self._broker.end(self._name, self._epoch, commit=True)

    async def abort(self) -> None:
        await self._broker.end(self._name, self._epoch, commit=False)

    async def close(self) -> None:
        await asyncio.sleep(0)


class SimReader:
    """LogReader."""

    def __init__(self, broker: Broker, *, bound: float = 60.0) -> None:
        self._broker = broker
        self._bound = bound

    async def high_watermark(self, topic: str, partition: int) -> int:
        await self._broker.network()
        return self._broker.high_watermark(topic, partition)

    async def last_stable_offset(self, topic: str, partition: int) -> int:
        await self._broker.network()
        return self._broker.stable(topic, partition)

    async def read(
        self, topic: str, partition: int, *, until: int, start: int | None = None
    ) -> AsyncIterator[LogRecord]:
        at, begun = start or 0, self._broker.loop.time()
        while at < until:
            await self._broker.network()
            found, reached = self._broker.read(topic, partition, at, 50)
            for offset, record in found:
                yield _at(record, offset)
            if reached == at:
                if self._broker.loop.time() - begun > self._bound:
                    raise Unknown(f"{topic}/{partition} stays at {at}, not {until}")
                await self._broker.loop.rest(0.05)
            at = reached


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
        self._broker.join(member)
        while True:
            await member.wants.wait()
            member.wants.clear()
            await loop.rest(loop.random.uniform(0.0, 1.0))
            if member.joined and not member.expelled and member.generation == self._broker.generation:
                if member.wants.is_set() or member.taken == member.generation:
                    continue
                member.taken = member.generation
                assigned = self._broker.assignment(member)
                self._at = dict.fromkeys(assigned, 0)
                await listener.assigned(assigned)
                continue
            await listener.revoked()
            self._at = {}
            self._paused.clear()
            if member.expelled:
                member = self._member = Member(process=self._process, topics=member.topics)
            await self._broker.network()
            self._broker.join(member)

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
            records.extend(_at(record, offset) for offset, record in found)
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
            self._broker.leave(self._member)


class SimClock:
    """Clock: virtual time, and a wall clock that may be wrong by as much as its process's host says."""

    def __init__(self, loop: SimLoop, process: Process) -> None:
        self._loop = loop
        self._process = process

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self._loop.time() + self._process.wall_offset)

    def monotonic(self) -> float:
        return self._loop.time()


class SimFlows:
    """Flows: desired states shared by all processes. `stopped` are the services' own stops, `said` what people said."""

    def __init__(self, time: Callable[[], float] = lambda: 0.0) -> None:
        self.stopped: dict[tuple[str, str], Stop] = {}
        self.said: dict[tuple[str, str], tuple[FlowState, float]] = {}
        self.lost: Callable[[], bool] = lambda: False
        self._time = time
        self._since: dict[tuple[str, str], float] = {}

    def state(self, connection_id: str, flow: str) -> FlowState:
        key = (connection_id, flow)
        if key in self.stopped:
            return FlowState.STOPPED
        return self.said[key][0] if key in self.said else FlowState.RUNNING

    async def stop(self, connection_id: str, stop: Stop) -> None:
        await asyncio.sleep(0.01)
        if self.lost():
            raise Unknown("the stop was not acknowledged")
        self.stopped[connection_id, stop.flow] = stop
        self._since[connection_id, stop.flow] = self._time()

    def say(self, connection_id: str, flow: str, state: FlowState) -> None:
        """A person pauses, stops or resumes it."""
        if state is FlowState.RUNNING:
            self.said.pop((connection_id, flow), None)
            self.stopped.pop((connection_id, flow), None)
        else:
            self.said[connection_id, flow] = (state, self._time())

    def forbidden_since(self, connection_id: str, call: Call) -> float | None:
        """Since when this call may not be sent; None if it may."""
        key = (connection_id, call.remote)
        if key in self.stopped:
            return self._since[key]
        state, since = self.said.get(key, (FlowState.RUNNING, 0.0))
        paused = state is FlowState.PAUSED and not call.goes_on_when_paused
        return since if state is FlowState.STOPPED or paused else None


class SimSignals:
    """Signals: counted by name."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def count(self, name: str, **labels: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    def log(self, level: str, event: str, **fields: object) -> None:
        if level == "error":
            self.count(f"error: {event}")


class SimWire:
    """Wire: the types themselves travel; encoding has tests of its own."""

    def entry(self, entry: Entry[Any]) -> Any:
        return entry

    def read_entry(self, value: Any) -> Entry[Any]:
        return value  # type: ignore[no-any-return]

    def payload(self, topic: str, payload: object) -> Any:
        return payload

    def read_input(self, record: LogRecord) -> Input:
        payload: Any = record.value
        return Input(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record_id(payload),
            connection_id=payload.connection_id,
            payload=payload,
        )


def record_id(payload: Any) -> str:
    """The ledger's key of an input: the invoice."""
    names = ("invoice_id", "document_id", "record_id")
    name = next(getattr(payload, name) for name in names if hasattr(payload, name))
    return f"{payload.connection_id}/{name}"


def _at(record: LogRecord, offset: int) -> LogRecord:
    return LogRecord(
        topic=record.topic,
        partition=record.partition,
        key=record.key,
        value=record.value,
        kind=record.kind,
        offset=offset,
        headers=record.headers,
        written_at=record.written_at,
    )
