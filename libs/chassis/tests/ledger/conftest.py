"""The smallest service a ledger can have: its machine, its wire and its log, all in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from chassis.errors import DoesNotFit
from chassis.ledger import transition
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Call, Decision, Fact, Input, Kind, Note, Others
from chassis.ledger.outcomes import Done, Rejected, Retry
from chassis.ledger.ports import LogRecord, Refused, UnknownSchema, Unreadable
from chassis.ledger.records import Layout

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOOK = Call(name="look", remote="r", kind=Kind.READ)
CREATE = Call(name="create", remote="r", kind=Kind.ONCE)
TELL = Call(name="tell", remote="r", kind=Kind.REPEATABLE)
SETTLE = Call(name="settle", remote="r", kind=Kind.READ, goes_on_when_paused=True)


class TinyMachine:
    """Machine[str]: looks, then creates once or tells, then rests.

    The body lists what came in; it claims its text before a colon.
    """

    def received(self, entry: Entry[str] | None, record: Input, *, now: datetime) -> Decision[str]:
        said = str(record.payload)
        if said == "poison":
            raise TypeError("a bug in the rules")
        if said == "not ours":
            return Decision(entry=None, notes=(Note(action="passed over"),))
        if entry is None:
            entry = Entry(
                key=record.key,
                connection_id=record.connection_id,
                sequence=0,
                phase=Phase.WAITING,
                step="do",
                due=now,
                body=said,
            )
        elif said in entry.body.split("+"):
            return Decision(entry=entry, notes=(Note(action="repeated"),))
        else:
            entry = replace(entry, body=f"{entry.body}+{said}")
        fact = Fact(topic="facts", key=said.encode(), payload=said)
        return Decision(entry=entry, facts=(fact,), notes=(Note(action="received"), Note(action="noted")))

    def succeeded(
        self, entry: Entry[str], value: object, *, now: datetime, others: Others[str]
    ) -> Decision[str]:
        if value == "nothing there":
            return Decision(
                entry=transition.started(entry, settle_seconds=0.01, request_digest="d", now=now),
                notes=(Note(action="started"),),
            )
        if value == "to be told":
            return Decision(entry=replace(entry, step="tell", due=now))
        if value == "who else":
            return Decision(entry=replace(entry, reason=",".join(each.key for each in others("claim"))))
        return Decision(entry=replace(entry, phase=Phase.FINAL, step="done", due=None, body=str(value)))

    def rejected(self, entry: Entry[str], outcome: Rejected, *, now: datetime) -> Decision[str]:
        return Decision(
            entry=replace(entry, phase=Phase.FINAL, step="returned", due=None, reason=outcome.reason)
        )

    def adopted(
        self, entry: Entry[str], value: object, *, now: datetime, others: Others[str]
    ) -> Decision[str]:
        return Decision(
            entry=replace(entry, phase=Phase.FINAL, step="done", due=None, body=f"adopted {value}")
        )

    def withdrawn(self, entry: Entry[str], *, now: datetime) -> Entry[str]:
        return replace(entry, phase=Phase.WAITING, due=now)

    def wrote(self, entry: Entry[str], outcome: Done | Retry, *, now: datetime) -> Entry[str]:
        return entry

    def rested(self, entry: Entry[str]) -> Entry[str]:
        return entry

    def call(self, entry: Entry[str]) -> Call | None:
        if entry.step == "tell":
            return TELL
        if entry.step != "do":
            return None
        return {Phase.STARTED: CREATE, Phase.IN_DOUBT: SETTLE}.get(entry.phase, LOOK)

    def claims(self, entry: Entry[str]) -> tuple[str, ...]:
        return (entry.body.split(":")[0],) if ":" in entry.body else ()


class MemoryWire:
    """Wire of anything: bytes are numbers of what was written. `misfits` do not fit their schema."""

    def __init__(self) -> None:
        self._written: list[Any] = []
        self.misfits: Callable[[object], bool] = lambda _: False

    def entry(self, entry: Entry[str]) -> bytes:
        return self._put(entry)

    def payload(self, topic: str, payload: object) -> bytes:
        return self._put(payload)

    def _put(self, value: object) -> bytes:
        if self.misfits(value):
            raise DoesNotFit(record="tiny", field="value", problem="too long")
        self._written.append(value)
        return str(len(self._written) - 1).encode()

    def read_entry(self, value: bytes) -> Entry[str]:
        entry: Entry[str] = self.said(value)
        return entry

    def said(self, value: bytes) -> Any:
        """What stands behind bytes that were written."""
        return self._written[int(value)]

    def read_input(self, record: LogRecord) -> Input:
        text = record.value.decode()
        if text.startswith("garbage"):
            raise Unreadable("no record of this schema")
        if text.startswith("newer schema"):
            raise UnknownSchema("schema 77 is not known")
        return Input(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key.decode(),
            connection_id=record.key.decode().partition("/")[0],
            payload=text,
            size=len(record.value),
        )


class MemoryLog:
    """TransactionalLog and LogReader: what was committed, transaction by transaction."""

    def __init__(self) -> None:
        self.transactions: list[list[LogRecord]] = []
        self.refuses: Callable[[LogRecord], bool] = lambda _: False
        self.lying: list[LogRecord] = []
        """The inputs as they lie on their topics."""
        self._open: list[LogRecord] | None = None

    @property
    def records(self) -> list[LogRecord]:
        return [record for transaction in self.transactions for record in transaction]

    async def initialise(self) -> None:
        self._open = None

    async def begin(self) -> None:
        assert self._open is None
        self._open = []

    async def send(self, record: LogRecord) -> Awaitable[int]:
        assert self._open is not None
        self._open.append(record)
        acknowledged: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if self.refuses(record):
            acknowledged.set_exception(Refused(f"{record.topic} is too large"))
        else:
            acknowledged.set_result(0)
        return acknowledged

    async def commit(self) -> None:
        assert self._open is not None
        self.transactions.append(self._open)
        self._open = None

    async def abort(self) -> None:
        self._open = None

    async def close(self) -> None:
        """Nothing to close."""

    async def high_watermark(self, topic: str, partition: int) -> int:
        return len(self.records)

    async def last_stable_offset(self, topic: str, partition: int) -> int:
        return len(self.records)

    async def read(self, topic: str, partition: int, *, until: int, start: int | None = None) -> Any:
        for record in self.lying if start is not None else ():
            if record.topic == topic and start is not None and record.offset >= start:
                yield record
        for record in self.records if start is None else ():
            if record.topic == topic:
                yield record


@pytest.fixture
def machine() -> TinyMachine:
    return TinyMachine()


@pytest.fixture
def wire() -> MemoryWire:
    return MemoryWire()


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def layout() -> Layout:
    return Layout(
        service="tiny",
        ledger="ledger",
        audit="audit",
        unreadable="unreadable",
        facts=("facts",),
        inputs=("inputs",),
    )


@pytest.fixture
def entry() -> Entry[str]:
    """Waiting for its first look."""
    return Entry(
        key="acme/1", connection_id="acme", sequence=3, phase=Phase.WAITING, step="do", due=NOW, body="a"
    )
