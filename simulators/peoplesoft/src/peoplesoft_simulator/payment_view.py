"""Payments of vouchers as the control API shows them: the rows in PeopleSoft's words, and what they come to.

The summary is counted from what was done, not from PeopleSoft's letters, so that it can check those who read them.
"""

from collections.abc import Iterable
from decimal import Decimal

from peoplesoft_simulator.books import Voucher
from peoplesoft_simulator.control_json import Json
from peoplesoft_simulator.payment_rows import BANK_CODE, BANK_SETID, Fate, Instalment, Payment
from peoplesoft_simulator.row import ZERO

_HEADER = (
    "BUSINESS_UNIT",
    "VOUCHER_ID",
    "INVOICE_ID",
    "VENDOR_ID",
    "GROSS_AMT",
    "TXN_CURRENCY_CD",
    "ENTRY_STATUS",
    "MATCH_STATUS_VCHR",
    "APPR_STATUS",
    "BUDGET_HDR_STATUS",
    "POST_STATUS_AP",
    "CLOSE_STATUS",
)


def shown(voucher: Voucher, schedule: list[Instalment], payments: Iterable[Payment]) -> Json:
    """One voucher's page."""
    return {
        **{name: voucher.row.text(name) for name in _HEADER},
        "LAST_UPDATE_DT": voucher.last_update,
        "schedule": [_scheduled(each) for each in schedule],
        "payments": [shown_payment(each) for each in payments],
        "summary": summary(schedule, currency=voucher.row.text("TXN_CURRENCY_CD")),
    }


def summary(schedule: list[Instalment], *, currency: str) -> Json:
    """What became of the voucher's amount, in its `currency`.

    `paid` is what the supplier, or the state in his place, has; with `discount`, `withheld`, `open`, `prepaid`,
    `netted` (set off against credit notes without money) and `cancelled` it makes the amount scheduled, `gross`.
    `paid_gross` is what of that was settled by payments. `ended`: something was scheduled and nothing is still to be
    paid. `held`: something still to be paid is on hold. `other_currency`: something was paid in another currency.
    """
    live = [each for each in schedule if each.fate != "replaced_by_new_row"]
    paid = [each for each in live if each.fate in ("paid", "escheated")]

    def gross(*fates: Fate) -> str:
        return _sum(each.gross for each in live if each.fate in fates)

    return {
        "gross": _sum(each.gross for each in live),
        "paid": _sum(each.net for each in paid),
        "paid_gross": _sum(each.gross for each in paid),
        "discount": _sum(each.discount for each in paid),
        "withheld": _sum(each.withheld for each in paid),
        "open": gross("open", "selected"),
        "prepaid": gross("prepaid"),
        "netted": gross("netted"),
        "cancelled": gross("cancelled"),
        "held": any(each.held for each in live),
        "ended": bool(live) and not any(each.unpaid for each in live),
        "other_currency": any(each.currency != currency for each in live),
    }


def shown_payment(payment: Payment) -> Json:
    """One row of PAYMENT_TBL."""
    return {
        "BANK_SETID": BANK_SETID,
        "BANK_CD": BANK_CODE,
        "BANK_ACCT_KEY": payment.bank,
        "PYMNT_ID": payment.payment_id,
        "PYMNT_ID_REF": payment.reference,
        "PYMNT_DT": payment.day.isoformat(),
        "PYMNT_AMT": f"{payment.amount:f}",
        "CURRENCY_PYMNT": payment.currency,
        "PYMNT_METHOD": payment.method,
        "PYMNT_STATUS": payment.status,
        "CANCEL_ACTION": payment.cancel_action,
        "CANCEL_DT": payment.cancel_day.isoformat() if payment.cancel_day else "",
        "NETTED": payment.netted,
        "LAST_UPDATE_DT": payment.last_update,
    }


def _scheduled(row: Instalment) -> Json:
    return {
        "PYMNT_CNT": row.number,
        "PYMNT_SELCT_STATUS": row.selection,
        "PYMNT_ACTION": row.action,
        "PYMNT_TYPE": row.type,
        "PYMNT_METHOD": row.method,
        "PYMNT_HOLD": row.hold,
        "PYMNT_HOLD_REASON": row.hold_reason,
        "PYMNT_GROSS_AMT": f"{row.gross:f}",
        "PAID_AMT": f"{row.paid:f}",
        "PAID_AMT_GROSS": f"{row.paid_gross:f}",
        "PAID_AMT_DSCNT": f"{row.paid_discount:f}",
        "WTHD_AMT": f"{row.paid_withheld:f}",
        "CURRENCY_PYMNT": row.currency,
        "DUE_DT": row.due.isoformat() if row.due else "",
        "SCHEDULED_PAY_DT": row.scheduled.isoformat() if row.scheduled else "",
        "BANK_ACCT_KEY": row.bank,
        "PYMNT_ID": row.payment_id,
        "LAST_UPDATE_DT": row.last_update,
        "fate": row.fate,
    }


def _sum(amounts: Iterable[Decimal]) -> str:
    return f"{sum(amounts, ZERO):f}"
