"""One connection whose payments are polled: a PeopleSoft site, the ledger and Kafka in memory."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ap_domain.invoice_state import DocumentRef, InvoiceState
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.payments import PaymentPicture, PublishedPicture, build_picture, parse_payments
from ap_domain.poll import PollDue, PollKind, PollOutcome, PollReason
from ap_domain.posting import PostingIntent, VoucherRef
from chassis import topics
from chassis.connections import Connection
from chassis.connections.testing import a_connection
from chassis.errors import NotDurable
from chassis.keys import record_key
from chassis.ledger.entry import Entry, Phase
from chassis.records import PAYMENT_PICTURE, VOUCHER_ENTRY
from chassis.streams.poll_port import Polled, Progress
from chassis.streams.poll_publisher import ShardPublisher
from chassis.streams.testing import MemoryStreams, MovedClock, RunningFlows
from payment_poller.adapters.peoplesoft_source import PeopleSoftSource
from payment_poller.adapters.publisher import KafkaPublisher
from payment_poller.book import VoucherBook
from payment_poller.poller import PaymentPoller
from payment_poller.tables import PICTURES, WATCHED, pictures, vouchers

from .site_books import UNIT, Cells, Inquiry, Site

SHARD = 3
CHANGES = PollKind.CHANGES
NOON = datetime(2026, 6, 20, 12, tzinfo=UTC)
SECTION: dict[str, Any] = {"page_rows": 10, "watermark_overlap_seconds": 0, "watch_settled_days": 10}


def connection(section: Mapping[str, Any] = SECTION, **fields: Any) -> Connection:
    """A live connection whose payments are polled."""
    return a_connection(**({"shard": SHARD, "payments": section} | fields))


def entry(
    invoice_id: str,
    voucher_id: str | None,
    *,
    unit: str = UNIT,
    gross: str = "100",
    sequence: int = 1,
    posted_at: datetime = NOON,
) -> Entry[InvoiceState]:
    """A ledger entry of an invoice, with the voucher made of it."""
    day = date(2026, 6, 1)
    body = InvoiceState(
        invoice_id=invoice_id,
        invoice_number=f"N-{invoice_id}",
        document=DocumentRef(
            partition=SHARD,
            offset=1,
            fetch_number=1,
            fetched_at=NOON,
            status="Transferred",
            revision="r",
            digest="d",
        ),
        intent=PostingIntent(
            natural_key=NaturalKey(
                business_unit=unit, vendor_setid="SHARE", vendor_id="1", invoice_id=f"N-{invoice_id}"
            ),
            match=MatchFields(invoice_date=day, gross=Decimal(gross)),
            mapping_digest="m",
            request_digest="q",
        ),
        voucher=None
        if voucher_id is None
        else VoucherRef(business_unit=unit, voucher_id=voucher_id, entry_status="P"),
        posted_at=posted_at,
        currency="EUR",
    )
    return Entry(
        key=record_key("acme", invoice_id).decode(),
        connection_id="acme",
        sequence=sequence,
        phase=Phase.FINAL,
        step="confirmed",
        body=body,
    )


class Publisher:
    """Over memory; ``durable``: so many pictures more, then Kafka says nothing more of any."""

    def __init__(self, streams: MemoryStreams) -> None:
        self._inner = KafkaPublisher(ShardPublisher(producer=streams.producer, owned=streams.owned))
        self.durable: int | None = None

    async def publish(self, pictures: Sequence[PaymentPicture], *, shard: int) -> None:
        assert pictures
        if self.durable is None or len(pictures) <= self.durable:
            self.durable = None if self.durable is None else self.durable - len(pictures)
            await self._inner.publish(pictures, shard=shard)
            return
        await self._inner.publish(pictures[: self.durable], shard=shard)
        self.durable = 0
        raise NotDurable("Kafka is away")


class World:
    """One connection; `poll` is one poll of its payments."""

    def __init__(self, section: Mapping[str, Any] = SECTION) -> None:
        self.connection = connection(section)
        self.plan = parse_payments(section)
        self.streams = MemoryStreams(tables=(WATCHED, PICTURES), followings=(vouchers, pictures))
        self.site = Site()
        self.publisher = Publisher(self.streams)
        self.clock = MovedClock(NOON)
        self.flows = RunningFlows()
        self.book = VoucherBook(view=self.streams.view, owned=self.streams.owned)
        self.streams.on_change(self.book.put)
        self.streams.on_loss(self.book.forget)
        self.streams.own(SHARD)
        self.polls = 0
        self.watermark: str | None = None
        self.progress = Progress()

    def post(
        self,
        invoice_id: str,
        voucher_id: str | None,
        *,
        unit: str = UNIT,
        gross: str = "100",
        posted_at: datetime = NOON,
    ) -> None:
        """The ledger says that this voucher stands for the invoice."""
        posted = entry(invoice_id, voucher_id, unit=unit, gross=gross, posted_at=posted_at)
        self.streams.feed(topics.VOUCHERS.name, SHARD, posted.key.encode(), VOUCHER_ENTRY.encode(posted))

    async def poll(self, kind: PollKind = PollKind.FULL, *, offset: int | None = None) -> Polled:
        """One poll; the watermark is kept as the runner keeps it."""
        self.polls += 1
        self.progress = Progress()
        poller = PaymentPoller(
            source=PeopleSoftSource(rows_of=lambda *_: self.site, inquiry_of=lambda *_: Inquiry(self.site)),
            publisher=self.publisher,
            book=self.book,
            view=self.streams.view,
            flows=self.flows,
            clock=self.clock,
        )
        due = PollDue(
            poll_id=f"poll-{self.polls}",
            connection_id=self.connection.id,
            subject="payments",
            kind=kind,
            due_at=self.clock.at,
            reason=PollReason.SCHEDULE,
            actor="test",
            issued_at=self.clock.at,
        )
        polled = await poller.poll(
            self.connection,
            due,
            poll_offset=self.polls if offset is None else offset,
            watermark=self.watermark,
            progress=self.progress,
        )
        if polled.outcome is PollOutcome.COMPLETE:
            self.watermark = polled.watermark
        return polled

    async def complete(self, kind: PollKind = PollKind.FULL) -> list[PaymentPicture]:
        """A poll that comes to its end; what it published."""
        before = len(self.published())
        polled = await self.poll(kind)
        assert polled.outcome is PollOutcome.COMPLETE, polled.words
        return self.published()[before:]

    async def failed(self, kind: PollKind = PollKind.FULL) -> tuple[str, list[PaymentPicture]]:
        """A poll that does not; its words, and what it published."""
        before = len(self.published())
        polled = await self.poll(kind)
        assert polled.outcome is PollOutcome.FAILED
        return polled.words, self.published()[before:]

    def published(self) -> list[PaymentPicture]:
        """All ever published."""
        log = self.streams.topics[topics.PAYMENTS.name, SHARD]
        return [PAYMENT_PICTURE.decode(value) for _, value in log if value is not None]

    def latest(self) -> dict[tuple[str, str], PaymentPicture]:
        """As compaction leaves the topic."""
        return {(each.business_unit, each.voucher_id): each for each in self.published()}

    def last(self, voucher_id: str, *, unit: str = UNIT) -> PaymentPicture:
        """The latest picture of a voucher."""
        return self.latest()[unit, voucher_id]

    def held(self, voucher_id: str, *, unit: str = UNIT) -> PublishedPicture | None:
        """What the table holds of it."""
        return self.streams.view.get(PICTURES, SHARD, record_key("acme", unit, voucher_id))

    def as_the_books_say(self, voucher_id: str, *, unit: str = UNIT) -> PaymentPicture:
        """What a picture of it made at this moment would be."""
        watched = next(
            each
            for _, each in self.streams.view.items(WATCHED, SHARD)
            if (each.business_unit, each.voucher_id) == (unit, voucher_id)
        )
        return build_picture(
            watched,
            voucher_row=self.site.vouchers.get(voucher_id),
            payment_rows=self.site.payments.get(voucher_id, ()),
            plan=self.plan,
            poll_offset=0,
            observed_at=self.clock.at,
            before=self.held(voucher_id, unit=unit),
        )

    def late(self, picture: PaymentPicture) -> None:
        """A process that was frozen publishes what an old poll found."""
        key = record_key(picture.connection_id, picture.business_unit, picture.voucher_id)
        self.streams.feed(topics.PAYMENTS.name, SHARD, key, PAYMENT_PICTURE.encode(picture))


async def world_of(count: int, *payments: Cells, section: Mapping[str, Any] = SECTION) -> World:
    """So many vouchers 00000001, ... with these payments, each of an invoice i1, ... of its own, read once."""
    world = World(section)
    for number in range(1, count + 1):
        world.site.put(f"{number:08}", *payments)
        world.post(f"i{number}", f"{number:08}")
    assert len(await world.complete()) == count
    return world
