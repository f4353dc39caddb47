"""Processes that poll, over a log in memory: what they own, what they crash with, a source that does as it is told."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

import pytest
import structlog.testing
from ap_domain.audit import AuditEvent
from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.desired_state import FlowState
from ap_domain.poll import PollDue, PollKind, PollOutcome, PollResult
from chassis.connections import Connection, ConnectionDirectory
from chassis.errors import NotDurable
from chassis.keys import record_key
from chassis.ledger.entry import Stop
from chassis.producer import Delivered, DurableProducer
from chassis.records import AUDIT_EVENT, COMMAND, POLL_DUE, POLL_RESULT
from chassis.streams.audit import StreamAudit
from chassis.streams.poll_agenda import Agenda
from chassis.streams.poll_port import Polled, PollLimits, Progress, Subject
from chassis.streams.poll_records import PollRecords, PollResults
from chassis.streams.poll_runner import PollRunner
from chassis.streams.poll_subjects import SubjectBook
from chassis.streams.ports import Incoming, StreamSurroundings, Table
from chassis.streams.schedule import read_schedule
from chassis.streams.scheduler import PollScheduler
from chassis.topics import (
    AUDIT_MASTERDATA,
    COMMANDS,
    MASTERDATA_POLL_RESULTS,
    MASTERDATA_POLLS,
    POLL_ORDERS_CHANGELOG,
    POLL_RESULTS_CHANGELOG,
    Topic,
)

T = TypeVar("T")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHARD = 3
RECORDS = PollRecords(
    service="masterdata-poll",
    dues=MASTERDATA_POLLS,
    results_topic=MASTERDATA_POLL_RESULTS,
    audit=AUDIT_MASTERDATA,
    results=Table(changelog=POLL_RESULTS_CHANGELOG, value=POLL_RESULT),
    orders=Table(changelog=POLL_ORDERS_CHANGELOG, value=COMMAND),
    ledger=CommandedLedger.MASTERDATA,
)
FULL, CHANGES = "30 2 * * *", "*/15 * * * *"


@dataclass
class FakeClock:
    """Clock."""

    at: datetime = NOON
    passed: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.passed

    def advance(self, **time: float) -> None:
        self.at += timedelta(**time)
        self.passed += timedelta(**time).total_seconds()


@dataclass
class Broker:
    """The logs, the tables' changelogs and the group's positions of a shard: what outlives a process."""

    logs: dict[str, list[tuple[bytes, bytes | None]]] = field(default_factory=lambda: defaultdict(list))
    tables: dict[str, dict[bytes, Any]] = field(default_factory=lambda: defaultdict(dict))
    positions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    commits: bool = True
    away: bool = False

    def append(self, topic: str, key: bytes, value: bytes | None) -> int:
        self.logs[topic].append((key, value))
        return len(self.logs[topic]) - 1

    def values(self, topic: Topic) -> list[bytes]:
        return [value for _, value in self.logs[topic.name] if value is not None]

    def dues(self) -> list[PollDue]:
        return [POLL_DUE.decode(value) for value in self.values(MASTERDATA_POLLS)]

    def results(self) -> list[PollResult]:
        return [POLL_RESULT.decode(value) for value in self.values(MASTERDATA_POLL_RESULTS)]

    def audit(self) -> dict[str, AuditEvent]:
        events = [AUDIT_EVENT.decode(value) for value in self.values(AUDIT_MASTERDATA)]
        return {event.event_id: event for event in events}


@dataclass
class Connections:
    """What of the directory polls use; connections are only ids, versions and shards to them."""

    versions: dict[str, int]

    def get(self, connection_id: str) -> Connection | None:
        version = self.version(connection_id)
        if version is None:
            return None
        nothing: Any = None
        return Connection(
            id=connection_id,
            version=version,
            shard=SHARD,
            stage="test",
            basware=nothing,
            peoplesoft=nothing,
            mapping={},
        )

    def version(self, connection_id: str) -> int | None:
        return self.versions.get(connection_id)

    def all(self) -> tuple[Connection, ...]:
        return tuple(each for each in map(self.get, self.versions) if each is not None)


@dataclass
class States:
    """Flows."""

    said: dict[str, FlowState] = field(default_factory=dict)

    def state(self, connection_id: str, flow: str) -> FlowState:
        return self.said.get(flow, FlowState.RUNNING)

    async def stop(self, connection_id: str, stop: Stop) -> None:
        raise AssertionError("polls stop no flow")


class ScriptedPoller:
    """Poller. Each call is answered by ``script``, by default at once and completely; `held` ones wait."""

    def __init__(self) -> None:
        self.calls: list[PollDue] = []
        self.offsets: list[int] = []
        self.watermarks: list[str | None] = []
        self.running: list[PollDue] = []
        self.cancelled: list[PollDue] = []
        self.most_at_once = 0
        self.script: Callable[[PollDue, Progress], Awaitable[Polled]] = self.complete

    async def poll(
        self,
        connection: Connection,
        due: PollDue,
        *,
        poll_offset: int,
        watermark: str | None,
        progress: Progress,
    ) -> Polled:
        subject = (due.connection_id, due.subject)
        overlapping = [each for each in self.running if (each.connection_id, each.subject) == subject]
        assert overlapping == [], "two polls of a subject at once"
        self.calls.append(due)
        self.offsets.append(poll_offset)
        self.watermarks.append(watermark)
        self.running.append(due)
        self.most_at_once = max(self.most_at_once, len(self.running))
        try:
            return await self.script(due, progress)
        except asyncio.CancelledError:
            self.cancelled.append(due)
            raise
        finally:
            self.running.remove(due)

    async def complete(self, due: PollDue, progress: Progress) -> Polled:
        progress.step(read=10, changed=2)
        return Polled(outcome=PollOutcome.COMPLETE, watermark=f"after {due.poll_id}")

    async def fail(self, due: PollDue, progress: Progress) -> Polled:
        return Polled(outcome=PollOutcome.FAILED, words="PeopleSoft is away", watermark="nonsense")

    async def hang(self, due: PollDue, progress: Progress) -> Polled:
        await asyncio.Event().wait()
        raise AssertionError


class Tasks:
    """What polls use of a task group."""

    def __init__(self) -> None:
        self.started: list[asyncio.Task[Any]] = []

    def create_task(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self.started.append(task)
        return task


class Killed(BaseException):
    """The process is dead: nothing in it goes on."""


class Process:
    """One process of the service: Shards, TableView, TableWriter, and the producer.

    After ``dies_after`` sends more it is killed in the next one, which may still reach Kafka (``dies_late``).
    """

    def __init__(
        self,
        broker: Broker,
        clock: FakeClock,
        *,
        connections: Connections,
        flows: States,
        subjects: Callable[[Connection], Sequence[Subject]],
        limits: PollLimits,
        tasks: Tasks,
    ) -> None:
        self.broker, self.clock = broker, clock
        self.agenda = Agenda()
        self.poller = ScriptedPoller()
        self.lost_answers = 0
        self.dies_after: int | None = None
        self.dies_late = False
        self.dead = False
        self._owned = False
        self._listeners: list[Callable[[Table[Any], int, bytes], None]] = []
        self._at = dict(broker.positions)
        around = StreamSurroundings(
            directory=cast("ConnectionDirectory", connections),
            flows=flows,
            clock=clock,
            producer=cast("DurableProducer", self),
            shards=self,
            view=self,
        )
        self.around = around
        results = PollResults(table=RECORDS.results, view=self)
        self.on_change(results.put)
        shared: dict[str, Any] = {
            "records": RECORDS,
            "agenda": self.agenda,
            "results": results,
            "subjects": SubjectBook(subjects),
            "around": around,
            "audit": StreamAudit(
                producer=around.producer, topic=AUDIT_MASTERDATA, service=RECORDS.service, instance="a"
            ),
            "flows": ("peoplesoft", "masterdata"),
            "limits": limits,
        }
        self.scheduler = PollScheduler(**shared)
        self.runner = PollRunner(**shared, poller=self.poller)
        self._tasks = cast("asyncio.TaskGroup", tasks)

    def owned(self) -> frozenset[int]:
        return frozenset({SHARD}) if self._owned else frozenset()

    def on_change(self, listener: Callable[[Table[Any], int, bytes], None]) -> None:
        self._listeners.append(listener)

    def own(self) -> None:
        self._at = dict(self.broker.positions)
        self.take_in()
        self._owned = True

    def revoke(self) -> None:
        self._owned = False

    def take_in(self) -> None:
        for following in RECORDS.followings(self.agenda):
            topic = following.topic.name
            for offset in range(self._at.get(topic, 0), len(self.broker.logs[topic])):
                key, value = self.broker.logs[topic][offset]
                incoming = Incoming(topic=topic, partition=SHARD, offset=offset, key=key, value=value)
                following.take(incoming, self)
                self._at[topic] = offset + 1
            if self.broker.commits:
                self.broker.positions[topic] = max(self.broker.positions[topic], self._at.get(topic, 0))

    def get(self, table: Table[T], *place: Any) -> Any:
        shard, key = place if len(place) == 2 else (SHARD, place[0])
        assert shard == SHARD
        return self.broker.tables[table.name].get(key)

    def keys(self, table: Table[Any], shard: int, prefix: bytes = b"") -> list[bytes]:
        return [key for key in self.broker.tables[table.name] if key.startswith(prefix)]

    def items(self, table: Table[T], shard: int, prefix: bytes = b"") -> Iterator[tuple[bytes, T]]:
        return iter([(key, self.broker.tables[table.name][key]) for key in self.keys(table, shard, prefix)])

    def put(self, table: Table[T], key: bytes, value: T | None) -> None:
        if value is None:
            self.broker.tables[table.name].pop(key, None)
        else:
            self.broker.tables[table.name][key] = value
        for listener in self._listeners:
            listener(table, SHARD, key)

    async def send(
        self, *, topic: str, partition: int, key: bytes, value: bytes | None, headers: object = None
    ) -> Delivered:
        assert partition == SHARD
        if self.broker.away:
            raise NotDurable("no word from Kafka")
        if self.dies_after == 0:
            if self.dies_late and not self.dead:
                self.broker.append(topic, key, value)
            self.dead = True
            raise Killed
        if self.dies_after is not None:
            self.dies_after -= 1
        offset = self.broker.append(topic, key, value)
        if self.lost_answers:
            self.lost_answers -= 1
            raise NotDurable("the answer was lost")
        return Delivered(partition=partition, offset=offset)

    async def settle(self) -> None:
        """Looks, takes in and lets polls run, until nothing moves any more."""
        quiet = 0
        for _ in range(200):
            if quiet == 3:
                return
            before = self._stands()
            await self.scheduler.look()
            if self._owned:
                self.take_in()
            self.runner.look(self._tasks)
            for _ in range(12):
                await asyncio.sleep(0)
            if self._owned:
                self.take_in()
            quiet = quiet + 1 if self._stands() == before else 0
        raise AssertionError("it goes round without end")

    def _stands(self) -> object:
        return (
            {topic: len(log) for topic, log in self.broker.logs.items()},
            len(self.poller.calls),
            len(self.poller.running),
            len(self.poller.cancelled),
        )


class World:
    """A broker, a clock, one customer, and as many processes as a test starts."""

    def __init__(self) -> None:
        self.tasks = Tasks()
        self.broker, self.clock = Broker(), FakeClock()
        self.connections = Connections({"acme": 1})
        self.flows = States()
        self.schedules: dict[str, dict[PollKind, str]] = {
            "suppliers": {PollKind.FULL: FULL, PollKind.CHANGES: CHANGES}
        }
        self.limits = PollLimits()
        self._commands = 0

    def subjects(self, connection: Connection) -> list[Subject]:
        return [
            Subject(
                connection_id=connection.id,
                name=name,
                kind=kind,
                schedule=read_schedule(cron, zone="UTC", key=f"{connection.id}/{name}"),
            )
            for name, kinds in self.schedules.items()
            for kind, cron in kinds.items()
        ]

    def start(self) -> Process:
        """A process that owns the shard from the start."""
        process = Process(
            self.broker,
            self.clock,
            connections=self.connections,
            flows=self.flows,
            subjects=self.subjects,
            limits=self.limits,
            tasks=self.tasks,
        )
        process.own()
        return process

    def order(self, action: Action, subject: str = "suppliers", **changes: Any) -> Command:
        """Gives an order; returns it."""
        self._commands += 1
        command = Command(
            command_id=f"command-{self._commands}",
            connection_id="acme",
            ledger=CommandedLedger.MASTERDATA,
            record_id=subject,
            action=action,
            reason="asked for",
            actor="eve",
            issued_at=self.clock.now(),
            expires_at=self.clock.now() + timedelta(hours=1),
            expected_sequence=0,
        )
        command = replace(command, **changes)
        key = record_key(command.connection_id, command.command_id)
        self.broker.append(COMMANDS.name, key, COMMAND.encode(command))
        return command

    def answers(self) -> dict[str, list[str]]:
        """What the audit answered to each order, with the words."""
        found: dict[str, list[str]] = defaultdict(list)
        for event in self.broker.audit().values():
            if "command" in event.detail:
                found[event.detail["command"]].append(event.action)
        return dict(found)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A world whose polls end with the test; a fault in one of them is the test's."""
    made = World()
    yield made
    for task in made.tasks.started:
        task.cancel()
    for said in await asyncio.gather(*made.tasks.started, return_exceptions=True):
        if isinstance(said, BaseException) and not isinstance(said, asyncio.CancelledError):
            raise said


@pytest.fixture
def worlds() -> type[World]:
    """Makes worlds for a test that needs one after another."""
    return World
