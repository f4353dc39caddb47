"""What the commands read and write in Kafka: one port, its adapter, and the only place that opens it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ap_domain.audit import AuditEvent
from ap_domain.command import Command
from ap_domain.desired_state import DesiredState
from ap_domain.mapping_version import MappingVersion
from chassis.audit_watch import AuditWatch
from chassis.commands import issue_all
from chassis.connections.apply import stored_connections
from chassis.connections.record import ConnectionRecord
from chassis.desired_state import DesiredStates, DesiredStateWriter
from chassis.follower import CompactedFollower, ConsumerRecord
from chassis.ledger_reader import Ledgers, Wanted, read_events, read_ledgers
from chassis.producer import DurableProducer
from chassis.records import DESIRED_STATE, MAPPING_VERSION
from chassis.settings import ServiceSettings, load
from chassis.topic_scan import Scanned, scan
from chassis.topics import DESIRED_STATE as DESIRED_STATE_TOPIC
from chassis.topics import MAPPINGS

__all__ = ["Cluster", "KafkaCluster", "Order", "open_cluster", "version_of"]

ANSWERS = ("command applied", "command refused")
READ_WITHIN = 300.0
"""Seconds of one pass over records: a customer may have hundreds of thousands of suppliers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command and the shard of its connection."""

    command: Command
    shard: int


class Cluster(Protocol):
    """Every method raises a `ChassisError` when Kafka does not do its part in time."""

    async def connections(self) -> dict[str, ConnectionRecord]:
        """The current record of every connection, still sealed."""
        ...

    async def ledgers(self, wanted: Wanted, *, shard: int | None) -> Ledgers:
        """The latest entries that may be wanted."""
        ...

    async def events(self, records: Collection[str], *, shard: int | None) -> list[AuditEvent]:
        """The audit of these records, in order of time."""
        ...

    async def flows(self, version_of: Callable[[str], int | None]) -> DesiredStates:
        """The latest word on every flow."""
        ...

    async def write_flows(self, words: Sequence[DesiredState], states: DesiredStates) -> list[DesiredState]:
        """Makes each word durable under the version that follows ``states``; returns them as written."""
        ...

    async def carry_out(
        self, orders: Sequence[Order], *, answered: Callable[[AuditEvent], None], within: float
    ) -> None:
        """Issues the orders and hands each owner's answer over, until all came or the time is up."""
        ...

    async def mappings(self) -> list[MappingVersion]:
        """Every mapping version that was ever applied, oldest first."""
        ...

    async def read(
        self, take: Callable[[Scanned], None], *, topics: Sequence[str], shard: int | None
    ) -> None:
        """Has ``take`` see every record that lies in the topics, in order per partition."""
        ...


class KafkaCluster:
    """`Cluster` on a real one."""

    def __init__(self, *, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    async def connections(self) -> dict[str, ConnectionRecord]:
        """As the port says."""
        return await stored_connections(bootstrap=self._bootstrap)

    async def ledgers(self, wanted: Wanted, *, shard: int | None) -> Ledgers:
        """As the port says."""
        return await read_ledgers(bootstrap=self._bootstrap, wanted=wanted, shard=shard)

    async def events(self, records: Collection[str], *, shard: int | None) -> list[AuditEvent]:
        """As the port says."""
        return await read_events(bootstrap=self._bootstrap, records=records, shard=shard)

    async def flows(self, version_of: Callable[[str], int | None]) -> DesiredStates:
        """As the port says."""
        states = DesiredStates(bootstrap=self._bootstrap, connection_version=version_of)

        def take(message: ConsumerRecord) -> None:
            if message.value is not None:
                states.take(DESIRED_STATE.decode(message.value))

        await CompactedFollower(bootstrap=self._bootstrap, topic=DESIRED_STATE_TOPIC, apply=take).load()
        return states

    async def write_flows(self, words: Sequence[DesiredState], states: DesiredStates) -> list[DesiredState]:
        """As the port says."""
        async with DurableProducer(bootstrap=self._bootstrap, client_id="apstream-flow") as producer:
            writer = DesiredStateWriter(producer=producer, states=states)
            return [
                await writer.write(
                    connection_id=word.connection_id,
                    flow=word.flow,
                    state=word.state,
                    connection_version=word.connection_version,
                    reason=word.reason,
                    actor=word.actor,
                    at=word.at,
                )
                for word in words
            ]

    async def carry_out(
        self, orders: Sequence[Order], *, answered: Callable[[AuditEvent], None], within: float
    ) -> None:
        """As the port says."""
        waiting = {order.command.command_id for order in orders}
        shards = {order.shard for order in orders}
        async with AuditWatch(bootstrap=self._bootstrap, shards=shards) as watch:
            await issue_all(((each.command, each.shard) for each in orders), bootstrap=self._bootstrap)
            async for event in watch.events(within=within):
                if event.action in ANSWERS and event.detail.get("command") in waiting:
                    waiting.discard(event.detail["command"])
                    answered(event)
                if not waiting:
                    return

    async def mappings(self) -> list[MappingVersion]:
        """As the port says."""
        versions: dict[bytes, MappingVersion] = {}

        def take(message: ConsumerRecord) -> None:
            if message.value is not None:
                versions[bytes(message.key or b"")] = MAPPING_VERSION.decode(message.value)

        await CompactedFollower(bootstrap=self._bootstrap, topic=MAPPINGS, apply=take).load()
        return list(versions.values())

    async def read(
        self, take: Callable[[Scanned], None], *, topics: Sequence[str], shard: int | None
    ) -> None:
        """As the port says."""
        await scan(
            bootstrap=self._bootstrap,
            topics=topics,
            partition=shard,
            take=take,
            within=READ_WITHIN,
        )


def open_cluster() -> Cluster:
    """The cluster that the settings name."""
    return KafkaCluster(bootstrap=load(ServiceSettings).kafka_bootstrap)


def version_of(connections: Mapping[str, ConnectionRecord]) -> Callable[[str], int | None]:
    """What `Cluster.flows` asks for."""
    return lambda connection_id: connections[connection_id].version if connection_id in connections else None
