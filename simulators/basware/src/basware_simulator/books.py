"""The simulated books: tables in memory, every change journalled, rebuilt from the journal at start."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from .journal import Journal
from .master_data import TABLE as MASTER_DATA
from .master_data import MasterData
from .records import (
    ClockOffset,
    DocumentRecord,
    RequestRecord,
    Subscription,
    TaskRecord,
    Tenant,
    Token,
    Violation,
)
from .typed import adapter

Key = tuple[str, ...]
Record = TypeVar("Record")


class Table(Generic[Record]):
    """Records of one type by key. A put is visible at once and durable once the journal says so."""

    def __init__(
        self, *, name: str, of: type[Record], key: Callable[[Record], Key], journal: Journal
    ) -> None:
        self._name = name
        self._adapter: TypeAdapter[Record] = adapter(of)
        self._key = key
        self._journal = journal
        self._records: dict[Key, Record] = {}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        """Every record, in the order of their first put."""
        return iter(tuple(self._records.values()))

    def get(self, *key: str) -> Record | None:
        """Find one record."""
        return self._records.get(key)

    def put(self, record: Record) -> Record:
        """Add or replace a record, and give it back."""
        key = self._key(record)
        self._records[key] = record
        self._write(key, self._adapter.dump_json(record))
        return record

    def remove(self, record: Record) -> None:
        """Take a record out."""
        key = self._key(record)
        del self._records[key]
        self._write(key, b"null")

    def restore(self, key: Key, value: Any) -> None:
        """Take back what the journal holds last for a key."""
        self._records[key] = self._adapter.validate_python(value)

    def _write(self, key: Key, value: bytes) -> None:
        head = json.dumps({"table": self._name, "key": key}).encode()
        self._journal.append(head[:-1] + b',"value":' + value + b"}")


class Books:
    """All tables of the simulator, one journal under them."""

    def __init__(self, folder: Path) -> None:
        """Open the books in a folder and take back what they held.

        Raises:
            JournalError: in use by another process, or unreadable.
        """
        journal = Journal(folder / "books.jsonl")
        self.journal = journal
        self.tenants = Table(name="tenants", of=Tenant, key=lambda r: (r.name,), journal=journal)
        self.tokens = Table(name="tokens", of=Token, key=lambda r: (r.jti,), journal=journal)
        self.subscriptions = Table(
            name="subscriptions",
            of=Subscription,
            key=lambda r: (r.tenant, r.task_type, r.task_sub_type, r.url),
            journal=journal,
        )
        self.documents = Table(
            name="documents", of=DocumentRecord, key=lambda r: (r.tenant, r.invoice_id), journal=journal
        )
        self.requests = Table(
            name="requests", of=RequestRecord, key=lambda r: (r.tenant, r.request_id), journal=journal
        )
        self.tasks = Table(name="tasks", of=TaskRecord, key=lambda r: (r.task_id,), journal=journal)
        self.violations = Table(
            name="violations", of=Violation, key=lambda r: (str(r.number),), journal=journal
        )
        self.clock = Table(name="clock", of=ClockOffset, key=lambda _: ("offset",), journal=journal)
        self.master_data = MasterData(journal)
        self.entries_restored = self._restore()

    def _restore(self) -> int:
        tables: dict[str, Table[Any]] = {
            "tenants": self.tenants,
            "tokens": self.tokens,
            "subscriptions": self.subscriptions,
            "documents": self.documents,
            "requests": self.requests,
            "tasks": self.tasks,
            "violations": self.violations,
            "clock": self.clock,
        }
        latest: dict[tuple[str, Key], Any] = {}
        count = 0
        for entry in self.journal.read():
            count += 1
            if entry["table"] == MASTER_DATA:
                self.master_data.restore(entry["value"])
            else:
                latest[entry["table"], tuple(entry["key"])] = entry["value"]
        for (table, key), value in latest.items():
            if value is not None:
                tables[table].restore(key, value)
        return count
