"""What the payment inquiry shows of watched vouchers: read by windows of days, told apart by the invoice."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from ap_domain.natural_key import as_compared
from ap_domain.payments import PaymentPlan, Proof, WatchedVoucher
from ap_domain.payments.inquiry import InquiryRow, match_inquiry
from ap_domain.poll import PollKind
from chassis.connections import Connection
from chassis.keys import record_key
from chassis.streams.poll_remarks import Remarks
from chassis.streams.ports import TableView

from payment_poller.book import VoucherKey
from payment_poller.picturing import AT_ONCE
from payment_poller.ports import Reading
from payment_poller.tables import WATCHED

__all__ = ["inquire", "windows"]


def windows(plan: PaymentPlan, kind: PollKind, *, now: datetime) -> Iterator[tuple[date, date]]:
    """The days to ask for, both ends included: the last window for changes, as long as what is settled is watched for
    everything; tomorrow included, as clocks differ.
    """
    if plan.inquiry is None or Proof.INQUIRY not in plan.sources:
        return
    last = now.astimezone(plan.time_zone).date() + timedelta(days=1)
    back = plan.inquiry.window if kind is PollKind.CHANGES else max(plan.inquiry.window, plan.watch_settled)
    first = last - back
    while first <= last:
        end = min(first + plan.inquiry.window - timedelta(days=1), last)
        yield first, end
        first = end + timedelta(days=1)


async def inquire(
    connection: Connection,
    plan: PaymentPlan,
    kind: PollKind,
    *,
    reading: Reading,
    view: TableView,
    remarks: Remarks,
    now: datetime,
) -> Mapping[VoucherKey, InquiryRow]:
    """The one row of each voucher that can only be its own. Rows of invoices that are not watched are dropped as they
    come. Raises SourceFailed.
    """
    asked = tuple(windows(plan, kind, now=now))
    if not asked:
        return {}
    watched = await _by_number(connection, view)
    rows = [
        row
        for first, last in asked
        for row in await reading.inquiry(first, last)
        if as_compared(row.number) in watched
    ]
    numbers = {as_compared(row.number) for row in rows}
    vouchers = {each.invoice_id: each for number in numbers for each in watched[number]}
    matches = match_inquiry(rows, vouchers.values())
    if matches.why_not:
        first_reason = next(iter(matches.why_not.values()))
        remarks.of_read(
            f"{len(matches.why_not)} invoices cannot be told in the payment inquiry: {first_reason}"
        )
    return {
        (vouchers[invoice_id].business_unit, vouchers[invoice_id].voucher_id): row
        for invoice_id, row in matches.rows.items()
    }


async def _by_number(connection: Connection, view: TableView) -> dict[str, list[WatchedVoucher]]:
    found: dict[str, list[WatchedVoucher]] = {}
    prefix = record_key(connection.id) + b"/"
    for number, (_, watched) in enumerate(view.items(WATCHED, connection.shard, prefix), 1):
        if watched.invoice_number:
            found.setdefault(as_compared(watched.invoice_number), []).append(watched)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    return found
