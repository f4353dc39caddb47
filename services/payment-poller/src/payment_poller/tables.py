"""What the payment poller remembers: the vouchers it watches and what it published of each, as tables of two topics."""

from ap_domain.command import CommandedLedger
from ap_domain.payments import PublishedPicture, WatchedVoucher
from chassis import topics
from chassis.records import (
    COMMAND,
    PAYMENT_PICTURE,
    POLL_RESULT,
    PUBLISHED_PICTURE,
    VOUCHER_ENTRY,
    WATCHED_VOUCHER,
)
from chassis.streams.poll_records import PollRecords
from chassis.streams.ports import Following, Incoming, Table, TableWriter

from payment_poller.core.published import after
from payment_poller.core.watching import watched

__all__ = ["PICTURES", "RECORDS", "SERVICE", "WATCHED", "pictures", "vouchers"]

SERVICE = "payment-poller"

WATCHED: Table[WatchedVoucher] = Table(changelog=topics.WATCHED_CHANGELOG, value=WATCHED_VOUCHER)
"""By the key of the ledger's entry: connection/invoice id."""
PICTURES: Table[PublishedPicture] = Table(changelog=topics.PICTURES_CHANGELOG, value=PUBLISHED_PICTURE)
"""By connection/business unit/voucher."""
RECORDS = PollRecords(
    service=SERVICE,
    dues=topics.PAYMENT_POLLS,
    results_topic=topics.PAYMENT_POLL_RESULTS,
    audit=topics.AUDIT_PAYMENTS,
    results=Table(changelog=topics.PAYMENT_POLL_RESULTS_CHANGELOG, value=POLL_RESULT),
    orders=Table(changelog=topics.PAYMENT_POLL_ORDERS_CHANGELOG, value=COMMAND),
    ledger=CommandedLedger.PAYMENTS,
)


def _take_entry(incoming: Incoming, writer: TableWriter) -> None:
    entry = VOUCHER_ENTRY.decode(incoming.value) if incoming.value else None
    writer.put(WATCHED, incoming.key, watched(entry) if entry is not None else None)


def _take_picture(incoming: Incoming, writer: TableWriter) -> None:
    if not incoming.value:
        writer.put(PICTURES, incoming.key, None)
        return
    picture = PAYMENT_PICTURE.decode(incoming.value)
    writer.put(PICTURES, incoming.key, after(writer.get(PICTURES, incoming.key), picture))


vouchers = Following(topic=topics.VOUCHERS, take=_take_entry)
"""Every version of every entry; only what a voucher is watched by reaches the table."""
pictures = Following(topic=topics.PAYMENTS, take=_take_picture)
