"""The ledgers as people read them: the latest entry of each record wanted, and what was done to it. One bounded pass.

Bytes are looked at before they are decoded (Avro keeps texts as they are), so a pass over many records is quick.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote

from ap_domain.audit import AuditEvent
from ap_domain.fetch_state import FetchState
from ap_domain.invoice_state import InvoiceState

from chassis.avro import AvroType
from chassis.keys import record_key
from chassis.ledger.entry import Entry, Phase
from chassis.records import AUDIT_EVENT, DOCUMENT_ENTRY, VOUCHER_ENTRY
from chassis.topic_scan import Scanned, scan
from chassis.topics import AUDIT_INGRESS, AUDIT_VOUCHER_POSTER, DOCUMENT_LEDGER, VOUCHERS

__all__ = ["Ledgers", "Wanted", "being", "named", "of_connection", "read_events", "read_ledgers"]

T = TypeVar("T")

Wanted = Callable[[bytes, bytes], bool]
"""Whether an entry may be one that is asked for, by its key and its encoded value; a cheap look, not the last word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledgers:
    """The latest entries by their key (connection/invoice id), of both ledgers."""

    invoices: Mapping[str, Entry[InvoiceState]] = field(default_factory=dict)
    documents: Mapping[str, Entry[FetchState]] = field(default_factory=dict)


def named(text: str) -> Wanted:
    """Entries of the invoice with this id or this number."""
    ending, number = f"/{quote(text, safe='')}".encode(), text.encode()
    return lambda key, value: key.endswith(ending) or number in value


def being(phase: Phase) -> Wanted:
    """Entries in this phase."""
    word = phase.value.encode()
    return lambda _, value: word in value


def of_connection(connection_id: str, wanted: Wanted) -> Wanted:
    """Those of one connection only."""
    beginning = record_key(connection_id) + b"/"
    return lambda key, value: key.startswith(beginning) and wanted(key, value)


async def read_ledgers(
    *, bootstrap: str, wanted: Wanted, shard: int | None = None, within: float = 60.0
) -> Ledgers:
    """The entries whose latest version is wanted. ``shard`` limits the pass to one partition of each ledger.

    Raises NotAnswered after ``within`` seconds, TopicMissing, and UnknownSchema or Undecodable for an entry this
    version cannot read.
    """
    latest: dict[tuple[str, bytes], bytes] = {}

    def take(record: Scanned) -> None:
        place = (record.topic, record.key)
        if record.value is not None and wanted(record.key, record.value):
            latest[place] = record.value
        else:
            latest.pop(place, None)

    await scan(
        bootstrap=bootstrap,
        topics=(VOUCHERS.name, DOCUMENT_LEDGER.name),
        partition=shard,
        take=take,
        within=within,
    )
    return Ledgers(
        invoices=_decoded(latest, VOUCHERS.name, VOUCHER_ENTRY),
        documents=_decoded(latest, DOCUMENT_LEDGER.name, DOCUMENT_ENTRY),
    )


async def read_events(
    *, bootstrap: str, records: Collection[str], shard: int | None = None, within: float = 60.0
) -> list[AuditEvent]:
    """What every service did to these records (keys as in the ledgers), in order of time, repeats taken out.

    Raises as `read_ledgers`.
    """
    texts = [record.encode() for record in records]
    found: dict[bytes, bytes] = {}

    def take(record: Scanned) -> None:
        value = record.value
        if value is not None and any(text in value for text in texts):
            found[record.key] = value

    await scan(
        bootstrap=bootstrap,
        topics=(AUDIT_INGRESS.name, AUDIT_VOUCHER_POSTER.name),
        partition=shard,
        take=take,
        within=within,
    )
    events = [AUDIT_EVENT.decode(value) for value in found.values()]
    return sorted(
        (event for event in events if event.record in records),
        key=lambda event: (event.at, event.record, event.sequence),
    )


def _decoded(latest: Mapping[tuple[str, bytes], bytes], topic: str, codec: AvroType[T]) -> dict[str, T]:
    return {
        key.decode("ascii"): codec.decode(value) for (each, key), value in latest.items() if each == topic
    }
