"""Topics, tables and shards in memory: what is fed is taken in at once where the shard is owned."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from chassis.errors import Undecodable
from chassis.streams.app_tables import HeldTables, Writing, apply
from chassis.streams.ports import Following, Incoming, StreamService, Table
from chassis.streams.testing.producer import RecordingProducer

__all__ = ["MemoryStreams", "SetAside"]

Record = tuple[bytes, bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A record that could not be decoded."""

    incoming: Incoming
    reason: str


class MemoryStreams:
    """Shards; ``view`` is the TableView and ``producer`` a DurableProducer whose records the followings take in.

    Nothing is owned at first. A record of a shard that is not owned waits in its topic. Tables of a shard that is
    revoked are gone from the view and come back from their changelog when it is owned again.
    """

    def __init__(self, *, tables: Iterable[Table[Any]], followings: Iterable[Following]) -> None:
        self._tables = tuple(tables)
        self.view = HeldTables(self._tables, visible=self._owns)
        self.producer = RecordingProducer(self.feed)
        self.topics: defaultdict[tuple[str, int], list[Record]] = defaultdict(list)
        """Every record ever fed or sent, by topic and partition; the index is the offset. Changelogs included."""
        self.set_aside: list[SetAside] = []
        self._followings = {following.topic.name: following for following in followings}
        self._positions: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._owned: set[int] = set()
        self._taking: set[int] = set()
        self._listeners: list[Callable[[Table[Any], int, bytes], None]] = []
        self._of_losses: list[Callable[[int], None]] = []
        self._kinds: dict[tuple[str, int, int], str] = {}

    @classmethod
    def of(cls, service: StreamService) -> "MemoryStreams":
        """For the tables and followings of a service."""
        return cls(tables=service.tables, followings=service.followings)

    def another(self) -> "MemoryStreams":
        """Another process of the service: it goes on where this one, or it, stopped taking in."""
        other = MemoryStreams(tables=self._tables, followings=self._followings.values())
        other.topics, other._positions, other._kinds = self.topics, self._positions, self._kinds
        return other

    def owned(self) -> frozenset[int]:
        """As the port says."""
        return frozenset(self._owned)

    def on_change(self, listener: Callable[[Table[Any], int, bytes], None]) -> None:
        """As the port says."""
        self._listeners.append(listener)

    def on_loss(self, listener: Callable[[int], None]) -> None:
        """As the port says."""
        self._of_losses.append(listener)

    def own(self, shard: int, *, again: int = 0) -> None:
        """The shard is assigned here: tables are recovered and what waits is taken in, then it is owned.

        ``again``: that many records of each followed topic come once more, as after a crash.
        """
        for table in self._tables:
            part = self.view.part(table.name, shard)
            for key, value in self.topics[table.name, shard]:
                apply(part, key, value)
        self._taking.add(shard)
        for topic in self._followings:
            place = (topic, shard)
            self._positions[place] = max(0, self._positions[place] - again)
            self._catch_up(topic, shard)
        self._owned.add(shard)

    def revoke(self, shard: int) -> None:
        """The shard is another process' from here on."""
        self._owned.discard(shard)
        self._taking.discard(shard)
        self.view.forget(shard)
        for listener in self._of_losses:
            listener(shard)

    def feed(self, topic: str, partition: int, key: bytes, value: bytes | None, *, kind: str = "") -> int:
        """Appends a record, has it taken in where the topic is followed and the shard owned, returns its offset."""
        self.topics[topic, partition].append((key, value))
        if kind:
            self._kinds[topic, partition, len(self.topics[topic, partition]) - 1] = kind
        if topic in self._followings and partition in self._taking:
            self._catch_up(topic, partition)
        return len(self.topics[topic, partition]) - 1

    def _owns(self, shard: int) -> bool:
        return shard in self._owned

    def _catch_up(self, topic: str, shard: int) -> None:
        place = (topic, shard)
        while self._positions[place] < len(self.topics[place]):
            offset = self._positions[place]
            key, value = self.topics[place][offset]
            self._positions[place] += 1
            kind = self._kinds.get((topic, shard, offset), "")
            self._take(Incoming(topic=topic, partition=shard, offset=offset, key=key, value=value, kind=kind))

    def _take(self, incoming: Incoming) -> None:
        writing = Writing(self.view, incoming.partition)
        try:
            if not incoming.kind:
                self._followings[incoming.topic].take(incoming, writing)
        except Undecodable as undecodable:
            self.set_aside.append(SetAside(incoming=incoming, reason=str(undecodable)))
            return
        self.view.change(incoming.partition, writing.changes)
        for table, key, value in writing.changes:
            self.topics[table.name, incoming.partition].append((key, value))
            for listener in self._listeners:
                listener(table, incoming.partition, key)
