"""All that is known of a run from outside: topics, the vendors' books, logs, metrics, and the driver's history."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from .books import LONG_AGO, Books
from .connection import Connection
from .history import Operation
from .records import AUDIT_POSTER, INVOICES, Json, Record, key_of
from .topics import Log


# No slots: what is derived once is kept in the instance.
@dataclass(frozen=True, kw_only=True)
class Case:
    """One connection: what it says of itself, its vendors' books, and its records by topic."""

    connection: Connection
    books: Books
    records: Mapping[str, Sequence[Record]] = field(repr=False)

    def of(self, topic: str) -> Sequence[Record]:
        """Its records of a topic, in the order written; none of a ledger's own."""
        return self.records.get(topic, ())

    def key(self, *parts: str) -> str:
        """The key of one of its records."""
        return key_of(self.connection.id, *parts)

    def versions(self, topic: str) -> Mapping[str, Sequence[Record]]:
        """Every version of every key of a topic, oldest first."""
        return self._versions[topic]

    def latest(self, topic: str) -> Mapping[str, Json]:
        """What a compacted topic leaves: the last version of each key."""
        return {key: versions[-1].value for key, versions in self.versions(topic).items()}

    @cached_property
    def _versions(self) -> Mapping[str, Mapping[str, Sequence[Record]]]:
        found: defaultdict[str, dict[str, list[Record]]] = defaultdict(dict)
        for topic, records in self.records.items():
            for record in records:
                found[topic].setdefault(record.key, []).append(record)
        return found

    @cached_property
    def invoices(self) -> Mapping[str, Json]:
        """The latest entries of peoplesoft.vouchers by invoice id."""
        return {each["body"]["invoice_id"]: each for each in self.latest(INVOICES).values()}

    @cached_property
    def events(self) -> Mapping[str, Sequence[Record]]:
        """The poster's audit by the key of the invoice, in the order written."""
        found: defaultdict[str, list[Record]] = defaultdict(list)
        for record in self.of(AUDIT_POSTER):
            found[record.value["record"]].append(record)
        return found

    def actions(self, invoice_id: str) -> list[str]:
        """What the poster says was done to an invoice."""
        return [each.value["action"] for each in self.events.get(self.key(invoice_id), ())]

    @cached_property
    def documents(self) -> Mapping[str, Json]:
        """Basware's documents by invoice id."""
        return {each["invoiceId"]: each for each in self.books.documents}


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything. `logs` and `metrics` are bytes by the name of who wrote them; a metric page that could not be read is
    missing. `bank_accounts` are those of both vendors' books, beside the secrets that were planted.
    """

    cases: tuple[Case, ...]
    log: Log
    logs: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    metrics: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    processes: tuple[str, ...] = ()
    operations: tuple[Operation, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)
    bank_accounts: tuple[str, ...] = field(default=(), repr=False)
    at: datetime = LONG_AGO

    @property
    def connections(self) -> Mapping[str, Connection]:
        """By id."""
        return {each.connection.id: each.connection for each in self.cases}


def cases_of(log: Log, connections: Sequence[Connection], books: Mapping[str, Books]) -> tuple[Case, ...]:
    """The records of a cluster, sorted by whose they are; those of a ledger itself are nobody's."""
    found: dict[str, dict[str, list[Record]]] = {each.id: {} for each in connections}
    # Where the value does not name its connection (the pollers' tables), the key does.
    by_key = {key_of(each.id): each.id for each in connections}
    for topic, records in log.records.items():
        for record in records:
            if record.kind:
                continue
            owner = record.value.get("connection_id") or by_key.get(record.key.partition("/")[0])
            if owner in found:
                found[owner].setdefault(topic, []).append(record)
    return tuple(Case(connection=each, books=books[each.id], records=found[each.id]) for each in connections)
