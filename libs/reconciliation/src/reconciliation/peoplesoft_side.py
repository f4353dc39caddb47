"""PeopleSoft's vouchers and payments, read by the connection's queries."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from sys import intern

from ap_domain.money import MoneyFault, parse_amount
from ap_domain.payments import PaymentPlan, PaymentRowFault, Proof, WatchedVoucher, build_picture, ranges
from ap_domain.payments.coverage import SCHEDULED_WITHIN
from ap_domain.posting import Standing, standing
from ap_domain.reconciliation import PeopleSoftVoucher
from chassis.ledger.words import words
from peoplesoft import (
    KeyPage,
    PeopleSoftError,
    QueryOwner,
    QueryPages,
    QueryRequest,
    QueryRow,
    RowSource,
)

from reconciliation.errors import ReconciliationFailed

__all__ = ["PeopleSoftSide"]

RANGE_MOST = 2000
"""Vouchers that one range covers at most."""
RANGE_GAP = 200
"""Vouchers of no concern to us that may lie between two that are."""
FEW = 3
"""Vouchers without a schedule, of which never the query is suspected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSoftSide:
    """One query at a time. Raises ReconciliationFailed with PeopleSoft's words, or naming the row at fault."""

    source: RowSource
    plan: PaymentPlan
    connection_id: str

    async def entered(
        self, business_unit: str, *, first_day: date, last_day: date
    ) -> AsyncIterator[PeopleSoftVoucher]:
        """The vouchers that were entered from one day to the other, without their payments."""
        prompts = self.plan.prompts
        days = ((prompts.from_day, first_day.isoformat()), (prompts.to_day, last_day.isoformat()))
        async for page in self._pages(self.plan.queries.entered, business_unit, more=days):
            for rows in page.rows.values():
                yield self._voucher(_only(rows, business_unit))

    async def named(self, business_unit: str, voucher_ids: Iterable[str]) -> AsyncIterator[PeopleSoftVoucher]:
        """These vouchers, as far as PeopleSoft has them, without their payments."""
        wanted = frozenset(voucher_ids)
        async for page in self._ranges(self.plan.queries.vouchers, business_unit, wanted):
            for (voucher_id,), rows in page.rows.items():
                if voucher_id in wanted:
                    yield self._voucher(_only(rows, business_unit))

    async def with_payments(
        self, business_unit: str, vouchers: Mapping[str, PeopleSoftVoucher], *, at: datetime
    ) -> AsyncIterator[PeopleSoftVoucher]:
        """Each of these vouchers with what was paid for it.

        PeopleSoft makes a schedule for every voucher that can be posted: one that shows none is compared without its
        payments, and where several show none and no other does, the query is not believed.
        """
        unread = set(vouchers)
        async for page in self._ranges(self.plan.queries.payments, business_unit, vouchers):
            for (voucher_id,), rows in page.rows.items():
                if voucher_id in unread:
                    unread.discard(voucher_id)
                    _of_unit(rows, business_unit)
                    yield self._paid(vouchers[voucher_id], rows, at=at)
        bare = [each for each in unread if _needs_schedule(vouchers[each])]
        if len(bare) > FEW and len(unread) == len(vouchers):
            raise ReconciliationFailed(
                f"query {self.plan.queries.payments} shows no payment, not even a scheduled one, of {len(bare)} "
                f"vouchers of {business_unit} ({', '.join(sorted(bare)[:FEW])}, ...): run it in Query Viewer as the "
                f"operator and look at its joins, its prompts and the row security"
            )
        for voucher_id in unread:
            voucher = vouchers[voucher_id]
            if _needs_schedule(voucher) and not _is_new(voucher, at):
                yield replace(voucher, unclear=("no scheduled payment is shown",))
            else:
                yield self._paid(voucher, (), at=at)

    async def _ranges(
        self, query: str, business_unit: str, voucher_ids: Iterable[str]
    ) -> AsyncIterator[KeyPage]:
        pages = QueryPages(self.source)
        for after, up_to in ranges(sorted(voucher_ids), most=RANGE_MOST, gap=RANGE_GAP):
            found = self._pages(query, business_unit, after=after, up_to=up_to, pages=pages)
            async for page in found:
                yield page

    async def _pages(
        self,
        query: str,
        business_unit: str,
        *,
        after: str = "",
        up_to: str = "",
        more: Sequence[tuple[str, str]] = (),
        pages: QueryPages | None = None,
    ) -> AsyncIterator[KeyPage]:
        prompts = self.plan.prompts
        if not more and prompts.since is not None:
            more = ((prompts.since, ""),)
        request = QueryRequest(
            name=query,
            owner=QueryOwner(self.plan.query_owner),
            prompts=(
                (prompts.business_unit, business_unit),
                (prompts.after, after),
                (prompts.up_to, up_to),
                *more,
            ),
            max_rows=self.plan.page_rows,
        )
        reading = (pages or QueryPages(self.source)).pages(
            request, key=("VOUCHER_ID",), after_prompt=prompts.after, after=after, record=self.connection_id
        )
        try:
            async with aclosing(reading) as found:
                async for page in found:
                    yield page
        except PeopleSoftError as error:
            raise ReconciliationFailed(f"PeopleSoft could not be read: {words(error)}") from error

    def _voucher(self, row: QueryRow) -> PeopleSoftVoucher:
        changed = _text(row, "LAST_UPDATE_DT")
        return PeopleSoftVoucher(
            business_unit=intern(_text(row, "BUSINESS_UNIT")),
            voucher_id=_text(row, "VOUCHER_ID"),
            entry_status=intern(_text(row, "ENTRY_STATUS")),
            invoice_number=_text(row, "INVOICE_ID"),
            vendor_setid=intern(_text(row, "VENDOR_SETID")),
            vendor_id=intern(_text(row, "VENDOR_ID")),
            gross=_amount(row, "GROSS_AMT"),
            currency=intern(_text(row, "TXN_CURRENCY_CD")),
            origin=intern(_text(row, "ORIGIN")),
            entered_on=_day(row, "ENTERED_DT"),
            accounting_date=_day(row, "ACCOUNTING_DT"),
            changed_at=self._instant(changed),
        )

    def _paid(
        self, voucher: PeopleSoftVoucher, rows: Sequence[QueryRow], *, at: datetime
    ) -> PeopleSoftVoucher:
        """By the same rules as the pictures that Basware is told of, and always by the query: it alone names vouchers.

        One whose rows cannot be read is compared without its payments, and says so.
        """
        watched = WatchedVoucher(
            connection_id=self.connection_id,
            invoice_id="",
            business_unit=voucher.business_unit,
            voucher_id=voucher.voucher_id,
        )
        try:
            picture = build_picture(
                watched,
                voucher_row=_status_row(voucher),
                payment_rows=rows,
                plan=replace(self.plan, sources=(Proof.QUERY,)),
                poll_offset=0,
                observed_at=at,
                before=None,
            )
        except PaymentRowFault as fault:
            return replace(voucher, unclear=(str(fault),))
        changes = [voucher.changed_at, *(self._instant(_text(row, "LAST_UPDATE_DT")) for row in rows)]
        return replace(
            voucher,
            paid_total=picture.paid_total,
            settled=picture.settled,
            held=picture.on_hold,
            unclear=picture.unknown,
            changed_at=max((each for each in changes if each is not None), default=None),
        )

    def _instant(self, text: str) -> datetime | None:
        """PeopleSoft writes its database's local time without a zone, which is taken for the plan's."""
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        return (at if at.tzinfo is not None else at.replace(tzinfo=self.plan.time_zone)).astimezone(UTC)


def _needs_schedule(voucher: PeopleSoftVoucher) -> bool:
    return standing(voucher.entry_status) is Standing.POSTABLE and bool(voucher.gross)


def _is_new(voucher: PeopleSoftVoucher, at: datetime) -> bool:
    return voucher.changed_at is not None and at - voucher.changed_at < SCHEDULED_WITHIN


def _status_row(voucher: PeopleSoftVoucher) -> QueryRow:
    return {
        "BUSINESS_UNIT": voucher.business_unit,
        "VOUCHER_ID": voucher.voucher_id,
        "ENTRY_STATUS": voucher.entry_status,
        "GROSS_AMT": voucher.gross or Decimal(0),
        "TXN_CURRENCY_CD": voucher.currency,
    }


def _only(rows: Sequence[QueryRow], business_unit: str) -> QueryRow:
    """The one row of a voucher. Vouchers of two units share numbers, so a row of another unit is another voucher's."""
    _of_unit(rows, business_unit)
    if len(rows) > 1:
        raise ReconciliationFailed(
            f"PeopleSoft's query shows voucher {business_unit}/{_text(rows[0], 'VOUCHER_ID')} {len(rows)} times: look"
            " at its joins"
        )
    return rows[0]


def _of_unit(rows: Sequence[QueryRow], business_unit: str) -> None:
    for row in rows:
        if (shown := _text(row, "BUSINESS_UNIT")) != business_unit:
            raise ReconciliationFailed(
                f"PeopleSoft's query shows voucher {shown}/{_text(row, 'VOUCHER_ID')} when asked for {business_unit}:"
                " look at its prompt of the business unit"
            )


def _text(row: QueryRow, field: str) -> str:
    """Blank where PeopleSoft stores only blanks. A field that the query does not show at all is an error of it."""
    if field not in row:
        raise ReconciliationFailed(
            f"PeopleSoft's query shows no field {field}: add it as docs/payments.md says"
        )
    value = row[field]
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def _amount(row: QueryRow, field: str) -> Decimal | None:
    text = _text(row, field)
    try:
        return parse_amount(text) if text else None
    except MoneyFault as fault:
        raise _unreadable(row, field, text) from fault


def _day(row: QueryRow, field: str) -> date | None:
    text = _text(row, field)
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError as fault:
        raise _unreadable(row, field, text) from fault


def _unreadable(row: QueryRow, field: str, text: str) -> ReconciliationFailed:
    return ReconciliationFailed(f"PeopleSoft's voucher {row.get('VOUCHER_ID')} has {text!r} as {field}")
