"""A few vouchers whose payments go from one simulator to the other as the services take them."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ap_domain.payments import (
    PaymentPicture,
    WatchedVoucher,
    build_picture,
    parse_payments,
    payment_told,
)
from basware import PaymentResponse
from basware_simulator.decimal_json import loads
from chassis.streams.poll_watermark import Watermark, since
from payment_poller.adapters.peoplesoft_source import PeopleSoftReading
from payment_poller.core.published import after, is_to_be_published
from payment_poller.ports import VoucherRows
from peoplesoft import QueryPages

from .both_simulators import Both
from .payment_books import Followed, Page, agree

UNIT = "US001"
PLAN = parse_payments({})
OBSERVED = datetime(2040, 1, 1, tzinfo=UTC)
"""No day that either side ever names: where Basware shows it, we told it for want of a better one."""
BETWEEN_LOOKS = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A voucher of the case; ``parts`` instalments."""

    gross: Decimal
    currency: str = "USD"
    parts: int = 1


KINDS: Mapping[str, Kind] = {
    "invoice": Kind(gross=Decimal("100.00")),
    "credit note": Kind(gross=Decimal("-100.00")),
    "instalments": Kind(gross=Decimal("90.01"), parts=3),
    "foreign": Kind(gross=Decimal("80.125"), currency="KWD"),
}


@dataclass(slots=True, kw_only=True)
class Case:
    """What happens to the vouchers of one example, and the looks at it: poll, tell Basware, compare."""

    both: Both
    followed: Mapping[str, Followed]
    watermark: str | None = None
    unseen: bool = True
    """Something changed under a time of change that a poll of changes does not ask for."""

    @property
    def payment_id(self) -> str:
        """The number of a payment that this case alone makes, and that several vouchers can be on."""
        return f"7{self.followed['invoice'].voucher_id}0"

    async def act(self, name: str, action: str, *, hidden: str | None = None, **details: Any) -> Page:
        """One act that PeopleSoft allows; the voucher's page."""
        status, page = await self.try_act(name, action, hidden=hidden, **details)
        assert status == 200, page
        shown: Page = page
        return shown

    async def try_act(
        self, name: str, action: str, *, hidden: str | None = None, **details: Any
    ) -> tuple[int, Any]:
        """One act, which may be refused and then changes nothing. ``hidden``: "late" or "silently"."""
        path = f"payments/{UNIT}/{self.followed[name].voucher_id}"
        return await self._order(path, {"action": action, **details}, hidden=hidden)

    async def together(
        self, names: Sequence[str], *, hidden: str | None = None, **details: Any
    ) -> tuple[int, Any]:
        """One payment over all that is open of several vouchers; it may be refused."""
        vouchers = [[UNIT, self.followed[name].voucher_id] for name in names]
        return await self._order("payments/together", {"vouchers": vouchers, **details}, hidden=hidden)

    async def _order(self, path: str, order: dict[str, Any], *, hidden: str | None) -> tuple[int, Any]:
        when: dict[str, Any] = {}
        if hidden is not None:
            late = {"last_update": "2020-01-01T00:00:00Z"}
            when = late if hidden == "late" else {"silently": True}
            self.unseen = True
        stated = {key: str(value) if isinstance(value, Decimal) else value for key, value in order.items()}
        return await self.both.ask("POST", path, {**stated, **when})

    async def look(self, *, whole: bool = False) -> dict[str, Any]:
        """A poll, what it leads to, and whether Basware shows the books; a whole one where the changes alone cannot
        show all. Gives what Basware shows of each invoice.
        """
        read = await self._read(changes=not (whole or self.unseen))
        self.unseen = False
        for voucher_id, rows in read.items():
            await self._follow(self._of(voucher_id), rows)
        await self.both.customer.advance(5)
        shown = await self._compare()
        await self._nothing_more()
        await self.both.ask("POST", "clock", {"advance_seconds": BETWEEN_LOOKS.total_seconds()})
        return shown

    async def _read(self, *, changes: bool) -> dict[str, VoucherRows]:
        """As the payment poller reads: pages of both queries, whole or since the watermark."""
        _, clock = await self.both.ask("GET", "clock")
        mark = Watermark(self.watermark, now=datetime.fromisoformat(clock["now"]))
        ids = sorted(each.voucher_id for each in self.followed.values())
        asked = None
        if changes and self.watermark is not None:
            now = datetime.fromisoformat(clock["now"])
            asked = since(self.watermark, overlap=PLAN.overlap, now=now)
        reading = PeopleSoftReading(
            plan=PLAN,
            rows=self.both.queries,
            pages=QueryPages(self.both.queries),
            asked=None,
            stepped=lambda: None,
            record="both",
        )
        found: dict[str, VoucherRows] = {}
        below = f"{int(ids[0]) - 1:08d}"
        async with aclosing(reading.vouchers(UNIT, after=below, up_to=ids[-1], since=asked)) as pages:
            async for page in pages:
                found |= {rows.voucher_id: rows for rows in page}
        for rows in found.values():
            for row in (*rows.voucher, *rows.payments):
                mark.saw(str(row["LAST_UPDATE_DT"]))
        self.watermark = mark.reached(timedelta(0))
        assert asked is not None or sorted(found) == ids
        return found

    def _picture(self, followed: Followed, rows: VoucherRows) -> PaymentPicture:
        watched = WatchedVoucher(
            connection_id="both",
            invoice_id=followed.invoice_id,
            business_unit=UNIT,
            voucher_id=followed.voucher_id,
        )
        [voucher] = rows.voucher
        return build_picture(
            watched,
            voucher_row=voucher,
            payment_rows=rows.payments,
            plan=PLAN,
            poll_offset=followed.published.poll_offset + 1 if followed.published else 0,
            observed_at=OBSERVED,
            before=followed.published,
        )

    async def _follow(self, followed: Followed, rows: VoucherRows) -> None:
        """From rows to what Basware is sent."""
        picture = self._picture(followed, rows)
        assert picture.unknown == ()
        if not is_to_be_published(followed.published, picture):
            return
        followed.published = after(followed.published, picture)
        told = payment_told(picture, before=followed.told, transfer_block=False)
        if told is None or told == followed.told:
            return
        followed.told = told
        followed.sent += 1
        response = PaymentResponse(
            external_code=f"payment-{followed.sent}",
            payment_block=told.payment_block,
            response_message=told.message or None,
            payment_date=told.payment_date,
            paid_total=told.paid_total,
            cash_discount=told.cash_discount,
            check_number=told.check_number or None,
            payment_message=told.payment_message or None,
            payment_number=told.payment_number or None,
            payment_document=told.payment_document or None,
            payment_reversal_document=told.payment_reversal_document or None,
        )
        await self.both.basware.send_payment_response(followed.invoice_id, response)

    async def pages(self) -> dict[str, Page]:
        """What PeopleSoft's books say of each voucher."""
        first = min(each.voucher_id for each in self.followed.values())
        below = f"{UNIT}/{int(first) - 1:08d}"
        path = f"payments?business_unit={UNIT}&after={below}&limit={len(self.followed)}"
        _, answer = await self.both.ask("GET", path)
        found = {page["VOUCHER_ID"]: page for page in answer["vouchers"]}
        return {name: found[each.voucher_id] for name, each in self.followed.items()}

    async def _compare(self) -> dict[str, Any]:
        """What a clerk sees in Basware, invoice by invoice, against what was done in PeopleSoft."""
        shown = {}
        for name, page in (await self.pages()).items():
            followed = self.followed[name]
            address = f"{self.both.customer.url}/control/documents/{followed.invoice_id}/payment"
            shown[name] = loads((await self.both.customer.send("GET", address)).body)
            agree(followed, page, shown[name])
        return shown

    async def _nothing_more(self) -> None:
        """Nothing has changed since the look: all that is read again says the same, and nothing is sent."""
        for voucher_id, rows in (await self._read(changes=False)).items():
            followed = self._of(voucher_id)
            picture = self._picture(followed, rows)
            assert not is_to_be_published(followed.published, picture), "the poll of changes missed something"
            assert payment_told(picture, before=followed.told, transfer_block=False) == followed.told

    def _of(self, voucher_id: str) -> Followed:
        return next(each for each in self.followed.values() if each.voucher_id == voucher_id)


async def fresh_case(both: Both) -> Case:
    """A voucher and an invoice of each kind that nothing was done to yet."""
    followed = {}
    for name, kind in KINDS.items():
        number = next(both.numbers)
        header = {
            "BUSINESS_UNIT": UNIT,
            "INVOICE_ID": f"BOTH-{number}",
            "INVOICE_DT": "2026-02-01",
            "DUE_DT": "2026-03-31",
            "VENDOR_ID": "0000430022",
            "GROSS_AMT": str(kind.gross),
            "TXN_CURRENCY_CD": kind.currency,
        }
        status, keyed = await both.ask("POST", "vouchers", {"voucher": header})
        assert status == 200, keyed
        voucher_id = keyed["VOUCHER_ID"]
        document = {
            "grossSum": float(kind.gross),
            "currencyCode": kind.currency,
            "companyCode": "BW00",
            "invoiceNumber": header["INVOICE_ID"],
        }
        invoice = await both.customer.transferred(number, voucher=voucher_id, document=document)
        followed[name] = Followed(voucher_id=voucher_id, invoice_id=invoice)
    case = Case(both=both, followed=followed)
    for name, kind in KINDS.items():
        if kind.parts > 1:
            await case.act(name, "split", parts=kind.parts)
    return case
