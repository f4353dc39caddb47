"""Payments as their topics tell of them: vouchers of invoices, the latest picture of each, how polls ended."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from ap_domain.invoice_state import InvoiceState
from ap_domain.payments import PaymentPicture
from ap_domain.poll import PollKind, PollResult
from ap_domain.posting import VoucherRef
from chassis.keys import record_key
from chassis.ledger.entry import Entry
from chassis.records import PAYMENT_PICTURE, POLL_RESULT, VOUCHER_ENTRY
from chassis.topic_scan import Scanned
from chassis.topics import PAYMENT_POLL_RESULTS, PAYMENTS, VOUCHERS

from apstream_cli.cluster import Cluster

__all__ = ["SUBJECT", "TOPICS", "PaymentsBook", "Watched", "picture_of", "pictures_of"]

TOPICS = (VOUCHERS.name, PAYMENTS.name, PAYMENT_POLL_RESULTS.name)
SUBJECT = "payments"
"""What the payment poller calls it; `reconciliation` is the other one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A voucher that stands for an invoice. ``picture`` is None until a poll has shown one."""

    entry: Entry[InvoiceState]
    voucher: VoucherRef
    picture: PaymentPicture | None

    @property
    def called(self) -> str:
        """Business unit and voucher."""
        return f"{self.voucher.business_unit}/{self.voucher.voucher_id}"


class PaymentsBook:
    """The latest word of `TOPICS`, of one connection or of all, whatever the order of the topics.

    It holds each ledger entry as its bytes (about a kilobyte an invoice) and each picture.
    """

    def __init__(self, *, connection_id: str | None = None) -> None:
        self._beginning = record_key(connection_id) + b"/" if connection_id else b""
        self._entries: dict[bytes, bytes] = {}
        self._pictures = _Pictures(lambda _: True)
        self._results: dict[tuple[str, str], dict[PollKind, PollResult]] = {}

    def take(self, scanned: Scanned) -> None:
        """One record of one of `TOPICS`. Raises UnknownSchema or Undecodable."""
        if not scanned.key.startswith(self._beginning):
            return
        if scanned.topic == PAYMENTS.name:
            self._pictures.take(scanned)
        elif scanned.topic == PAYMENT_POLL_RESULTS.name:
            self._take_result(scanned.value)
        elif scanned.value is None:
            self._entries.pop(scanned.key, None)
        else:
            self._entries[scanned.key] = scanned.value

    def vouchers(self) -> Iterator[Watched]:
        """Every voucher that stands for an invoice, by connection and invoice id; decoded as they are asked for."""
        for key in sorted(self._entries):
            entry = VOUCHER_ENTRY.decode(self._entries[key])
            voucher = entry.body.voucher
            if voucher is not None:
                yield Watched(entry=entry, voucher=voucher, picture=picture_of(entry, self._pictures.latest))

    def results(self, connection_id: str, subject: str = SUBJECT) -> Mapping[PollKind, PollResult]:
        """The last result of each kind of poll."""
        return self._results.get((connection_id, subject), {})

    def _take_result(self, value: bytes | None) -> None:
        if value is None:
            return
        result = POLL_RESULT.decode(value)
        held = self._results.setdefault((result.connection_id, result.subject), {})
        if result.kind not in held or held[result.kind].poll_offset <= result.poll_offset:
            held[result.kind] = result


class _Pictures:
    """The picture of the newest poll for each voucher: what an older poll says late counts for nothing."""

    def __init__(self, wanted: Callable[[bytes], bool]) -> None:
        self._wanted = wanted
        self.latest: dict[bytes, PaymentPicture] = {}

    def take(self, scanned: Scanned) -> None:
        if not self._wanted(scanned.key):
            return
        if scanned.value is None:
            self.latest.pop(scanned.key, None)
            return
        picture = PAYMENT_PICTURE.decode(scanned.value)
        held = self.latest.get(scanned.key)
        if held is None or held.poll_offset <= picture.poll_offset:
            self.latest[scanned.key] = picture


def picture_of(entry: Entry[InvoiceState], pictures: Mapping[bytes, PaymentPicture]) -> PaymentPicture | None:
    """The picture of the invoice's voucher; one of another invoice that once held the voucher is none."""
    key = _picture_key(entry)
    picture = pictures.get(key) if key is not None else None
    return picture if picture is not None and picture.invoice_id == entry.body.invoice_id else None


async def pictures_of(
    cluster: Cluster, entries: Collection[Entry[InvoiceState]], *, shard: int | None
) -> Mapping[bytes, PaymentPicture]:
    """The latest pictures of the vouchers of these invoices, for `picture_of`. Raises ChassisError."""
    keys = {key for entry in entries if (key := _picture_key(entry)) is not None}
    if not keys:
        return {}
    pictures = _Pictures(keys.__contains__)
    await cluster.read(pictures.take, topics=[PAYMENTS.name], shard=shard)
    return pictures.latest


def _picture_key(entry: Entry[InvoiceState]) -> bytes | None:
    voucher = entry.body.voucher
    if voucher is None:
        return None
    return record_key(entry.connection_id, voucher.business_unit, voucher.voucher_id)
