"""One shard and its surroundings in memory: a table of numbers, a log that can be held up or refuse, a clock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from aiokafka.structs import TopicPartition
from ap_domain.desired_state import DesiredState, FlowState
from chassis.ledger.ports import Fenced, LogRecord, Unknown
from chassis.records import DESIRED_STATE
from chassis.streams.app_shard import Shard
from chassis.streams.ports import Incoming, Table, TableWriter
from chassis.topics import Topic

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def topic(name: str) -> Topic:
    return Topic(
        name=name, key="k", schema="s", partitions="sharded", cleanup="compact", writers=(), readers=()
    )


TABLE = Table(changelog=topic("changelog"), value=DESIRED_STATE)
FIRST, SECOND = topic("first"), topic("second")


def state(version: int) -> DesiredState:
    return DesiredState(
        connection_id="c",
        flow="f",
        state=FlowState.RUNNING,
        version=version,
        connection_version=1,
        reason="r",
        actor="a",
        at=NOW,
    )


def take(incoming: Incoming, tables: TableWriter) -> None:
    """Keeps what came last; None forgets."""
    value = None if incoming.value is None else DESIRED_STATE.decode(incoming.value)
    tables.put(TABLE, incoming.key, value)


def incoming(offset: int, *, version: int | None = None, key: bytes = b"k", of: Topic = FIRST) -> Incoming:
    value = None if version is None else DESIRED_STATE.encode(state(version))
    return Incoming(topic=of.name, partition=3, offset=offset, key=key, value=value)


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds


class MemoryLog:
    """TransactionalLog: what is committed is in `committed`; `open_gate` holds commits up while it is cleared."""

    def __init__(self) -> None:
        self.committed: list[LogRecord] = []
        self.transactions: list[list[LogRecord]] = []
        self.open_gate = asyncio.Event()
        self.open_gate.set()
        self.failure: Fenced | Unknown | None = None
        self.loses_markers = False
        self.asked = 0
        self.marked = 0
        self.closed = False
        self._open: list[LogRecord] = []

    async def initialise(self) -> None:
        await asyncio.sleep(0)

    async def begin(self) -> None:
        if self.failure is not None:
            raise self.failure
        self._open = []

    async def send(self, record: LogRecord) -> Awaitable[int]:
        self._open.append(record)
        offset: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        offset.set_result(len(self.committed) + len(self._open))
        return offset

    async def commit(self) -> None:
        await self.open_gate.wait()
        self.transactions.append(self._open)
        self.committed += self._open

        if not self.loses_markers:
            self.marked = len(self.committed)

    async def stable(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The last stable offset; `loses_markers` leaves it behind until the next commit."""
        self.asked += 1
        await asyncio.sleep(0)
        return dict.fromkeys(partitions, self.marked + 1)

    async def abort(self) -> None:
        self._open = []

    async def close(self) -> None:
        self.closed = True

    def table(self) -> dict[bytes, int]:
        """What a recovery would find."""
        held: dict[bytes, int] = {}
        for record in self.committed:
            if record.topic == TABLE.name and not record.kind:
                if record.value:
                    held[record.key] = DESIRED_STATE.decode(record.value).version
                else:
                    held.pop(record.key, None)
        return held


MakeShard = Callable[..., Shard]
