"""Hypothesis strategies for vouchers by canonical names, within the lengths of the FSCM 9.2 data dictionary.

Needs Hypothesis, which the package itself does not. The vouchers need not balance: they are for messages, not for
PeopleSoft's edits.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

Voucher = dict[str, Any]

_CODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def codes(longest: int, *, least: int = 1) -> st.SearchStrategy[str]:
    """Codes as PeopleSoft keeps them."""
    return st.text(_CODE, min_size=least, max_size=longest)


def texts(longest: int) -> st.SearchStrategy[str]:
    """Anything a person may type and XML can carry, markup and letters beyond the first plane included."""
    letters = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    return st.text(letters | st.sampled_from("<&>\"'\t\n%_"), max_size=longest)


def amounts(*, digits: int = 12, places: int = 3) -> st.SearchStrategy[Any]:
    """Amounts of either sign with 0 to `places` decimals."""
    bound = 10**digits - 1
    return st.integers(0, places).flatmap(
        lambda kept: st.decimals(min_value=-bound, max_value=bound, places=kept)
    )


_DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31))
_COUNTS = st.integers(1, 99_999)


def _distributions(count: int) -> st.SearchStrategy[list[Voucher]]:
    row = st.fixed_dictionaries(
        {"ACCOUNT": codes(10), "MERCHANDISE_AMT": amounts()},
        optional={
            "BUSINESS_UNIT_GL": codes(5),
            "DEPTID": codes(10),
            "PROJECT_ID": codes(15),
            "QTY_VCHR": amounts(digits=9, places=4),
        },
    )
    return st.lists(row, min_size=0, max_size=count).map(lambda rows: _numbered(rows, "DISTRIB_LINE_NUM"))


def _lines(count: int) -> st.SearchStrategy[list[Voucher]]:
    order = {
        "BUSINESS_UNIT_PO": codes(5),
        "PO_ID": codes(10),
        "LINE_NBR": _COUNTS,
        "SCHED_NBR": _COUNTS,
        "BUSINESS_UNIT_RECV": codes(5),
        "RECEIVER_ID": codes(10),
        "RECV_LN_NBR": _COUNTS,
    }
    row = st.fixed_dictionaries(
        {"MERCHANDISE_AMT": amounts(), "DISTRIB_LINE": _distributions(3)},
        optional={
            "DESCR": texts(30),
            "QTY_VCHR": amounts(digits=9, places=4),
            "UNIT_OF_MEASURE": codes(3),
            "UNIT_PRICE": amounts(digits=9, places=5),
            "TAX_CD_VAT": codes(8),
            "SUT_APPLICABILITY": codes(1),
            **order,
        },
    )
    return st.lists(row, min_size=1, max_size=count).map(lambda rows: _numbered(rows, "VOUCHER_LINE_NUM"))


def _numbered(rows: list[Voucher], name: str) -> list[Voucher]:
    return [{**row, name: number} for number, row in enumerate(rows, start=1)]


def vouchers(*, most_lines: int = 30, payments: str = "") -> st.SearchStrategy[Voucher]:
    """Vouchers of 1 to `most_lines` lines: coded or ordered, regular or credit, with and without VAT.

    The payment's properties are in the header, or in one row of the collection `payments`.
    """
    payment = st.fixed_dictionaries(
        {"PYMNT_HOLD": st.sampled_from(["Y", "N"]) | st.booleans()},
        optional={"PYMNT_HOLD_REASON": codes(3), "PYMNT_MESSAGE": texts(70)},
    )
    header = st.fixed_dictionaries(
        {
            "BUSINESS_UNIT": codes(5),
            "VOUCHER_ID": st.just("NEXT"),
            "VOUCHER_STYLE": st.sampled_from(["REG", "ADJ"]),
            "INVOICE_ID": texts(30).filter(lambda text: bool(text.strip())),
            "INVOICE_DT": _DAYS,
            "VENDOR_ID": codes(10),
            "GROSS_AMT": amounts(),
            "VOUCHER_LINE": _lines(most_lines),
        },
        optional={
            "VENDOR_SETID": codes(5),
            "VNDR_LOC": codes(10),
            "ORIGIN": codes(3),
            "ACCOUNTING_DT": _DAYS,
            "DUE_DT": _DAYS,
            "SALETX_AMT": amounts(),
            "FREIGHT_AMT": amounts(),
            "MISC_AMT": amounts(),
            "VAT_ENTRD_AMT": amounts(),
            "TXN_CURRENCY_CD": codes(3, least=3),
            "RATE_MULT": amounts(digits=7, places=8),
            "PYMNT_TERMS_CD": codes(5),
            "VOUCHER_ID_RELATED": codes(8),
            "MATCH_ACTION": codes(1),
            "DESCR254_MIXED": texts(254),
        },
    )
    if payments:
        return st.builds(lambda head, paid: {**head, payments: [{"PYMNT_CNT": 1, **paid}]}, header, payment)
    return st.builds(lambda head, paid: {**head, **paid}, header, payment)
