"""The shards of this process: assigned, recovered, caught up, given up. The one who owns them is the group's member."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, NoReturn

import structlog
from aiokafka import TopicPartition

from chassis import metrics
from chassis.errors import UnknownSchema
from chassis.ledger.kafka_reader import Watermarks
from chassis.ledger.ports import Clock, Fenced, TransactionalLog, Unknown
from chassis.ledger.transaction import GroupRefused
from chassis.streams.app_pulse import Pulse
from chassis.streams.app_shard import Lost, Phase, Shard
from chassis.streams.app_tables import HeldTables, apply
from chassis.streams.kafka_changelog import Apply
from chassis.streams.ports import Following, Incoming, StreamService, Table

__all__ = ["OwnShards"]

log = structlog.get_logger("chassis.streams")

TAKEN = metrics.counter("stream_records_taken", "Records taken in by a stream service.", ("topic",))
UNREADABLE = metrics.counter(
    "stream_unreadable", "Records set aside because their bytes cannot be decoded.", ("topic",)
)

OPEN_SECONDS = 180.0
DRAIN_SECONDS = 3.0

Recover = Callable[[Sequence[TopicPartition], Apply], Coroutine[Any, Any, int]]


class OwnShards:
    """Shards. Told by the member of the group what is assigned, read and revoked; all calls on the event loop.

    Whatever makes it unsafe to go on ends the process through ``die``: a fenced producer, a transaction without an
    answer, a record lost on its way, an exception out of the service's `take`.
    """

    def __init__(
        self,
        *,
        service: StreamService,
        instance: str,
        make_log: Callable[[int], TransactionalLog],
        recover: Recover,
        watermarks: Watermarks,
        clock: Clock,
        pulse: Pulse,
        die: Callable[[str], NoReturn],
    ) -> None:
        self.pulse = pulse
        self.recovery_seconds = 0.0
        self.recovered_keys = 0
        self.settled = False
        self._service = service
        self._instance = instance
        self._make_log = make_log
        self._recover = recover
        self._watermarks = watermarks
        self._clock = clock
        self._die = die
        self._followings: Mapping[str, Following] = {each.topic.name: each for each in service.followings}
        self._shards: dict[int, Shard] = {}
        self._writers: dict[int, asyncio.Task[None]] = {}
        self._listeners: list[Callable[[Table[Any], int, bytes], None]] = []
        self._of_losses: list[Callable[[int], None]] = []
        self.tables = HeldTables(service.tables, visible=self.owns)

    @property
    def topics(self) -> tuple[str, ...]:
        """The followed topics."""
        return tuple(self._followings)

    def now(self) -> float:
        """Monotonic seconds, on the clock of everything that is watched here."""
        return self._clock.monotonic()

    def owned(self) -> frozenset[int]:
        """As the port says. Nothing once this process has stood still for longer than the group waits for it."""
        if self.pulse.standstill() is not None:
            return frozenset()
        return frozenset(number for number, shard in self._shards.items() if shard.phase is Phase.OWNED)

    def owns(self, number: int) -> bool:
        """Whether the shard is among `owned`."""
        shard = self._shards.get(number)
        return shard is not None and shard.phase is Phase.OWNED and self.pulse.standstill() is None

    def on_change(self, listener: Callable[[Table[Any], int, bytes], None]) -> None:
        """As the port says."""
        self._listeners.append(listener)

    def on_loss(self, listener: Callable[[int], None]) -> None:
        """As the port says."""
        self._of_losses.append(listener)

    def problem(self) -> str | None:
        """For `AdminServer.ready_when`."""
        if not self.settled:
            return "not in the group yet"
        behind = sorted(number for number, shard in self._shards.items() if shard.phase is not Phase.OWNED)
        return f"shards {behind} are still recovering or catching up" if behind else None

    async def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """Recovers the shards that were assigned; afterwards their records may come. Ends the process if it cannot."""
        numbers = self._whole_shards(partitions)
        if self._shards:
            self._die("shards were assigned while others were still held")
        began = self._clock.monotonic()
        for number in numbers:
            self._shards[number] = self._make(number)
        opened = dict(self._shards)
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                goals = await self._open(opened)
        except (TimeoutError, Fenced, Unknown, GroupRefused) as failed:
            if self._shards == opened:
                self._die(f"shards {numbers} cannot be taken over: {failed!r}")
            log.info("a take-over was overtaken by the next", shards=numbers)
            return
        self.recovery_seconds = self._clock.monotonic() - began
        for number, shard in opened.items():
            if self._shards.get(number) is shard:
                shard.start({topic: goals[topic, number] for topic in self._followings})
                self._writers[number] = asyncio.create_task(self._write(shard), name=f"shard {number}")
        self.settled = True
        log.info(
            "shards recovered",
            shards=numbers,
            keys=self.recovered_keys,
            seconds=round(self.recovery_seconds, 3),
        )

    def leave(self) -> None:
        """The shards are about to be given up: from here on none is owned."""
        self.settled = False
        for number, shard in self._shards.items():
            shard.leave()
            for listener in self._of_losses:
                listener(number)

    async def drain(self) -> None:
        """Waits a bounded time until what was taken in is durable."""
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                for number in self._writers:
                    await self._shards[number].drained()
        except TimeoutError:
            log.warning("shards are given up before all was durable: it will be taken in again")

    async def close(self) -> None:
        """Gives up everything held (rebalancing is eager: all of it is taken at once)."""
        self.leave()
        shards, writers = list(self._shards.values()), list(self._writers.values())
        self._shards.clear()
        self._writers.clear()
        for writer in writers:
            writer.cancel()
        if writers:
            await asyncio.wait(writers)
        await asyncio.gather(*(shard.close() for shard in shards))
        for shard in shards:
            self.tables.forget(shard.number)

    def shard(self, number: int) -> Shard | None:
        """The shard, if it is held here and recovered."""
        shard = self._shards.get(number)
        return shard if shard is not None and shard.phase in {Phase.CATCHING_UP, Phase.OWNED} else None

    def take(self, incoming: Incoming) -> None:
        """Takes in a record that was handed to the shard; of a shard not held any more it is passed over."""
        shard = self.shard(incoming.partition)
        if shard is None:
            return
        before = shard.unreadable
        try:
            shard.take(incoming)
        except Lost as lost:
            self._die(f"a record was lost on its way: {lost}")
        except UnknownSchema as unknown:
            self._die(
                f"{_place(incoming)} was written by a schema this release does not know, upgrade: {unknown}"
            )
        except Exception as bug:
            log.exception("a record could not be taken in", place=_place(incoming))
            self._die(f"{_place(incoming)} could not be taken in: {bug!r}")
        TAKEN.labels(incoming.topic).inc()
        UNREADABLE.labels(incoming.topic).inc(shard.unreadable - before)

    def positions(self) -> dict[tuple[str, int], int]:
        """By topic and partition: below it everything is durable and may be committed."""
        return {
            (topic, number): position
            for number, shard in self._shards.items()
            for topic, position in shard.positions.items()
        }

    def stuck_since(self) -> float | None:
        """The earliest time since when a shard took nothing in although something was handed to it."""
        since = [stuck for shard in self._shards.values() if (stuck := shard.stuck_since) is not None]
        return min(since, default=None)

    def _make(self, number: int) -> Shard:
        return Shard(
            number=number,
            service=self._service.name,
            instance=self._instance,
            followings=self._followings,
            tables=self.tables,
            changelogs=[table.name for table in self._service.tables],
            log=self._make_log(number),
            stable=self._watermarks.stable,
            clock=self._clock,
            changed=self._changed,
        )

    async def _open(self, shards: Mapping[int, Shard]) -> dict[tuple[str, int], int]:
        await asyncio.gather(*(shard.open() for shard in shards.values()))
        for number in shards:
            self.tables.forget(number)
        changelogs = [
            TopicPartition(table.name, number) for table in self._service.tables for number in shards
        ]
        followed = [TopicPartition(topic, number) for topic in self._followings for number in shards]
        ends = await self._watermarks.stable(followed) if followed else {}

        def held(changelog: str, number: int, key: bytes, value: bytes | None) -> None:
            apply(self.tables.part(changelog, number), key, value)

        await self._recover(changelogs, held)
        self.recovered_keys = sum(self.tables.size(table) for table in self._service.tables)
        return {(each.topic, each.partition): end for each, end in ends.items()}

    async def _write(self, shard: Shard) -> None:
        try:
            await shard.run()
        except (Fenced, Unknown, GroupRefused) as failed:
            if shard.phase is Phase.CLOSED:
                log.warning(
                    "a shard given up could not write its last", shard=shard.number, error=repr(failed)
                )
            else:
                self._die(f"the tables of shard {shard.number} can no longer be written: {failed!r}")
        except Exception as bug:
            log.exception("a shard's writer failed", shard=shard.number)
            self._die(f"the writer of shard {shard.number} failed: {bug!r}")

    def _changed(self, table: Table[Any], shard: int, key: bytes) -> None:
        for listener in self._listeners:
            listener(table, shard, key)

    def _whole_shards(self, partitions: Iterable[TopicPartition]) -> list[int]:
        topics: defaultdict[int, set[str]] = defaultdict(set)
        for topic, partition in partitions:
            topics[partition].add(topic)
        for partition, found in topics.items():
            if missing := set(self._followings) - found:
                self._die(f"partition {partition} of {sorted(missing)} went to another process")
        return sorted(topics)


def _place(incoming: Incoming) -> str:
    return f"{incoming.topic}/{incoming.partition}/{incoming.offset}"
