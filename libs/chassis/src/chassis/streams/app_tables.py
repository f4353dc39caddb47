"""Tables in the memory of the shards' owner: values as they lie in the changelog, decoded when they are read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from chassis.streams.ports import Table

__all__ = ["Change", "HeldTables", "Writing"]

T = TypeVar("T")

Change = tuple[Table[Any], bytes, bytes | None]
"""A table, a key and the encoded value that it holds from here on; None: forgotten."""

Part = dict[bytes, bytes]


class HeldTables:
    """TableView over the shards that are `visible`; every other shard reads as empty."""

    def __init__(self, tables: Iterable[Table[Any]], *, visible: Callable[[int], bool]) -> None:
        self._tables = {table.name: table for table in tables}
        self._visible = visible
        self._parts: dict[tuple[str, int], Part] = {}

    def get(self, table: Table[T], shard: int, key: bytes) -> T | None:
        """As the port says."""
        held = self._seen(table, shard).get(key)
        return None if held is None else table.value.decode(held)

    def keys(self, table: Table[Any], shard: int, prefix: bytes = b"") -> Sequence[bytes]:
        """As the port says."""
        part = self._seen(table, shard)
        return [key for key in part if key.startswith(prefix)] if prefix else list(part)

    def items(self, table: Table[T], shard: int, prefix: bytes = b"") -> Iterator[tuple[bytes, T]]:
        """As the port says; a key forgotten meanwhile is left out."""
        for key in self.keys(table, shard, prefix):
            held = self.get(table, shard, key)
            if held is not None:
                yield key, held

    def size(self, table: Table[Any]) -> int:
        """Keys held, those of shards that are still recovering included."""
        return sum(len(part) for (name, _), part in self._parts.items() if name == table.name)

    def held(self, table: Table[Any], shard: int, key: bytes) -> bytes | None:
        """The encoded value, also of a shard that is not visible yet."""
        return self.part(table.name, shard).get(key)

    def part(self, table: str, shard: int) -> Part:
        """One table's part of one shard, to be filled. Raises KeyError for a table the service does not have."""
        if table not in self._tables:
            raise KeyError(f"{table} is no table of this service")
        return self._parts.setdefault((table, shard), {})

    def change(self, shard: int, changes: Iterable[Change]) -> None:
        """Holds the values from here on."""
        for table, key, value in changes:
            apply(self.part(table.name, shard), key, value)

    def forget(self, shard: int) -> None:
        """Drops the shard's parts."""
        for name in self._tables:
            self._parts.pop((name, shard), None)

    def _seen(self, table: Table[Any], shard: int) -> Part:
        return self.part(table.name, shard) if self._visible(shard) else {}


def apply(part: Part, key: bytes, value: bytes | None) -> None:
    """Makes ``value`` the key's; None or nothing forgets it."""
    if value:
        part[key] = value
    else:
        part.pop(key, None)


class Writing:
    """TableWriter for one record: what it puts takes effect once the record has been taken in whole."""

    def __init__(self, tables: HeldTables, shard: int) -> None:
        self._tables = tables
        self._shard = shard
        self._changes: dict[tuple[str, bytes], Change] = {}

    @property
    def changes(self) -> Sequence[Change]:
        """The last put of each key."""
        return list(self._changes.values())

    def get(self, table: Table[T], key: bytes) -> T | None:
        """As the port says; sees what was put before."""
        changed = self._changes.get((table.name, key))
        held = changed[2] if changed is not None else self._tables.held(table, self._shard, key)
        return None if held is None else table.value.decode(held)

    def put(self, table: Table[T], key: bytes, value: T | None) -> None:
        """As the port says."""
        encoded = None if value is None else table.value.encode(value)
        self._changes[table.name, key] = (table, key, encoded)
