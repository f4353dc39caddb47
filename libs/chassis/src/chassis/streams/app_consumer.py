"""Faust's consumer with its offsets, its hand-over and its commits taken over (faust-streaming 0.15.3, pinned).

Faust acknowledges events whose handler raised or was cancelled, commits past work in flight and past gaps, forgets
acknowledgements at a revocation before it waits for them, holds an offset for committed when the commit failed, and
reads uncommitted records. Here an offset is committed only once `OwnShards` says that everything below it is durable;
what Faust believes to be acknowledged is not asked.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from aiokafka.structs import OffsetAndMetadata
from faust.transport.consumer import Fetcher
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer
from faust.types import TP
from mode import Service

from chassis.failpoints import reached
from chassis.streams.app_shards import OwnShards
from chassis.topics import MESSAGE_LIMIT

__all__ = ["ShardConsumer", "ShardConsumerThread", "ShardFetcher"]

log = structlog.get_logger("chassis.streams")

SESSION_SECONDS = 6.0
HEARTBEAT_SECONDS = 1.0
REBALANCE_SECONDS = 60.0
REQUEST_SECONDS = 15.0
FETCH_WAIT_MS = 500
POLL_SECONDS = 0.5
POLL_RECORDS = 1000
BEAT_SECONDS = 0.5
COMMIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One fetch, and the positions of the partitions before and after it."""

    records: Mapping[TP, list[Any]] = field(default_factory=dict)
    before: Mapping[TP, int] = field(default_factory=dict)
    after: Mapping[TP, int] = field(default_factory=dict)


class ShardConsumerThread(AIOKafkaConsumerThread):
    """The thread that keeps up the membership and fetches: read_committed, co-partitioned, its pulse felt."""

    fetched = Fetched()

    @Service.task
    async def _beat(self) -> None:
        pulse = cast("ShardConsumer", self.consumer).shards.pulse
        while not self.should_stop:
            pulse.beat()
            await self.sleep(BEAT_SECONDS)

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        conf = self.app.conf
        return AIOKafkaConsumer(
            bootstrap_servers=cast("ShardConsumer", self.consumer).bootstrap,
            group_id=conf.id,
            client_id=conf.broker_client_id,
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=int(SESSION_SECONDS * 1000),
            heartbeat_interval_ms=int(HEARTBEAT_SECONDS * 1000),
            rebalance_timeout_ms=int(REBALANCE_SECONDS * 1000),
            request_timeout_ms=int(REQUEST_SECONDS * 1000),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_poll_records=POLL_RECORDS,
            max_partition_fetch_bytes=MESSAGE_LIMIT,
            fetch_max_wait_ms=FETCH_WAIT_MS,
        )

    async def _fetch_records(
        self,
        consumer: AIOKafkaConsumer,
        active_partitions: Any,
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's signature
        max_records: int | None = None,
    ) -> Any:
        before = self._positions(consumer, active_partitions)
        records = await super()._fetch_records(consumer, active_partitions, timeout, max_records)
        self.fetched = Fetched(
            records=records, before=before, after=self._positions(consumer, active_partitions)
        )
        return records

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """A commit that fails is no crash: the same positions are committed at the next turn or by the next owner."""
        wanted = {KafkaPartition(*tp): OffsetAndMetadata(offset, "") for tp, offset in offsets.items()}
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await self._ensure_consumer().commit(wanted)
        except (KafkaError, IllegalStateError, OSError) as failed:  # a time-out is an OSError
            log.warning("positions were not committed; they will be again", error=repr(failed))
            return False
        reached("positions committed")
        return True

    async def seek_to(self, wanted: Mapping[TP, int] | None) -> dict[TP, int]:
        """Seeks every assigned partition to its committed position, or those named; where reading goes on.

        Never below what exists. Without a committed position it is the beginning: aiokafka's own seek leaves such a
        partition where it stands, which may be behind records that were read and then dropped in a rebalance.
        """
        return cast("dict[TP, int]", await self.call_thread(self._seek_to, wanted))

    async def _seek_to(self, wanted: Mapping[TP, int] | None) -> dict[TP, int]:
        consumer = self._ensure_consumer()
        assigned = sorted(consumer.assignment())
        if wanted is not None:
            assigned = [each for each in assigned if TP(*each) in wanted]
        if not assigned:
            return {}
        beginnings = await consumer.beginning_offsets(assigned)
        found: dict[TP, int] = {}
        for each in assigned:
            tp = TP(*each)
            place = wanted[tp] if wanted is not None else await consumer.committed(each)
            found[tp] = max(int(place or 0), int(beginnings[each]))
            consumer.seek(each, found[tp])
        return found

    def _positions(self, consumer: AIOKafkaConsumer, partitions: Iterable[TP]) -> dict[TP, int]:
        subscription = consumer._subscription.subscription  # noqa: SLF001 - the public position() may wait
        assignment = subscription.assignment if subscription is not None else None
        if assignment is None:
            return {}
        found: dict[TP, int] = {}
        for tp in partitions:
            each = KafkaPartition(*tp)
            if each in assignment.tps:
                state = assignment.state_value(each)
                if state is not None and state.has_valid_position:
                    found[tp] = state.position
        return found


class ShardFetcher(Fetcher):
    """Fetches until it is stopped, which is no crash, also while a rebalance goes on.

    Faust's takes that for one: a replica asked to stop while another joins or leaves would end at once, and the group
    would wait for it until its session is over.
    """

    @Service.task
    async def _fetcher(self) -> None:
        try:
            await cast("ShardConsumer", self.app.consumer)._drain_messages(self)  # noqa: SLF001 - as Faust's does
        finally:
            self.set_shutdown()


class ShardConsumer(Consumer):
    """Hands over in an unbroken chain of positions, and commits what `OwnShards` holds for durable."""

    bootstrap: str
    shards: OwnShards
    drained_at: float
    """When (monotonic) the last fetch ended, empty ones included."""

    _thread: ShardConsumerThread
    _chain: dict[TP, int]

    def on_init(self) -> None:
        """Faust's hook after construction."""
        super().on_init()
        self._chain = {}
        self.drained_at = 0.0

    def _new_consumer_thread(self) -> ShardConsumerThread:
        return ShardConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self.should_stop or fetcher.should_stop):
                self.drained_at = self.shards.now()
                if not self.flow_active:
                    await self.wait(cast("Any", self.can_resume_flow))
                    continue
                active = set(self._get_active_partitions())
                if not active:
                    await self.sleep(POLL_SECONDS / 5)
                    continue
                generation = self.app.consumer_generation_id
                await self._thread.getmany(active, POLL_SECONDS)
                if self._is_current(generation):
                    await self._hand(self._thread.fetched, generation)
        except ConsumerStoppedError:
            if not self.should_stop:
                raise

    async def _hand(self, fetched: Fetched, generation: int) -> None:
        """Records that do not follow on what was handed over before are dropped, and reading goes back there."""
        broken = {tp: place for tp, place in self._chain.items() if fetched.before.get(tp, place) != place}
        for tp, records in fetched.records.items():
            if tp in broken or tp not in self._chain:
                continue
            for record in records:
                if not self._hand_one(tp, record.offset):
                    return
                await self.callback(self._to_message(tp, record))
                if not self._is_current(generation):
                    return
        for tp, position in fetched.after.items():
            if tp in self._chain and tp not in broken:
                self._chain[tp] = position
                if (shard := self.shards.shard(tp.partition)) is not None:
                    shard.read_to(tp.topic, position)
        if broken:
            log.warning("records were fetched out of turn; reading goes back", partitions=sorted(broken))
            self._chain.update(await self._thread.seek_to(broken))

    def _hand_one(self, tp: TP, offset: int) -> bool:
        shard = self.shards.shard(tp.partition)
        if shard is not None:
            shard.hand(tp.topic, offset)
        return shard is not None

    def _is_current(self, generation: int) -> bool:
        return self.flow_active and not self.should_stop and generation == self.app.consumer_generation_id

    async def perform_seek(self) -> None:
        """To the committed positions, explicitly; from there the chain begins."""
        self._chain = await self._thread.seek_to(None)
        self._committed_offset.update(self._chain)

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return iter([TP(*place) for place in self.shards.positions()])

    def _new_offset(self, tp: TP) -> int | None:
        return self.shards.positions().get((tp.topic, tp.partition))

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        assignment = self.assignment()
        ours = {tp: offset for tp, offset in offsets.items() if tp in assignment}
        if not ours or not await self._commit(ours):
            return False
        self._committed_offset.update(ours)
        return True

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Nothing is owned from here on; Faust's own steps come after, and drain by `wait_empty`."""
        self.shards.leave()
        await super().on_partitions_revoked(revoked)
        await self.shards.close()

    async def wait_empty(self) -> None:
        """Drains what was taken in, commits it, and gives the shards up."""
        self.shards.leave()
        await self.shards.drain()
        await self.force_commit()
        await self.shards.close()
        self._chain.clear()

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: the watchdog ends the process where Faust would only log."""
