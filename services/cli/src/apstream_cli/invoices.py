"""One invoice as both ledgers know it, and how the one that is meant is found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ap_domain.command import CommandedLedger
from ap_domain.fetch_state import FetchState
from ap_domain.invoice_state import InvoiceState
from chassis.connections.record import ConnectionRecord
from chassis.keys import split_key
from chassis.ledger.entry import Entry, Phase
from chassis.ledger_reader import Ledgers

from apstream_cli.refusal import Refusal

__all__ = ["Case", "Invoice", "cases", "invoices", "is_called", "shard_of"]

EPOCH = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """``entry`` is its way from document to confirmed voucher, ``fetch`` that of fetching it; one may be missing."""

    key: str
    connection_id: str
    entry: Entry[InvoiceState] | None = None
    fetch: Entry[FetchState] | None = None

    @property
    def id(self) -> str:
        """Basware's invoice id."""
        return split_key(self.key.encode("ascii"))[-1]

    @property
    def number(self) -> str:
        """The number printed on the invoice, once it is known."""
        return self.entry.body.invoice_number if self.entry else ""

    @property
    def last_moved(self) -> datetime:
        """When it came where it stands; for sorting."""
        known = [
            each.since for each in (self.entry, self.fetch) if each is not None and each.since is not None
        ]
        return max(known, default=EPOCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One entry that a person may decide about: an invoice in one of the two ledgers."""

    invoice: Invoice
    ledger: CommandedLedger

    @property
    def entry(self) -> Entry[InvoiceState] | Entry[FetchState]:
        """The entry that a command is for."""
        entry = self.invoice.entry if self.ledger is CommandedLedger.VOUCHERS else self.invoice.fetch
        if entry is None:
            raise ValueError(f"{self.invoice.key} has no entry among the {self.ledger}")
        return entry


def invoices(ledgers: Ledgers) -> tuple[Invoice, ...]:
    """Newest first."""
    keys = {**dict.fromkeys(ledgers.invoices), **dict.fromkeys(ledgers.documents)}
    found = [
        Invoice(
            key=key,
            connection_id=(ledgers.invoices.get(key) or ledgers.documents[key]).connection_id,
            entry=ledgers.invoices.get(key),
            fetch=ledgers.documents.get(key),
        )
        for key in keys
    ]
    return tuple(sorted(found, key=lambda invoice: invoice.last_moved, reverse=True))


def is_called(invoice: Invoice, text: str) -> bool:
    """Whether ``text`` is its id or its number."""
    return text in {invoice.id, invoice.number}


def cases(found: Iterable[Invoice], *, phase: Phase = Phase.PARKED) -> tuple[Case, ...]:
    """The entries of these invoices that are in this phase."""
    return tuple(
        Case(invoice=invoice, ledger=ledger)
        for invoice in found
        for ledger, entry in (
            (CommandedLedger.VOUCHERS, invoice.entry),
            (CommandedLedger.DOCUMENTS, invoice.fetch),
        )
        if entry is not None and entry.phase is phase
    )


def shard_of(connections: Mapping[str, ConnectionRecord], connection_id: str | None) -> int | None:
    """Where the connection's work lies; None for all. Raises Refusal for one that does not exist."""
    if connection_id is None:
        return None
    if connection_id not in connections:
        known = ", ".join(sorted(connections)) or "none yet: run `apstream connection apply`"
        raise Refusal(f"there is no connection {connection_id}; known: {known}")
    return connections[connection_id].shard
