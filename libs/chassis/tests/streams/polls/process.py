"""A process that polls, over a broker in memory: what it owns, what it sends, and what it is killed in."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, TypeVar, cast

from chassis.connections import Connection, ConnectionDirectory
from chassis.errors import NotDurable
from chassis.producer import Delivered, DurableProducer
from chassis.streams.audit import StreamAudit
from chassis.streams.poll_agenda import Agenda
from chassis.streams.poll_port import PollLimits, Subject
from chassis.streams.poll_records import PollResults
from chassis.streams.poll_runner import PollRunner
from chassis.streams.poll_subjects import SubjectBook
from chassis.streams.ports import Incoming, StreamSurroundings, Table
from chassis.streams.scheduler import PollScheduler
from chassis.streams.testing import MovedClock
from chassis.topics import AUDIT_MASTERDATA

from .memory_broker import RECORDS, SHARD, Broker
from .scripted_poller import ScriptedPoller
from .surroundings import Connections, States

T = TypeVar("T")


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
        clock: MovedClock,
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
        self._of_losses: list[Callable[[int], None]] = []
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
        self.on_loss(results.forget)
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

    def on_loss(self, listener: Callable[[int], None]) -> None:
        self._of_losses.append(listener)

    def own(self) -> None:
        self._at = dict(self.broker.positions)
        self.take_in()
        self._owned = True

    def revoke(self) -> None:
        self._owned = False
        for listener in self._of_losses:
            listener(SHARD)

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
