"""Which connection, and which invoices, a command about payments is for."""

from collections.abc import Mapping

from ap_domain.mapping import ConfigurationFault
from ap_domain.payments import PaymentPlan, parse_payments
from chassis.connections.record import ConnectionRecord
from chassis.ledger_reader import named, of_connection

from apstream_cli.cluster import Cluster
from apstream_cli.flow_words import in_shadow
from apstream_cli.invoices import Invoice, invoices, is_called, shard_of
from apstream_cli.payments_book import TOPICS, PaymentsBook
from apstream_cli.refusal import Refusal

__all__ = ["by_invoice_or_voucher", "plan_of", "read_book", "the_polled"]

Connections = Mapping[str, ConnectionRecord]


def plan_of(record: ConnectionRecord) -> PaymentPlan:
    """The section `payments` as it is applied. Raises Refusal where there is none, or it cannot be read."""
    section = record.fields.get("payments")
    if not section:
        raise Refusal(
            f"{record.connection_id} has no section payments, so PeopleSoft is not asked about its payments; write one "
            "(`payments: {time_zone: Europe/Berlin}` takes every other default) and `apstream connection apply`"
        )
    try:
        return parse_payments(section)
    except ConfigurationFault as fault:
        raise Refusal(
            *(f"{record.connection_id} payments: {problem}" for problem in fault.problems)
        ) from None


def the_polled(connections: Connections, connection_id: str) -> ConnectionRecord:
    """A connection whose payments are polled. Raises Refusal."""
    shard_of(connections, connection_id)
    record = connections[connection_id]
    plan_of(record)
    if in_shadow(record):
        raise Refusal(
            f"{connection_id} is in shadow mode: nothing is polled, and Basware is told nothing, before it is applied "
            "with mode live"
        )
    return record


async def read_book(cluster: Cluster, connections: Connections, connection_id: str | None) -> PaymentsBook:
    """All that is known of payments, of one connection or of all. Raises Refusal and ChassisError."""
    book = PaymentsBook(connection_id=connection_id)
    await cluster.read(book.take, topics=TOPICS, shard=shard_of(connections, connection_id))
    return book


async def by_invoice_or_voucher(
    cluster: Cluster, connections: Connections, text: str, connection: str | None
) -> tuple[Invoice, ...]:
    """Every invoice with this id, number or voucher (with or without its business unit), newest first. Raises Refusal
    when there is none.
    """
    called, holds = named(text), named(text.rpartition("/")[2])

    def wanted(key: bytes, value: bytes) -> bool:
        return called(key, value) or holds(key, value)

    ledgers = await cluster.ledgers(
        of_connection(connection, wanted) if connection is not None else wanted,
        shard=shard_of(connections, connection),
    )
    found = tuple(each for each in invoices(ledgers) if is_called(each, text) or _holds(each, text))
    if found:
        return found
    where = f"of {connection}" if connection else "of any connection"
    raise Refusal(
        f"no invoice {where} has the id, number or voucher {text}. Vouchers are written as PeopleSoft shows them, "
        "leading zeros included"
    )


def _holds(invoice: Invoice, text: str) -> bool:
    voucher = invoice.entry.body.voucher if invoice.entry else None
    return voucher is not None and text in {
        voucher.voucher_id,
        f"{voucher.business_unit}/{voucher.voucher_id}",
    }
