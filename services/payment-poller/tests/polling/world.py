"""A PeopleSoft site, the ledger and Kafka in memory: what a poll of payments stands on."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ap_domain.desired_state import FlowState
from ap_domain.invoice_state import DocumentRef, InvoiceState
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.payments import PaymentPicture, PublishedPicture, build_picture, parse_payments
from ap_domain.poll import PollDue, PollKind, PollOutcome, PollReason
from ap_domain.posting import PostingIntent, VoucherRef
from chassis import topics
from chassis.connections import BaswareSide, ComponentInterface, Connection, PeopleSoftSide, Secret
from chassis.errors import NotDurable
from chassis.keys import record_key
from chassis.ledger.entry import Entry, Phase, Stop
from chassis.records import PAYMENT_PICTURE, VOUCHER_ENTRY
from chassis.streams.poll_port import Polled, Progress
from chassis.streams.poll_publisher import ShardPublisher
from chassis.streams.testing import MemoryStreams
from payment_poller.adapters.peoplesoft_source import PeopleSoftSource
from payment_poller.adapters.publisher import KafkaPublisher
from payment_poller.book import VoucherBook
from payment_poller.poller import PaymentPoller
from payment_poller.tables import PICTURES, WATCHED, pictures, vouchers
from peoplesoft import PaymentInquiryRow, PeopleSoftError, QueryRequest, QueryRow

SHARD = 3
NOON = datetime(2026, 6, 20, 12, tzinfo=UTC)
UNIT = "US001"
SECTION: dict[str, Any] = {"page_rows": 10, "watermark_overlap_seconds": 0, "watch_settled_days": 10}
Cells = dict[str, Any]


def connection(section: Mapping[str, Any] = SECTION, **fields: Any) -> Connection:
    """A live connection whose payments are polled."""
    given: dict[str, Any] = {
        "id": "acme",
        "version": 1,
        "shard": SHARD,
        "stage": "test",
        "basware": BaswareSide(
            base_url="http://127.0.0.1:1",
            client_id="acme-client",
            client_secret=Secret("client secret"),
            company_codes=("BW00",),
            webhook_secrets=(Secret("hook secret"),),
            record_spacing=timedelta(seconds=5),
        ),
        "peoplesoft": PeopleSoftSide(
            base_url="http://127.0.0.1:1",
            node="PSFT_EP",
            operator="APSTREAM",
            password=Secret("s3cret"),
            authentication="basic",
            component_interface=ComponentInterface(name="AP_VOUCHER", wsdl="CI_AP_VOUCHER.1.wsdl"),
            business_units=(UNIT,),
            settle_time=timedelta(seconds=60),
            match=("BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID"),
        ),
        "mapping": {"business_units": {"BW00": UNIT}, "setid": "SHARE"},
        "payments": section,
    }
    return Connection(**(given | fields))


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


def voucher_row(voucher_id: str, **fields: Any) -> Cells:
    """A row of APS_VOUCHERS."""
    return {
        "BUSINESS_UNIT": UNIT,
        "VOUCHER_ID": voucher_id,
        "ENTRY_STATUS": "P",
        "MATCH_STATUS_VCHR": "N",
        "APPR_STATUS": "A",
        "BUDGET_HDR_STATUS": "V",
        "POST_STATUS_AP": "P",
        "CLOSE_STATUS": "O",
        "GROSS_AMT": Decimal(100),
        "TXN_CURRENCY_CD": "EUR",
        "PYMNT_TERMS_CD": "30",
        "ACCOUNTING_DT": "2026-06-02",
        "LAST_UPDATE_DT": "2026-06-02T08:00:00",
    } | fields


def payment_row(voucher_id: str, number: int = 1, **fields: Any) -> Cells:
    """A row of APS_VOUCHER_PAYMENTS, scheduled."""
    return {
        "BUSINESS_UNIT": UNIT,
        "VOUCHER_ID": voucher_id,
        "PYMNT_CNT": Decimal(number),
        "PYMNT_SELCT_STATUS": "N",
        "PYMNT_ACTION": "S",
        "PYMNT_TYPE": "R",
        "PYMNT_METHOD": "ACH",
        "PYMNT_HOLD": "N",
        "PYMNT_HOLD_REASON": None,
        "PYMNT_GROSS_AMT": Decimal(100),
        "PAID_AMT": Decimal(0),
        "PAID_AMT_GROSS": Decimal(0),
        "PAID_AMT_DSCNT": Decimal(0),
        "WTHD_AMT": Decimal(0),
        "CURRENCY_PYMNT": "EUR",
        "DUE_DT": "2026-07-01",
        "SCHEDULED_PAY_DT": "2026-07-01",
        "PYMNT_ID": None,
        "PYMNT_ID_REF": None,
        "PYMNT_DT": None,
        "PYMNT_STATUS": None,
        "CANCEL_ACTION": None,
        "CANCEL_DT": None,
        "NETTED": "N",
        "LAST_UPDATE_DT": "2026-06-02T08:00:00",
    } | fields


PAID: Cells = {
    "PYMNT_SELCT_STATUS": "P",
    "PAID_AMT": Decimal(100),
    "PAID_AMT_GROSS": Decimal(100),
    "PYMNT_ID": "0000000001",
    "PYMNT_ID_REF": "4711",
    "PYMNT_DT": "2026-06-10",
    "PYMNT_STATUS": "P",
}


@dataclass(slots=True, kw_only=True)
class Site:
    """PeopleSoft's books by voucher (the key is the id, of one unit unless the rows say otherwise), asked as queries.

    ``silent`` queries answer nothing, ``before_answer`` is told of each request first: to change the books, or to
    raise; ``shown`` changes each row as it is given out. With ``blind`` the prompt SINCE chooses rows, not whole
    vouchers.
    """

    vouchers: dict[str, Cells] = field(default_factory=dict)
    payments: dict[str, list[Cells]] = field(default_factory=dict)
    paid: list[PaymentInquiryRow] = field(default_factory=list)
    inquiry_fails: PeopleSoftError | None = None
    silent: set[str] = field(default_factory=set)
    blind: bool = False
    before_answer: Callable[[QueryRequest], None] = lambda _: None
    shown: Callable[[Cells], Cells] = lambda row: row
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    inquired: list[tuple[date, date]] = field(default_factory=list)
    ticks: int = 0

    def put(self, voucher_id: str, *payments: Cells, **fields: Any) -> None:
        """The voucher is as this says from here on, and changed now by the site's clock."""
        self.ticks += 1
        at = (datetime(2026, 6, 2, 8) + timedelta(minutes=self.ticks)).isoformat()  # noqa: DTZ001 - as PeopleSoft
        self.vouchers[voucher_id] = voucher_row(voucher_id, **({"LAST_UPDATE_DT": at} | fields))
        self.payments[voucher_id] = [
            payment_row(voucher_id, number, **({"LAST_UPDATE_DT": at} | each))
            for number, each in enumerate(payments, 1)
        ]

    async def rows(self, query: QueryRequest, *, record: str = "") -> AsyncGenerator[QueryRow, None]:
        prompts = dict(query.prompts)
        self.asked.append((query.name, prompts))
        self.before_answer(query)
        await asyncio.sleep(0)  # where a cancellation arrives
        table = [
            row
            for row in self._table(query.name)
            if row["BUSINESS_UNIT"] == prompts["BUSINESS_UNIT"]
            and str(row["VOUCHER_ID"]) > prompts["AFTER"]
            and (not prompts["UP_TO"] or str(row["VOUCHER_ID"]) <= prompts["UP_TO"])
            and (not prompts.get("SINCE") or self._changed(row) >= prompts["SINCE"])
        ]
        for row in sorted(table, key=lambda row: str(row["VOUCHER_ID"]))[: query.max_rows]:
            yield self.shown(row)

    async def payments_of_days(
        self, start: date, end: date, *, record: str = ""
    ) -> tuple[PaymentInquiryRow, ...]:
        self.inquired.append((start, end))
        if self.inquiry_fails is not None:
            raise self.inquiry_fails
        return tuple(self.paid)

    def _table(self, query: str) -> list[Cells]:
        if query in self.silent:
            return []
        if query == "APS_VOUCHERS":
            return [dict(row) for row in self.vouchers.values()]
        return [dict(row) for rows in self.payments.values() for row in rows]

    def _changed(self, row: Cells) -> str:
        if self.blind:
            return str(row["LAST_UPDATE_DT"])
        voucher_id = str(row["VOUCHER_ID"])
        all_rows = [*self.payments.get(voucher_id, ()), self.vouchers.get(voucher_id, row)]
        return max(str(each["LAST_UPDATE_DT"]) for each in all_rows)


class Inquiry:
    """The site's payment inquiry."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def payments(self, start: date, end: date, *, record: str = "") -> tuple[PaymentInquiryRow, ...]:
        return await self._site.payments_of_days(start, end, record=record)


@dataclass(slots=True)
class Flows:
    stops: list[Stop] = field(default_factory=list)

    def state(self, connection_id: str, flow: str) -> FlowState:
        return FlowState.RUNNING

    async def stop(self, connection_id: str, stop: Stop) -> None:
        self.stops.append(stop)


@dataclass(slots=True)
class Clock:
    at: datetime = NOON
    passed: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.passed

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.passed += seconds


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
        self.clock = Clock()
        self.flows = Flows()
        self.book = VoucherBook(view=self.streams.view, owned=self.streams.owned)
        self.streams.on_change(self.book.put)
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


def refused(error: PeopleSoftError) -> Callable[[QueryRequest], None]:
    """Every query fails so."""

    def fail(_: QueryRequest) -> None:
        raise error

    return fail


def inquiry_row(invoice_id: str, status: str = "Paid", *, gross: str = "100") -> PaymentInquiryRow:
    """What the inquiry shows of an invoice made by `entry`."""
    return PaymentInquiryRow(
        number=f"N-{invoice_id}",
        invoice_date=date(2026, 6, 1),
        gross=Decimal(gross),
        currency="EUR",
        status=status,
    )
