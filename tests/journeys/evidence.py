"""All that is known of one customer's invoices from outside: the topics, and the books of both vendors."""

import asyncio
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiokafka.partitioner import murmur2

from .customer import Customer, Json
from .topic_records import (
    AUDIT_INGRESS,
    AUDIT_POSTER,
    DOCUMENTS,
    FETCHES,
    INVOICES,
    NOTIFICATIONS,
    PICTURES,
    UNREADABLE,
    TopicRecord,
    read_topics,
)

PARTITIONS = 12
AT_REST = ("final", "parked")

Entry = Mapping[str, Any]


def shard_of(connection_id: str) -> int:
    """The partition of a connection: Kafka's default partitioner over its id."""
    return int(murmur2(connection_id.encode()) & 0x7FFFFFFF) % PARTITIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The committed records of one connection by topic, its two books, and what its partition's owners wrote."""

    connection_id: str
    records: Mapping[str, list[TopicRecord]]
    own: list[TopicRecord]
    documents: list[Json]
    operator: str
    vouchers: list[Json]
    calls: list[Json]
    violations: list[Json]

    def __str__(self) -> str:
        return f"what is not at rest: {self.restless}"

    @property
    def shard(self) -> int:
        """Where all work of the connection belongs."""
        return shard_of(self.connection_id)

    def key(self, *parts: str) -> str:
        """A record's key: NFC, percent-encoded, joined by slashes."""
        return "/".join(
            quote(unicodedata.normalize("NFC", part), safe="") for part in (self.connection_id, *parts)
        )

    def entries(self, topic: str) -> dict[str, list[Entry]]:
        """Every version of every ledger entry, in the order written."""
        found: defaultdict[str, list[Entry]] = defaultdict(list)
        for record in self.records[topic]:
            found[record.key].append(record.value)
        return dict(found)

    def latest(self, topic: str) -> dict[str, Entry]:
        """What a replay of the ledger leaves: the last written version of each entry."""
        return {key: versions[-1] for key, versions in self.entries(topic).items()}

    def invoice(self, invoice_id: str) -> Entry | None:
        """The latest entry of an invoice."""
        return self.latest(INVOICES).get(self.key(invoice_id))

    def actions(self, invoice_id: str, topic: str = AUDIT_POSTER) -> list[str]:
        """What the audit says was done to an invoice (or its document), in order."""
        events = [each.value for each in self.records[topic] if each.value["record"] == self.key(invoice_id)]
        return [event["action"] for event in sorted(events, key=lambda each: each["sequence"])]

    def events(self, invoice_id: str, action: str, topic: str = AUDIT_POSTER) -> list[Entry]:
        """What the audit says of one kind of thing done to an invoice, oldest first."""
        events = [each.value for each in self.records[topic] if each.value["record"] == self.key(invoice_id)]
        return sorted(
            (each for each in events if each["action"] == action), key=lambda each: int(each["sequence"])
        )

    @property
    def audit(self) -> Iterable[Entry]:
        """The events of both services."""
        return [each.value for topic in (AUDIT_INGRESS, AUDIT_POSTER) for each in self.records[topic]]

    @property
    def restless(self) -> list[str]:
        """What is still to happen: notifications not fetched, documents not taken in, entries not at rest."""
        fetches, invoices = self.latest(FETCHES), self.latest(INVOICES)
        notified = {self.key(each.value["document_id"]) for each in self.records[NOTIFICATIONS]}
        open_calls = [f"{call['operation']} without an answer" for call in self.calls if not call["outcome"]]
        return [
            *(f"{key} is notified and not fetched" for key in notified - fetches.keys()),
            *(f"{key} is {each['phase']}" for key, each in fetches.items() if each["phase"] not in AT_REST),
            *(f"{key} is {each['phase']}" for key, each in invoices.items() if each["phase"] not in AT_REST),
            *(f"{key} is published and not taken in" for key in self._offered() - invoices.keys()),
            *self._undecided(),
            *open_calls,
        ]

    def _offered(self) -> set[str]:
        return {
            self.key(each.value["invoice_id"])
            for each in self.records[DOCUMENTS]
            if each.value["processing_status"] == "WaitingForTransfer"
        }

    def _undecided(self) -> Iterable[str]:
        """Inputs behind the position that their ledger committed."""
        for topic in (NOTIFICATIONS, DOCUMENTS, PICTURES):
            positions = [
                each.value["offset"]
                for each in self.own
                if each.kind == "position" and each.value["topic"] == topic
            ]
            reached = positions[-1] if positions else 0
            for record in self.records[topic]:
                if record.offset >= reached:
                    yield f"{record.key} lies at {record.offset}, decided is up to {reached}"


async def gather_evidence(customer: Customer) -> Evidence:
    """Read everything once, the topics last: what the books show has its records by then, or never."""
    documents, violations, vouchers, calls = await asyncio.gather(
        _documents(customer),
        customer.basware.get("violations", tenant=customer.tenant_id),
        customer.peoplesoft.get("vouchers", node=customer.spec.node),
        customer.peoplesoft.get("requests", node=customer.spec.node),
    )
    found = await read_topics(customer.stack.kafka.bootstrap)
    evidence = Evidence(
        connection_id=customer.id,
        records={
            topic: [each for each in records if not each.kind and _is_of(each, customer.id)]
            for topic, records in found.items()
        },
        own=[],
        documents=documents,
        operator=customer.spec.operator,
        vouchers=vouchers["vouchers"],
        calls=[each for each in calls["requests"] if each["request"] not in customer.died_with_peoplesoft],
        violations=violations["violations"],
    )
    evidence.own.extend(
        each
        for topic in (FETCHES, INVOICES)
        for each in found[topic]
        if each.kind and each.partition == evidence.shard
    )
    return evidence


async def _documents(customer: Customer) -> list[Json]:
    """Those of the companies that the connection serves."""
    tenant = customer.tenant_id
    held = (await customer.basware.get("books", tenant=tenant))["documents"]
    ours = [each["invoiceId"] for each in held if each["companyCode"] in customer.spec.company_codes]
    return list(
        await asyncio.gather(*(customer.basware.get(f"documents/{each}", tenant=tenant) for each in ours))
    )


def _is_of(record: TopicRecord, connection_id: str) -> bool:
    if record.topic == UNREADABLE:
        return True  # nothing in these tests is unreadable, whosever it is
    return bool(record.value["connection_id"] == connection_id)
