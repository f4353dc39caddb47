"""Documented types and lengths of the voucher's fields (FSCM 9.2 records VOUCHER, VOUCHER_LINE, DISTRIB_LINE,
PYMNT_VCHR_XREF).

A site's own WSDL may be tighter; the client checks that before sending. These let a clerk hear about it
first, and a mapping that cannot fit is refused when it is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """How a property is typed, which decides what a rule may do with it."""

    CODE = "code"
    """A coded value or number kept as text: whole or not at all."""
    DESCRIPTION = "description"
    """Free text for people: the only kind that may be shortened or transliterated."""
    AMOUNT = "amount"
    """Money in the invoice's currency, with no more decimals than the currency knows."""
    NUMBER = "number"
    """A quantity, price, rate or count."""
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """`size` counts characters, or the digits before the point; `decimals` those after it."""

    name: str
    kind: Kind
    size: int = 0
    decimals: int = 0


AMOUNT_INTEGER_DIGITS = 23
AMOUNT_FRACTION_DIGITS = 3
"""Amounts are DECIMAL(26,3)."""

MAX_ROWS = 99_999
"""VOUCHER_LINE_NUM and DISTRIB_LINE_NUM have five digits."""


def _codes(**lengths: int) -> tuple[Property, ...]:
    return tuple(Property(name=name, kind=Kind.CODE, size=length) for name, length in lengths.items())


def _descriptions(**lengths: int) -> tuple[Property, ...]:
    return tuple(Property(name=name, kind=Kind.DESCRIPTION, size=length) for name, length in lengths.items())


def _amounts(*names: str) -> tuple[Property, ...]:
    return tuple(
        Property(name=name, kind=Kind.AMOUNT, size=AMOUNT_INTEGER_DIGITS, decimals=AMOUNT_FRACTION_DIGITS)
        for name in names
    )


def _numbers(*names: str, size: int, decimals: int) -> tuple[Property, ...]:
    return tuple(Property(name=name, kind=Kind.NUMBER, size=size, decimals=decimals) for name in names)


def _counts(*names: str) -> tuple[Property, ...]:
    return _numbers(*names, size=5, decimals=0)


def _dates(*names: str) -> tuple[Property, ...]:
    return tuple(Property(name=name, kind=Kind.DATE) for name in names)


def _by_name(*groups: tuple[Property, ...]) -> Mapping[str, Property]:
    return MappingProxyType({each.name: each for group in groups for each in group})


PAYMENT = _by_name(
    _codes(PYMNT_HANDLING_CD=2, PYMNT_METHOD=3, PYMNT_HOLD=1, PYMNT_HOLD_REASON=3),
    _codes(REMIT_SETID=5, REMIT_VENDOR=10),
    _descriptions(PYMNT_MESSAGE=70),
    _counts("REMIT_ADDR_SEQ_NUM"),
    _dates("SCHEDULED_PAY_DT"),
)
HEADER = _by_name(
    _codes(BUSINESS_UNIT=5, VOUCHER_ID=8, VOUCHER_STYLE=4, INVOICE_ID=30),
    _codes(VENDOR_SETID=5, VENDOR_ID=10, VNDR_LOC=10),
    _codes(GRP_AP_ID=10, ORIGIN=3, VCHR_SRC=4, OPRID=30),
    _codes(TXN_CURRENCY_CD=3, RT_TYPE=5, CUR_RT_SOURCE=1, PYMNT_TERMS_CD=5),
    _codes(VOUCHER_ID_RELATED=8, TAX_EXEMPT=1, MATCH_ACTION=1, VCHR_APPRVL_FLG=1, DUE_DT_FLG=1),
    _codes(POST_VOUCHER=1, PO_ID=10, PACKSLIP_NO=22, DOC_TYPE=8),
    _descriptions(DESCR254_MIXED=254),
    _amounts("GROSS_AMT", "SALETX_AMT", "FREIGHT_AMT", "MISC_AMT", "VAT_ENTRD_AMT", "DSCNT_AMT"),
    _counts("ADDRESS_SEQ_NUM"),
    _numbers("RATE_MULT", "RATE_DIV", size=7, decimals=8),
    _dates("INVOICE_DT", "ACCOUNTING_DT", "INV_RECPT_DT", "DUE_DT", "DSCNT_DUE_DT", "TERMS_BASIS_DT"),
    tuple(PAYMENT.values()),
)
LINE = _by_name(
    _codes(UNIT_OF_MEASURE=3, INV_ITEM_ID=18, ITM_SETID=5, BUSINESS_UNIT_PO=5, PO_ID=10),
    _codes(BUSINESS_UNIT_RECV=5, RECEIVER_ID=10, SHIPTO_ID=10, TAX_CD_VAT=8, SUT_APPLICABILITY=1, WTHD_SW=1),
    _descriptions(DESCR=30, DESCR254_MIXED=254),
    _amounts("MERCHANDISE_AMT"),
    _counts("VOUCHER_LINE_NUM", "LINE_NBR", "SCHED_NBR", "RECV_LN_NBR"),
    _numbers("QTY_VCHR", size=11, decimals=4),
    _numbers("UNIT_PRICE", size=10, decimals=5),
)
CHART_FIELDS = _by_name(
    _codes(BUSINESS_UNIT_GL=5, ACCOUNT=10, ALTACCT=10, DEPTID=10, OPERATING_UNIT=8, PRODUCT=6, FUND_CODE=5),
    _codes(CLASS_FLD=5, PROGRAM_CODE=5, BUDGET_REF=8, AFFILIATE=5, AFFILIATE_INTRA1=10, AFFILIATE_INTRA2=10),
    _codes(CHARTFIELD1=10, CHARTFIELD2=10, CHARTFIELD3=10),
    _codes(BUSINESS_UNIT_PC=5, PROJECT_ID=15, ACTIVITY_ID=15, ANALYSIS_TYPE=3),
    _codes(RESOURCE_TYPE=5, RESOURCE_CATEGORY=5, RESOURCE_SUB_CAT=5, STATISTICS_CODE=3),
)
DISTRIBUTION = _by_name(
    tuple(CHART_FIELDS.values()),
    _codes(JRNL_LN_REF=10, OPEN_ITEM_KEY=30, ENTRY_EVENT=10, USER_DIST_CHAR1=1),
    _amounts("MERCHANDISE_AMT"),
    _counts("DISTRIB_LINE_NUM"),
    _numbers("QTY_VCHR", size=11, decimals=4),
    _numbers("STATISTICS_AMOUNT", size=13, decimals=2),
    _dates("BUDGET_DT"),
)

CALCULATED = MappingProxyType(
    {
        "header": frozenset({"GROSS_AMT", "SALETX_AMT", "FREIGHT_AMT", "MISC_AMT", "VAT_ENTRD_AMT"}),
        "lines": frozenset({"VOUCHER_LINE_NUM", "MERCHANDISE_AMT"}),
        "distributions": frozenset({"DISTRIB_LINE_NUM", "MERCHANDISE_AMT"}),
        "payment": frozenset[str](),
    }
)
"""What comes from the sums and the order of the rows, so that no rule can make a voucher out of balance."""

SECTIONS: Mapping[str, Mapping[str, Property]] = MappingProxyType(
    {"header": HEADER, "lines": LINE, "distributions": DISTRIBUTION, "payment": PAYMENT}
)
