"""An owner of one partition and all it stands on, in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from ap_domain.backoff import Backoff
from ap_domain.desired_state import FlowState
from chassis.ledger.entry import Entry, Stop
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import Done, Outcome, Sighted
from chassis.ledger.owner import PartitionOwner
from chassis.ledger.policy import Policy
from chassis.ledger.ports import Gate, LogRecord, Unknown
from chassis.ledger.records import Layout, read_position

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLICY = Policy(
    backoff=Backoff(base=0.001, cap=0.002),
    look_spacing=0.001,
    circuit_cooldown=0.005,
    circuit_longest=0.01,
    revocation=0.05,
    send_age=5.0,
    unreadable_run=3,
)


class Clock:
    """Stands still unless moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds


class Remote:
    """Caller. Answers by the name of the call; what it is asked stands in `asked`."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bool]] = []
        self.answers: dict[str, Callable[[Entry[str]], Outcome]] = {
            "look": lambda _: Done(value="nothing there"),
            "create": lambda _: Done(value="created"),
            "tell": lambda _: Done(value="told"),
            "settle": lambda _: Sighted(same=("v",)),
        }
        self.running = 0
        self.most = 0
        self.free = asyncio.Event()
        self.free.set()
        self.before_send: Callable[[], None] = lambda: None
        self.probes = 0

    async def call(self, entry: Entry[str], call: Call, *, gate: Gate, repeat: bool) -> Outcome:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            self.before_send()
            gate()
            self.asked.append((entry.key, call.name, repeat))
            await self.free.wait()
            return self.answers[call.name](entry)
        finally:
            self.running -= 1

    async def probe(self, connection_id: str, remote: str) -> bool:
        self.probes += 1
        return True


class States:
    """Flows. A stop that is void leaves the flow as it is."""

    def __init__(self) -> None:
        self.said = FlowState.RUNNING
        self.stops: list[Stop] = []
        self.lost = 0

    def state(self, connection_id: str, flow: str) -> FlowState:
        return self.said

    async def stop(self, connection_id: str, stop: Stop) -> None:
        if self.lost:
            self.lost -= 1
            raise Unknown("no answer")
        self.stops.append(stop)


class Counts:
    def __init__(self) -> None:
        self.counted: list[str] = []

    def count(self, name: str, **labels: str) -> None:
        self.counted.append(name)

    def log(self, level: str, event: str, **fields: object) -> None:
        """Nobody reads it here."""


class House:
    """An owner and all it stands on."""

    def __init__(self, machine: Any, wire: Any, log: Any, layout: Layout) -> None:
        self.machine, self.wire, self.log, self.layout = machine, wire, log, layout
        self.clock, self.remote, self.flows, self.signals = Clock(), Remote(), States(), Counts()
        self.width = 3
        self.offset = 0
        self.owner = self.make()

    def make(self) -> PartitionOwner[str]:
        return PartitionOwner(
            partition=0,
            layout=self.layout,
            instance="p1",
            machine=self.machine,
            caller=self.remote,
            flows=self.flows,
            wire=self.wire,
            log=self.log,
            reader=self.log,
            clock=self.clock,
            fraction=lambda: 0.5,
            signals=self.signals,
            policy=POLICY,
            width=lambda _connection, _remote: self.width,
        )

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[dict[str, int]]:
        """Loaded and running; closed at the end."""
        positions = await self.owner.load()
        task = asyncio.create_task(self.owner.run())
        try:
            yield positions
        finally:
            await self.owner.close()
            async with asyncio.timeout(5):
                await task

    def offer(self, said: str, *, key: str = "acme/1") -> None:
        record = LogRecord(
            topic="inputs", partition=0, key=key.encode(), value=said.encode(), offset=self.offset
        )
        self.offset += 1
        self.owner.offer(record)

    async def until(self, so: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not so():
                await asyncio.sleep(0)

    async def decided(self) -> None:
        """Until every input's position is written."""
        await self.until(lambda: self.position() == self.offset)

    def position(self) -> int:
        found = [read_position(record)[1] for record in self.log.records if record.kind == "position"]
        return found[-1] if found else 0

    def entry(self, key: str = "acme/1") -> Entry[str]:
        found = self.owner.book.get(key)
        assert found is not None
        return found

    def written(self, topic: str) -> list[Any]:
        return [
            self.wire.said(record.value)
            for record in self.log.records
            if record.topic == topic and not record.kind
        ]

    async def left_behind(self, *entries: Entry[str]) -> None:
        """What an earlier owner committed."""
        await self.log.begin()
        for each in entries:
            value = self.wire.entry(each)
            await self.log.send(LogRecord(topic="ledger", partition=0, key=each.key.encode(), value=value))
        await self.log.commit()


@pytest.fixture
def house(machine: Any, wire: Any, log: Any, layout: Layout) -> House:
    return House(machine, wire, log, layout)
