"""What the ledger needs from outside: a transactional log, a clock, the caller of remotes, the end of a process.

Each port owns the errors it may raise. Adapters over Kafka are in `kafka_log.py`, over memory in the simulation.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from ap_domain.desired_state import FlowState
from chassis.ledger.entry import Entry, Stop
from chassis.ledger.machine import Call, Input
from chassis.ledger.outcomes import Outcome

B = TypeVar("B")


class Refused(Exception):
    """The log refused one record (too large, not authorised); the others of its transaction may be fine."""


class Fenced(Exception):
    """Another process initialised this transactional id: this one may not write any more, for ever."""


class Unknown(Exception):
    """Nobody knows whether the log took it (time-out, connection lost): only the next owner can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """One record to write or read. `kind` is empty for entries and facts, `owner` or `position` for ours.

    `written_at` is the wall's time at its writer, of records that were read.
    """

    topic: str
    partition: int
    key: bytes
    value: bytes
    kind: str = ""
    offset: int = -1
    headers: Mapping[str, bytes] = field(default_factory=dict)
    written_at: datetime | None = None


class TransactionalLog(Protocol):
    """One transactional producer of one partition. Not shared between tasks."""

    async def initialise(self) -> None:
        """Fence every earlier holder of the id and abort its open transaction. Raises Unknown."""
        ...

    async def begin(self) -> None:
        """Open a transaction. Raises Fenced."""
        ...

    async def send(self, record: LogRecord) -> Awaitable[int]:
        """Hand over a record; the awaitable yields its offset or raises Refused, Fenced or Unknown."""
        ...

    async def commit(self) -> None:
        """Commit. Raises Fenced or Unknown. Does not look at the sends: the caller must have."""
        ...

    async def abort(self) -> None:
        """Abort. Raises Fenced or Unknown."""
        ...

    async def close(self) -> None:
        """Release the connection; bounded; never raises."""
        ...


class LogReader(Protocol):
    """Reads committed records of one partition. Raises Unknown when the log does not answer in its bound."""

    async def high_watermark(self, topic: str, partition: int) -> int:
        """The offset after the last record or marker, committed or not."""
        ...

    async def last_stable_offset(self, topic: str, partition: int) -> int:
        """The offset below which every transaction has ended."""
        ...

    def read(
        self, topic: str, partition: int, *, until: int, start: int | None = None
    ) -> AsyncIterator[LogRecord]:
        """All committed records from `start`, or the beginning, until the offset `until` is reached."""
        ...


class Clock(Protocol):
    """Two clocks: the wall's for what is stored, and one that counts suspend and never goes back."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


Gate = Callable[[], None]
"""Called by an adapter right before a send, with no await between: raises `NotSentError` if it may not."""


class NotSentError(Exception):
    """The gate was closed: this process is no longer the owner, or the decision is too old."""


class Caller(Protocol[B]):
    """Does the calls. Turns everything a remote can do into an outcome; must not raise for it."""

    async def call(self, entry: Entry[B], call: Call, *, gate: Gate, repeat: bool) -> Outcome:
        """Do the entry's call. `repeat`: it is harmless to repeat, and an earlier try of it may have taken effect."""
        ...

    async def probe(self, connection_id: str, remote: str) -> bool:
        """A cheap read that shows whether the remote answers and takes our credentials."""
        ...


class Flows(Protocol):
    """The desired state of flows, followed from `ap.desired-state`."""

    def state(self, connection_id: str, flow: str) -> FlowState:
        """The state that holds now; flows nobody spoke of are running."""
        ...

    async def stop(self, connection_id: str, stop: Stop) -> None:
        """Make it known to every service, durably; nothing if somebody resumed the flow after `stop.at`.

        Raises Unknown when it could not be written.
        """
        ...


class Store(Protocol[B]):
    """Holds the entries of one partition. Memory by default; a disk store fits behind the same port."""

    def get(self, key: str) -> Entry[B] | None: ...

    def put(self, entry: Entry[B]) -> None: ...

    def remove(self, key: str) -> None: ...

    def entries(self) -> Iterable[Entry[B]]: ...


class Unreadable(Exception):
    """The bytes cannot be decoded, by a schema that is known."""


class UnknownSchema(Exception):
    """Written by a schema this reader does not know: a newer writer. Never skipped."""


class Wire(Protocol[B]):
    """Bytes to types and back, for one service.

    Writing raises `chassis.errors.DoesNotFit` for a value its schema cannot hold: that decision is parked.
    """

    def entry(self, entry: Entry[B]) -> bytes: ...

    def read_entry(self, value: bytes) -> Entry[B]: ...

    def payload(self, topic: str, payload: object) -> bytes: ...

    def read_input(self, record: LogRecord) -> Input:
        """Decode an input record. Raises Unreadable or UnknownSchema."""
        ...


class Signals(Protocol):
    """What is told to metrics and logs. Never raises, never waits."""

    def count(self, name: str, **labels: str) -> None: ...

    def log(self, level: str, event: str, **fields: object) -> None: ...


class MemoryStore(Generic[B]):
    """Entries in a dict."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry[B]] = {}

    def get(self, key: str) -> Entry[B] | None:
        return self._entries.get(key)

    def put(self, entry: Entry[B]) -> None:
        self._entries[entry.key] = entry

    def remove(self, key: str) -> None:
        self._entries.pop(key, None)

    def entries(self) -> Iterable[Entry[B]]:
        return self._entries.values()
