"""Membership of a consumer group over aiokafka: the port's promises, and the client's traps kept away.

An exception in a rebalance listener would be swallowed by the client and leave an owner that owns nothing, so it
ends the process right there. Group offsets are never used: positions come from the ledger.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NoReturn

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError
from chassis.ledger.kafka_reader import Watermarks, asked
from chassis.ledger.kafka_records import to_log_record
from chassis.ledger.ports import LogRecord, Unknown
from chassis.ledger.worker import Assignments, TopicPartition
from chassis.topics import MESSAGE_LIMIT

log = structlog.get_logger(__name__)

SESSION_MS = 6_000
HEARTBEAT_MS = 1_000
REBALANCE_MS = 60_000
POLL_MS = 500
POLL_RECORDS = 500
START_SECONDS = 60.0
SEEK_SECONDS = 30.0
LEAVE_SECONDS = 10.0


class KafkaMember:
    """GroupMember. `partitions` says how many partitions each topic must have, those written included."""

    def __init__(
        self,
        *,
        bootstrap: str,
        group: str,
        client_id: str,
        watermarks: Watermarks,
        partitions: Mapping[str, int],
        die: Callable[[str], NoReturn],
    ) -> None:
        self._bootstrap = bootstrap
        self._group = group
        self._client_id = client_id
        self._watermarks = watermarks
        self._partitions = dict(partitions)
        self._die = die
        self._consumer: AIOKafkaConsumer | None = None
        self._listener: _Listener | None = None

    @property
    def joined(self) -> bool:
        """Whether the group has assigned something, or nothing, at least once."""
        return self._listener is not None and self._listener.told

    async def join(self, topics: Sequence[str], listener: Assignments) -> None:
        """As the port says. Also raises Unknown when a topic is missing or has another number of partitions."""
        consumer = self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=self._group,
            client_id=self._client_id,
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            rebalance_timeout_ms=REBALANCE_MS,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_partition_fetch_bytes=MESSAGE_LIMIT,
        )
        self._listener = _Listener(listener, die=self._die)
        async with asked("the group", bound=START_SECONDS):
            await consumer.start()
            await self._check_topics()
            consumer.subscribe(topics=list(topics), listener=self._listener)

    async def poll(self) -> Sequence[LogRecord]:
        """As the port says. The ledgers' own records and tombstones are no input: they are left out."""
        try:
            batches = await self._joined().getmany(timeout_ms=POLL_MS, max_records=POLL_RECORDS)
        except KafkaError as failed:
            raise Unknown(f"the inputs cannot be read: {failed!r}") from failed
        # No await from here to the caller: a rebalance in between would take the records' partitions away.
        read = (to_log_record(record) for batch in batches.values() for record in batch)
        return [record for record in read if record.value and not record.kind]

    def assignment(self) -> frozenset[TopicPartition]:
        """As the port says."""
        return frozenset((each.topic, each.partition) for each in self._joined().assignment())

    def pause(self, partitions: Iterable[TopicPartition]) -> None:
        """As the port says; those no longer held are passed over."""
        self._joined().pause(*self._held(partitions))

    def resume(self, partitions: Iterable[TopicPartition]) -> None:
        """As the port says; those no longer held are passed over."""
        self._joined().resume(*self._held(partitions))

    async def seek(self, partition: TopicPartition, offset: int | None) -> None:
        """As the port says. Raises Unknown when the partition is no longer held."""
        wanted = KafkaPartition(*partition)
        try:
            if offset is not None:
                self._joined().seek(wanted, offset)
                return
            async with asked(f"{wanted.topic}/{wanted.partition}", bound=SEEK_SECONDS):
                await self._joined().seek_to_beginning(wanted)
        except IllegalStateError as lost:
            raise Unknown(f"{wanted.topic}/{wanted.partition} is not ours any more") from lost

    async def dangling(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """As the port says."""
        found = await self._watermarks.dangling([KafkaPartition(*each) for each in partitions])
        return {(each.topic, each.partition): stable for each, stable in found.items()}

    async def leave(self) -> None:
        """As the port says."""
        consumer, self._consumer = self._consumer, None
        if consumer is None:
            return
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await consumer.stop()
        except (KafkaError, OSError) as failed:  # the session's end does the same a little later
            log.warning("the group was not left in good order", group=self._group, error=repr(failed))

    async def _check_topics(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        await admin.start()
        try:
            described = await admin.describe_topics(list(self._partitions))
        finally:
            await admin.close()
        existing = {each["topic"]: len(each["partitions"]) for each in described}
        for topic, wanted in self._partitions.items():
            found = existing.get(topic, 0)
            if found == 0:
                raise Unknown(f"the topic {topic} does not exist: run `apstream topics apply`")
            if found != wanted:
                raise Unknown(
                    f"the topic {topic} has {found} partitions, wanted {wanted}: "
                    "APSTREAM_PARTITIONS must be what the topics were made with"
                )

    def _joined(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise Unknown(f"not a member of the group {self._group}")
        return self._consumer

    def _held(self, partitions: Iterable[TopicPartition]) -> list[KafkaPartition]:
        held = self._joined().assignment()
        return [each for each in (KafkaPartition(*partition) for partition in partitions) if each in held]


@ConsumerRebalanceListener.register
class _Listener:
    """Hands rebalances on; whatever goes wrong in them ends the process."""

    def __init__(self, listener: Assignments, *, die: Callable[[str], NoReturn]) -> None:
        self._listener = listener
        self._die = die
        self.told = False

    async def on_partitions_revoked(self, revoked: Iterable[KafkaPartition]) -> None:
        try:
            await self._listener.revoked()
        except Exception as failed:  # noqa: BLE001 - the client would only log it
            self._die(f"giving up {len(list(revoked))} partitions failed: {failed!r}")

    async def on_partitions_assigned(self, assigned: Iterable[KafkaPartition]) -> None:
        try:
            await self._listener.assigned([(each.topic, each.partition) for each in assigned])
        except Exception as failed:  # noqa: BLE001 - the client would only log it
            self._die(f"taking over partitions failed: {failed!r}")
        self.told = True
