"""The hardened Faust application: membership, fetching and streams are Faust's; what can lose or invent is not.

It is made inside the running loop, starts no web server, no producer, no reply consumer and no leader election,
declares no topic, configures no logging and takes no signals. A service of Faust's that crashes ends the process.
"""

from collections.abc import Callable, Iterable
from typing import Any, NoReturn, cast

import faust
from faust.app.base import BootStrategy
from faust.transport.drivers.aiokafka import Transport
from mode.types import ServiceT

from chassis.ledger.kafka_records import kind_of
from chassis.streams.app_consumer import (
    HEARTBEAT_SECONDS,
    REBALANCE_SECONDS,
    REQUEST_SECONDS,
    SESSION_SECONDS,
    ShardConsumer,
    ShardFetcher,
)
from chassis.streams.app_recovery import ShardTables
from chassis.streams.app_shards import OwnShards
from chassis.streams.ports import Incoming

__all__ = ["StreamApp"]

COMMIT_INTERVAL_SECONDS = 1.0


class ShardBoot(BootStrategy):
    """Only what the streams need."""

    enable_kafka_producer = False
    enable_web = False
    enable_sensors = False

    def kafka_consumer(self) -> Iterable[ServiceT]:
        """The consumer alone."""
        return [self.app.consumer]


class StreamApp(faust.App):
    """One Faust application over the followed topics of one service; to be made inside the running loop."""

    BootStrategy = ShardBoot

    def __init__(
        self, *, name: str, client_id: str, bootstrap: str, shards: OwnShards, die: Callable[[str], NoReturn]
    ) -> None:
        self._bootstrap = bootstrap
        self._shards = shards
        self._die = die
        self._made: ShardConsumer | None = None
        """What the watchdog's thread looks at; Faust's own `consumer` would be made by looking."""
        super().__init__(
            name,
            broker=[f"kafka://{address}" for address in bootstrap.split(",")],
            broker_client_id=client_id,
            broker_session_timeout=SESSION_SECONDS,
            broker_heartbeat_interval=HEARTBEAT_SECONDS,
            broker_rebalance_timeout=REBALANCE_SECONDS,
            broker_request_timeout=REQUEST_SECONDS,
            broker_commit_interval=COMMIT_INTERVAL_SECONDS,
            consumer_auto_offset_reset="earliest",
            store="memory://",
            table_standby_replicas=0,
            topic_allow_declare=False,
            topic_disable_leader=True,
            stream_wait_empty=True,
            stream_recovery_delay=0.0,
            web_enabled=False,
            autodiscover=False,
        )
        self.finalize()
        for topic in shards.topics:
            channel = self.topic(
                topic,
                key_type=bytes,
                value_type=bytes,
                key_serializer="raw",
                value_serializer="raw",
                allow_empty=True,
            )
            self.agent(channel, name=f"take {topic}")(self._take)

    def fetched_at(self) -> float:
        """When (seconds since boot) the last fetch ended, empty ones included; 0 before the first."""
        return self._made.drained_at if self._made is not None else 0.0

    def stuck_since(self) -> float | None:
        """Since when (seconds since boot) nothing was taken in although something was handed over."""
        return self._shards.stuck_since()

    @property
    def flowing(self) -> bool:
        """Whether records are being fetched: not while a rebalance or a recovery goes on."""
        return self._made is not None and self._made.flow_active and self._shards.settled

    def _crash(self, reason: BaseException) -> None:
        self._die(f"a service of the stream application crashed: {reason!r}")

    def _new_transport(self) -> Any:
        return _ShardTransport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> Any:
        return _ShardTransport(self.conf.broker_consumer, self)

    def _new_consumer(self) -> Any:
        consumer = cast("ShardConsumer", super()._new_consumer())
        consumer.bootstrap = self._bootstrap
        consumer.shards = self._shards
        self._made = consumer
        return consumer

    @property
    def tables(self) -> Any:
        """The one table manager, of ours."""
        if self._tables is None:
            self._tables = ShardTables(app=self, beacon=self.beacon)
            self._tables.shards = self._shards
        return self._tables

    _tables: ShardTables | None = None

    def on_init_dependencies(self) -> Iterable[ServiceT]:
        """Without the monitor: it costs time for every event, and the metrics are the chassis' own."""
        return self.boot_strategy.server()

    def _on_rebalance_when_stopped(self) -> None:
        """Nothing: the consumer's own thread closes it. Faust closes it on another loop, and the group is not left."""

    def _create_directories(self) -> None:
        """None: nothing is kept on disk."""

    async def _producer_flush(self, logger: Any) -> None:
        """Nothing: no producer of Faust's is running."""

    async def _take(self, stream: Any) -> None:
        async for event in stream.noack().events():
            message = event.message
            self._shards.take(
                Incoming(
                    topic=message.topic,
                    partition=message.partition,
                    offset=message.offset,
                    key=bytes(message.key or b""),
                    value=message.value,
                    kind=kind_of(message.headers),
                )
            )
            if (shard := self._shards.shard(message.partition)) is not None:
                await shard.room()


class _ShardTransport(Transport):
    """Faust's transport over aiokafka, with our consumer and our fetcher."""

    Consumer = ShardConsumer
    Fetcher = ShardFetcher
