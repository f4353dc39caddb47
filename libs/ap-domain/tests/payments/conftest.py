"""Rows of the site's queries to start from, and pictures of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from ap_domain.payments import PaymentPicture, PublishedPicture, WatchedVoucher, build_picture, parse_payments

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
WATCHED = WatchedVoucher(
    connection_id="acme",
    invoice_id="f" * 32,
    business_unit="US001",
    voucher_id="00000042",
    invoice_number="R-1",
    invoice_date=date(2026, 5, 20),
    currency="EUR",
)
VOUCHER: dict[str, Any] = {
    "BUSINESS_UNIT": "US001",
    "VOUCHER_ID": "00000042",
    "ENTRY_STATUS": "P",
    "MATCH_STATUS_VCHR": "N",
    "APPR_STATUS": "A",
    "BUDGET_HDR_STATUS": "V",
    "POST_STATUS_AP": "P",
    "CLOSE_STATUS": "O",
    "INVOICE_ID": "R-1",
    "INVOICE_DT": "2026-05-20",
    "GROSS_AMT": "100.00",
    "TXN_CURRENCY_CD": "EUR",
    "PYMNT_TERMS_CD": "30",
    "ACCOUNTING_DT": "2026-05-31",
}
ROW: dict[str, Any] = {
    "BUSINESS_UNIT": "US001",
    "VOUCHER_ID": "00000042",
    "PYMNT_CNT": "1",
    "PYMNT_SELCT_STATUS": "N",
    "PYMNT_ACTION": "S",
    "PYMNT_TYPE": "R",
    "PYMNT_METHOD": "EFT",
    "PYMNT_HOLD": "N",
    "PYMNT_HOLD_REASON": " ",
    "PYMNT_GROSS_AMT": "100.00",
    "PAID_AMT": "0",
    "PAID_AMT_GROSS": "0",
    "PAID_AMT_DSCNT": "0",
    "WTHD_AMT": "0",
    "CURRENCY_PYMNT": "EUR",
    "DUE_DT": "2026-06-30",
    "SCHEDULED_PAY_DT": "2026-06-29",
    "PYMNT_ID": " ",
    "PYMNT_ID_REF": None,
    "PYMNT_DT": None,
    "PYMNT_STATUS": None,
    "CANCEL_ACTION": None,
    "CANCEL_DT": None,
    "NETTED": None,
}
PAYMENT: dict[str, Any] = {
    "PYMNT_ID": "0000001001",
    "PYMNT_ID_REF": "CHK77",
    "PYMNT_DT": "2026-06-15",
    "PYMNT_STATUS": "P",
    "CANCEL_ACTION": "N",
    "NETTED": "N",
}
PAID = PAYMENT | {"PYMNT_SELCT_STATUS": "P", "PAID_AMT": "100.00"}
VOID = {"PYMNT_STATUS": "V", "CANCEL_DT": "2026-06-18"}

Pictured = Callable[..., PaymentPicture]


def remembered(picture: PaymentPicture) -> PublishedPicture:
    """What the poller keeps of a picture it published."""
    return PublishedPicture.of(picture, settled_at=picture.observed_at if picture.settled else None)


@pytest.fixture
def pictured() -> Pictured:
    """The picture of rows that differ from an unpaid instalment of 100 EUR by what is given."""

    def make(
        *rows: dict[str, Any],
        voucher: dict[str, Any] | None = None,
        shown: bool = True,
        plan: dict[str, Any] | None = None,
        watched: WatchedVoucher = WATCHED,
        **further: Any,
    ) -> PaymentPicture:
        return build_picture(
            watched,
            voucher_row=VOUCHER | (voucher or {}) if shown else None,
            payment_rows=[ROW | row for row in rows],
            plan=parse_payments(plan or {}),
            poll_offset=further.pop("poll_offset", 7),
            observed_at=further.pop("observed_at", NOW),
            before=further.pop("before", None),
            **further,
        )

    return make
