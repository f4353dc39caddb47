"""PeopleSoft's books of vouchers and payments, asked as its queries and its inquiry are."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from peoplesoft import PaymentInquiryRow, PeopleSoftError, QueryRequest, QueryRow

UNIT = "US001"
Cells = dict[str, Any]


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
