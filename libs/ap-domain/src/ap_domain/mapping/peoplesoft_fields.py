"""Documented lengths of the voucher's fields (FSCM 9.2 records VOUCHER, VOUCHER_LINE, DISTRIB_LINE).

A site's own WSDL may be tighter; the client checks that before sending. These let a clerk hear about it
first.
"""

from types import MappingProxyType

HEADER_LENGTHS = MappingProxyType(
    {
        "BUSINESS_UNIT": 5,
        "VOUCHER_ID": 8,
        "VOUCHER_STYLE": 4,
        "INVOICE_ID": 30,
        "VENDOR_SETID": 5,
        "VENDOR_ID": 10,
        "ORIGIN": 3,
        "TXN_CURRENCY_CD": 3,
        "PYMNT_TERMS_CD": 5,
        "DESCR254_MIXED": 254,
        "PYMNT_HOLD": 1,
        "PYMNT_HOLD_REASON": 3,
    }
)
LINE_LENGTHS = MappingProxyType({"DESCR": 30, "DESCR254_MIXED": 254})
CHART_FIELD_LENGTHS = MappingProxyType(
    {
        "BUSINESS_UNIT_GL": 5,
        "ACCOUNT": 10,
        "ALTACCT": 10,
        "DEPTID": 10,
        "OPERATING_UNIT": 8,
        "PRODUCT": 6,
        "FUND_CODE": 5,
        "CLASS_FLD": 5,
        "PROGRAM_CODE": 5,
        "BUDGET_REF": 8,
        "AFFILIATE": 5,
        "AFFILIATE_INTRA1": 10,
        "AFFILIATE_INTRA2": 10,
        "CHARTFIELD1": 10,
        "CHARTFIELD2": 10,
        "CHARTFIELD3": 10,
        "BUSINESS_UNIT_PC": 5,
        "PROJECT_ID": 15,
        "ACTIVITY_ID": 15,
    }
)

AMOUNT_INTEGER_DIGITS = 23
AMOUNT_FRACTION_DIGITS = 3
"""Amounts are DECIMAL(26,3)."""

MAX_ROWS = 99_999
"""VOUCHER_LINE_NUM has five digits."""
