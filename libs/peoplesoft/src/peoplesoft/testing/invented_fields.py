"""The fields of an invented voucher component interface, level by level, in schema order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Fields: TypeAlias = Mapping[str, "str | Fields"]
"""Name -> "C10", "N23.3", "N5", "D" (a trailing ! means required), or the fields of a nested collection."""

KEYS: Fields = {"BUSINESS_UNIT": "C5!", "VOUCHER_ID": "C8!"}
ALTERNATE_KEYS: Fields = {
    "INVOICE_ID": "C30",
    "INVOICE_DT": "D",
    "VENDOR_SETID": "C5",
    "VENDOR_ID": "C10",
    "ENTRY_STATUS": "C1",
}
DISTRIBUTION: Fields = {
    "DISTRIB_LINE_NUM": "N5!",
    "BUSINESS_UNIT_GL": "C5",
    "ACCOUNT": "C10!",
    "DEPTID": "C10",
    "PROJECT_ID": "C15",
    "MERCHANDISE_AMT": "N26.3",
    "QTY_VCHR": "N15.4",
}
LINE: Fields = {
    "VOUCHER_LINE_NUM": "N5!",
    "DESCR": "C30",
    "MERCHANDISE_AMT": "N26.3",
    "QTY_VCHR": "N15.4",
    "UNIT_OF_MEASURE": "C3",
    "UNIT_PRICE": "N15.5",
    "BUSINESS_UNIT_PO": "C5",
    "PO_ID": "C10",
    "LINE_NBR": "N5",
    "SCHED_NBR": "N5",
    "BUSINESS_UNIT_RECV": "C5",
    "RECEIVER_ID": "C10",
    "RECV_LN_NBR": "N5",
    "TAX_CD_VAT": "C8",
    "SUT_APPLICABILITY": "C1",
    "DISTRIB_LINE": DISTRIBUTION,
}
HEADER: Fields = {
    "VOUCHER_STYLE": "C4",
    "INVOICE_ID": "C30",
    "INVOICE_DT": "D",
    "VENDOR_SETID": "C5",
    "VENDOR_ID": "C10",
    "VNDR_LOC": "C10",
    "ORIGIN": "C3",
    "ACCOUNTING_DT": "D",
    "DUE_DT": "D",
    "GROSS_AMT": "N26.3",
    "SALETX_AMT": "N26.3",
    "FREIGHT_AMT": "N26.3",
    "MISC_AMT": "N26.3",
    "VAT_ENTRD_AMT": "N26.3",
    "TXN_CURRENCY_CD": "C3",
    "RATE_MULT": "N15.8",
    "PYMNT_TERMS_CD": "C5",
    "VOUCHER_ID_RELATED": "C8",
    "MATCH_ACTION": "C1",
    "DESCR254_MIXED": "C254",
}
STATUS: Fields = {"ENTRY_STATUS": "C1", "CLOSE_STATUS": "C1"}
PAYMENT: Fields = {"PYMNT_MESSAGE": "C70", "PYMNT_HOLD": "C1", "PYMNT_HOLD_REASON": "C3"}
