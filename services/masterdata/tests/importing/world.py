"""Kafka in memory for the import: what is published outlives a crash, and so does what was taken in of it."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from ap_domain.audit import AuditEvent
from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.desired_state import FlowState
from ap_domain.masterdata.record import ImportState, ImportStep, MasterRecord, content_digest
from ap_domain.masterdata.standing import Standing
from chassis import topics
from chassis.connections import Connection, testing
from chassis.keys import record_key
from chassis.ledger.entry import Stop
from chassis.records import COMMAND, IMPORT_STATE, MASTER_RECORD
from chassis.streams.ports import Incoming, Table
from masterdata.importing.core.importer import Importer
from masterdata.importing.core.pace import Pace
from masterdata.importing.core.standings import STANDINGS, Intake

from .basware_fake import FakeBasware, Manners
from .virtual_time import this_loop

T = TypeVar("T")

SHARD = 3
Begin = Callable[["World", Pace], Importer]
"""Puts an import together over this world (`process.begin`)."""


def chance(seed: int) -> random.Random:
    """The same turns of fate for the same seed."""
    return random.Random(seed)  # noqa: S311 - it must come out the same again


def a_connection(connection_id: str = "acme", *, version: int = 1) -> Connection:
    """A connection with master data."""
    return testing.a_connection(
        id=connection_id,
        version=version,
        shard=SHARD,
        mapping={},
        masterdata={"companies": {"SHARE": ["BW00"]}},
    )


@dataclass(slots=True, kw_only=True)
class World:
    """The topics of one shard and what stands around the import. `basware` by connection.

    `lag` is how many seconds a word takes to be taken in again; `weak` the chance that Kafka does not confirm one.
    """

    random: random.Random
    connections: dict[str, Connection] = field(default_factory=lambda: {"acme": a_connection()})
    basware: dict[str, FakeBasware] = field(default_factory=dict)
    lag: tuple[float, float] = (0.0, 0.3)
    weak: float = 0.0
    unreadable: float = 0.0
    scans: int = 0
    no_scan_before: float = 0.0
    records: list[MasterRecord | None] = field(default_factory=list)
    states: list[ImportState] = field(default_factory=list)
    audits: dict[str, AuditEvent] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)
    flows: dict[tuple[str, str], FlowState] = field(default_factory=dict)
    stops: list[tuple[str, Stop]] = field(default_factory=list)
    table: dict[bytes, Standing] = field(default_factory=dict)
    taken_in: int = 0
    life: int = 0
    crash_after: int | None = None
    crashed: asyncio.Event = field(default_factory=asyncio.Event)
    owned_now: bool = True
    intake: Intake = field(default_factory=Intake)
    importer: Importer | None = None
    service: asyncio.Task[None] | None = None
    pace: Pace = field(default_factory=Pace)
    listeners: list[Callable[[Table[Any], int, bytes], None]] = field(default_factory=list)

    # What a test does.

    def publish(
        self,
        code: str,
        content: str,
        *,
        entity: str = "suppliers",
        problems: tuple[str, ...] = (),
        connection_id: str = "acme",
    ) -> MasterRecord:
        """A poll publishes a version of a record."""
        text = json.dumps({"externalCode": code, "text": content})
        record = MasterRecord(
            connection_id=connection_id,
            entity=entity,
            external_code=code,
            active=True,
            content="" if problems else text,
            digest=content_digest("" if problems else text, active=True, problems=problems),
            problems=problems,
            source=code,
            poll_id="poll",
            poll_offset=len(self.records),
            read_at=this_loop().now(),
        )
        self.records.append(record)
        key = record_key(connection_id, entity, code)
        self._take(topics.MASTER_DATA.name, len(self.records) - 1, key, MASTER_RECORD.encode(record))
        return record

    def order(self, record_id: str, *, command_id: str = "c1") -> Command:
        """A person orders a resend."""
        now = this_loop().now()
        command = Command(
            command_id=command_id,
            connection_id="acme",
            ledger=CommandedLedger.MASTERDATA,
            record_id=record_id,
            action=Action.RESEND,
            reason="P2P was corrected",
            actor="kim",
            issued_at=now,
            expires_at=now + timedelta(minutes=10),
            expected_sequence=0,
        )
        self.commands.append(command)
        self._take(topics.COMMANDS.name, len(self.commands) - 1, b"acme/c", COMMAND.encode(command))
        return command

    def key(self, code: str, entity: str = "suppliers") -> bytes:
        return record_key("acme", entity, code)

    def standing(self, code: str, entity: str = "suppliers") -> Standing | None:
        return self.table.get(self.key(code, entity))

    def step(self, code: str, entity: str = "suppliers") -> ImportStep | None:
        standing = self.standing(code, entity)
        return standing.told.step if standing and standing.told and not standing.pending else None

    def words(self, code: str, entity: str = "suppliers") -> tuple[str, ...]:
        standing = self.standing(code, entity)
        return standing.told.words if standing and standing.told else ()

    def quiet(self) -> bool:
        """Whether nothing is left to be done."""
        return self.taken_in == len(self.states) and not any(
            standing.pending or standing.asking for standing in self.table.values()
        )

    async def run(self, begin: Begin, until: Callable[[], object], *, within: float) -> None:
        """An import at work, begun anew after each crash, until the condition holds; then it stays at work."""
        deadline = this_loop().time() + within
        while not until():
            assert this_loop().time() < deadline, "not done in time"
            if self.crashed.is_set():
                await self.kill()
            if self.service is None:
                self._catch_up()
                self.service = asyncio.create_task(self._one_life(begin))
            await asyncio.sleep(0.25)
            if self.service.done():
                self.service.result()

    async def kill(self) -> None:
        """Ends the process at once; nothing of it has any effect any more."""
        self.life += 1
        if self.service is not None:
            self.service.cancel()
            await asyncio.wait([self.service])
        self.service = None
        self.crashed.clear()

    async def _one_life(self, begin: Begin) -> None:
        self.intake = Intake()
        self.listeners = []
        self.importer = begin(self, self.pace)
        self.intake.ordered = self.importer.ordered
        self.intake.contradicted = self.importer.contradicted
        await self.importer.run()

    # What happens in Kafka.

    def said(self, state: ImportState) -> None:
        """A word became durable; it is taken in a little later."""
        self.states.append(state)
        loop, life = this_loop(), self.life

        def take() -> None:
            if life == self.life:
                self._take_words(len(self.states))

        loop.call_later(self.random.uniform(*self.lag), take)

    def _catch_up(self) -> None:
        self._take_words(len(self.states))

    def _take_words(self, until: int) -> None:
        while self.taken_in < until:
            state = self.states[self.taken_in]
            offset, self.taken_in = self.taken_in, self.taken_in + 1
            key = record_key(state.connection_id, state.entity, state.external_code)
            self._take(topics.MASTERDATA_IMPORTS.name, offset, key, IMPORT_STATE.encode(state))

    def _take(self, topic: str, offset: int, key: bytes, value: bytes) -> None:
        take = next(each.take for each in self.intake.followings() if each.topic.name == topic)
        take(Incoming(topic=topic, partition=SHARD, offset=offset, key=key, value=value), _Writer(world=self))

    def put(self, key: bytes, value: Standing | None) -> None:
        if value is None:
            self.table.pop(key, None)
        else:
            self.table[key] = value
        for listener in self.listeners:
            listener(STANDINGS, SHARD, key)


def a_world(**manners: object) -> World:
    """A world in which Basware has these manners."""
    world = World(random=chance(7))
    world.basware["acme"] = FakeBasware(random=chance(8), manners=Manners(**manners))  # type: ignore[arg-type]
    return world


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    world: World

    def get(self, table: Table[T], key: bytes) -> T | None:
        held: Any = self.world.table.get(key)
        return held  # type: ignore[no-any-return]

    def put(self, table: Table[T], key: bytes, value: T | None) -> None:
        assert value is None or isinstance(value, Standing)
        self.world.put(key, value)
