"""One process of the import over the world's memory: killed, nothing of it has any effect any more."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from ap_domain.audit import AuditEvent
from ap_domain.command import Command
from ap_domain.desired_state import FlowState
from ap_domain.masterdata.record import ImportState, MasterRecord
from chassis.connections import Connection
from chassis.errors import NotAnswered
from chassis.ledger.entry import Stop
from chassis.streams.ports import Table
from masterdata.importing.core.answers import LockedOut, NoAnswer, RequestWord, SendAnswer
from masterdata.importing.core.importer import Importer
from masterdata.importing.core.pace import Pace
from masterdata.importing.core.ports import Missed, Outgoing

from .virtual_time import this_loop
from .world import SHARD, World

T = TypeVar("T")


def begin(world: World, pace: Pace) -> Importer:
    """An import whose every call is a point at which it may be killed."""
    life = _Life(world=world, number=world.life)
    table = _Table(life=life)
    return Importer(
        directory=_Connections(life=life),
        flows=_Flows(life=life),
        clock=this_loop(),
        shards=table,
        view=table,
        api=_Api(life=life),
        contents=_Kafka(life=life),
        journal=_Kafka(life=life),
        orders=_Kafka(life=life),
        actor="import-1",
        fraction=world.random.random,
        pace=pace,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    world: World
    number: int

    async def point(self) -> None:
        """Before and after each effect: where the test's count ends, this process does."""
        world = self.world
        await asyncio.sleep(0)
        if world.life == self.number and world.crash_after is not None:
            world.crash_after -= 1
            if world.crash_after < 0:
                world.crash_after = None
                world.crashed.set()
        if world.life != self.number or world.crashed.is_set():
            await asyncio.Event().wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Connections:
    life: _Life

    def get(self, connection_id: str) -> Connection | None:
        return self.life.world.connections.get(connection_id)

    def all(self) -> tuple[Connection, ...]:
        return tuple(self.life.world.connections.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flows:
    life: _Life

    def state(self, connection_id: str, flow: str) -> FlowState:
        return self.life.world.flows.get((connection_id, flow), FlowState.RUNNING)

    async def stop(self, connection_id: str, stop: Stop) -> None:
        await self.life.point()
        self.life.world.stops.append((connection_id, stop))
        self.life.world.flows[connection_id, stop.flow] = FlowState.STOPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Shards and TableView."""

    life: _Life

    def owned(self) -> frozenset[int]:
        alive = self.life.world.life == self.life.number and self.life.world.owned_now
        return frozenset({SHARD} if alive else ())

    def on_change(self, listener: Callable[[Table[Any], int, bytes], None]) -> None:
        self.life.world.listeners.append(listener)

    def on_loss(self, listener: Callable[[int], None]) -> None:
        """The importer looks at all again and again instead."""

    def get(self, table: Table[T], shard: int, key: bytes) -> T | None:
        held: Any = self.life.world.table.get(key) if shard == SHARD else None
        return held  # type: ignore[no-any-return]

    def keys(self, table: Table[Any], shard: int, prefix: bytes = b"") -> Sequence[bytes]:
        return [key for key in self.life.world.table if shard == SHARD and key.startswith(prefix)]

    def items(self, table: Table[T], shard: int, prefix: bytes = b"") -> Iterator[tuple[bytes, T]]:
        for key in self.keys(table, shard, prefix):
            held = self.get(table, shard, key)
            assert held is not None
            yield key, held


@dataclass(frozen=True, slots=True, kw_only=True)
class _Api:
    life: _Life

    def most_records(self, entity: str) -> int:
        return self.life.world.basware["acme"].most

    async def send(self, connection: Connection, *, entity: str, records: Sequence[Outgoing]) -> SendAnswer:
        await self.life.point()
        answer = await self.life.world.basware[connection.id].send(connection, entity=entity, records=records)
        await self.life.point()
        return answer

    async def ask(self, connection: Connection, request_id: str) -> RequestWord | NoAnswer | LockedOut | None:
        await self.life.point()
        return await self.life.world.basware[connection.id].ask(connection, request_id)

    async def acknowledge(
        self, connection: Connection, request_ids: Sequence[str]
    ) -> NoAnswer | LockedOut | None:
        await self.life.point()
        return await self.life.world.basware[connection.id].acknowledge(connection, request_ids)

    async def missed(
        self, connection: Connection, *, entity: str, codes: Collection[str], since: datetime, besides: str
    ) -> Mapping[str, Missed] | NoAnswer | LockedOut:
        await self.life.point()
        return await self.life.world.basware[connection.id].missed(
            connection, entity=entity, codes=codes, since=since, besides=besides
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kafka:
    """Contents, Journal and Orders."""

    life: _Life

    async def read(
        self, *, shard: int, offsets: Sequence[int], most_bytes: int
    ) -> Mapping[int, MasterRecord | None]:
        assert shard == SHARD
        assert list(offsets) == sorted(set(offsets))
        await self.life.point()
        world = self.life.world
        if world.random.random() < world.unreadable:
            raise NotAnswered("Kafka is away")
        found: dict[int, MasterRecord | None] = {}
        size = 0
        for offset in offsets:
            found[offset] = record = world.records[offset]
            size += len(record.content) if record else 0
            if size >= most_bytes:
                break
        return found

    async def publish(self, shard: int, states: Sequence[ImportState]) -> Sequence[ImportState]:
        durable = []
        for state in states:
            await self.life.point()
            chance = self.life.world.random.random()
            if chance >= self.life.world.weak / 2:
                self.life.world.said(state)
            if chance >= self.life.world.weak:
                durable.append(state)
        await self.life.point()
        return durable

    async def audit(self, shard: int, event: AuditEvent) -> bool:
        await self.life.point()
        if self.life.world.random.random() < self.life.world.weak:
            return False
        self.life.world.audits[event.event_id] = event
        return True

    async def earlier(self, shard: int, *, since: datetime) -> Sequence[Command]:
        await self.life.point()
        self.life.world.scans += 1
        if this_loop().time() < self.life.world.no_scan_before:
            raise NotAnswered("Kafka is away")
        return [command for command in self.life.world.commands if command.expires_at >= since]
