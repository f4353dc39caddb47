"""What a stream service is made of, and what it may stand on. Nothing here knows how the streams are run."""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from chassis.avro import AvroType
from chassis.connections import ConnectionDirectory
from chassis.ledger.ports import Clock, Flows
from chassis.producer import DurableProducer
from chassis.topics import Topic

__all__ = [
    "Following",
    "Incoming",
    "Shards",
    "StreamService",
    "StreamSurroundings",
    "Table",
    "TableView",
    "TableWriter",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A record of a followed topic. ``value`` is None for a tombstone. ``kind`` is set on what a ledger keeps beside
    its entries: who owns a partition, how far it has read.
    """

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes | None = field(repr=False)
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table(Generic[T]):
    """State by key, one part a shard, kept in memory by the shard's owner and in a compacted changelog topic."""

    changelog: Topic
    value: AvroType[T]

    @property
    def name(self) -> str:
        """The changelog's name stands for the table."""
        return self.changelog.name


class TableWriter(Protocol):
    """Reads and writes tables in the shard of the record that is being taken in, and nowhere else."""

    def get(self, table: Table[T], key: bytes) -> T | None:
        """The value held, or None."""
        ...

    def put(self, table: Table[T], key: bytes, value: T | None) -> None:
        """Holds the value from here on; None forgets the key."""
        ...


class TableView(Protocol):
    """Reads tables of the shards this process owns. A shard not owned is empty."""

    def get(self, table: Table[T], shard: int, key: bytes) -> T | None:
        """The value held, or None."""
        ...

    def keys(self, table: Table[Any], shard: int, prefix: bytes = b"") -> Sequence[bytes]:
        """The keys that begin with ``prefix``, as they are at this moment, in no order."""
        ...

    def items(self, table: Table[T], shard: int, prefix: bytes = b"") -> Iterator[tuple[bytes, T]]:
        """The same with values, decoded as they are reached; values of keys written meanwhile may be the later ones."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """A sharded topic whose records are taken in, in order per shard, each at least once.

    ``take`` runs on the event loop, is quick, never waits, and writes tables through the writer it is given; a record
    met again must lead to the same tables. Records that have a kind do not reach it. Undecodable records
    (chassis.errors.Undecodable out of ``take``) go to ``ap.unreadable`` and are passed over; an unknown schema
    (UnknownSchema) or any other exception ends the process.
    """

    topic: Topic
    take: Callable[[Incoming, TableWriter], None]


class Shards(Protocol):
    """Which shards are this process's at this moment."""

    def owned(self) -> frozenset[int]:
        """Shards that are assigned here, whose tables are recovered, and whose followed topics have been taken in up to
        where they ended when the shard was assigned. A shard that is revoked leaves at once.
        """
        ...

    def on_change(self, listener: Callable[[Table[Any], int, bytes], None]) -> None:
        """Calls ``listener`` (table, shard, key) after each ``put``, also for shards not yet `owned`; it must not
        raise or wait. What was recovered is not told: read it from the view when a shard becomes owned.
        """
        ...

    def on_loss(self, listener: Callable[[int], None]) -> None:
        """Calls ``listener`` (shard) when a shard is given up, before anything of it is taken in again; it must not
        raise or wait. What is kept of a shard's tables is void then, also where the shard is back at the next look.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSurroundings:
    """What runs alongside the streams may stand on."""

    directory: ConnectionDirectory
    flows: Flows
    clock: Clock
    producer: DurableProducer
    shards: Shards
    view: TableView


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamService:
    """What makes one stream service differ from another.

    ``name`` is also its consumer group. ``alongside`` runs from the start to the end of the service and is cancelled
    at a stop; what it raises ends the service. It looks again and again at what is owned and acts on that
    (level-triggered); work for a shard that is no longer owned must end by itself or be harmless. ``remotes`` are the
    flows of the service, for metrics.
    """

    name: str
    tables: tuple[Table[Any], ...]
    followings: tuple[Following, ...]
    alongside: Callable[[StreamSurroundings], Coroutine[Any, Any, None]]
    remotes: tuple[str, ...] = ()
