"""The voucher as PeopleSoft keeps it: records, fields, types and lengths, in one order.

Lengths follow the FSCM 9.2 data dictionary. A display length such as 28.3 is a sign, a point and 26 digits of
which 3 are decimals, so it is written here as 26 digits, scale 3. Names are canonical PeopleSoft names; a
site's own spelling (prefixes, collection names) is put on top by :mod:`peoplesoft_simulator.shape`.
"""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a field is typed in a message schema."""

    CHAR = "CHAR"
    NUMBER = "NUMBER"
    DATE = "DATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a record.

    `length` counts characters (CHAR) or digits (NUMBER), `scale` the decimals among those digits. A `stored`
    field is assigned by PeopleSoft: a Get shows it, a Create may not send it. A `payment` field belongs to the
    scheduled payment, which some sites expose as a collection of its own.
    """

    name: str
    kind: Kind
    length: int = 0
    scale: int = 0
    key: bool = False
    stored: bool = False
    payment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One scroll level of the component: a record, its fields in schema order, and the levels below it."""

    name: str
    fields: tuple[Field, ...]
    levels: tuple["Level", ...] = ()


LINE = "VOUCHER_LINE"
DISTRIBUTION = "DISTRIB_LINE"
PAYMENT = "PYMNT_VCHR_XREF"


def _key(name: str, length: int) -> Field:
    return Field(name=name, kind=Kind.CHAR, length=length, key=True)


def _count(name: str, *, key: bool = False) -> Field:
    return Field(name=name, kind=Kind.NUMBER, length=5, key=key)


def _chars(**lengths: int) -> tuple[Field, ...]:
    return tuple(Field(name=name, kind=Kind.CHAR, length=length) for name, length in lengths.items())


def _payment(**lengths: int) -> tuple[Field, ...]:
    return tuple(
        Field(name=name, kind=Kind.CHAR, length=length, payment=True) for name, length in lengths.items()
    )


def _stored(**lengths: int) -> tuple[Field, ...]:
    return tuple(
        Field(name=name, kind=Kind.CHAR, length=length, stored=True) for name, length in lengths.items()
    )


def _amounts(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name=name, kind=Kind.NUMBER, length=26, scale=3) for name in names)


def _numbers(*names: str, length: int, scale: int) -> tuple[Field, ...]:
    return tuple(Field(name=name, kind=Kind.NUMBER, length=length, scale=scale) for name in names)


def _dates(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name=name, kind=Kind.DATE) for name in names)


DISTRIBUTION_LEVEL = Level(
    name=DISTRIBUTION,
    fields=(
        _count("DISTRIB_LINE_NUM", key=True),
        *_chars(
            BUSINESS_UNIT_GL=5,
            ACCOUNT=10,
            ALTACCT=10,
            DEPTID=10,
            OPERATING_UNIT=8,
            PRODUCT=6,
            FUND_CODE=5,
            CLASS_FLD=5,
            PROGRAM_CODE=5,
            BUDGET_REF=8,
            AFFILIATE=5,
            AFFILIATE_INTRA1=10,
            AFFILIATE_INTRA2=10,
            CHARTFIELD1=10,
            CHARTFIELD2=10,
            CHARTFIELD3=10,
            BUSINESS_UNIT_PC=5,
            PROJECT_ID=15,
            ACTIVITY_ID=15,
            ANALYSIS_TYPE=3,
            RESOURCE_TYPE=5,
            RESOURCE_CATEGORY=5,
            RESOURCE_SUB_CAT=5,
        ),
        *_amounts("MERCHANDISE_AMT"),
        *_chars(STATISTICS_CODE=3),
        *_numbers("STATISTICS_AMOUNT", length=15, scale=2),
        *_numbers("QTY_VCHR", length=15, scale=4),
        *_chars(JRNL_LN_REF=10, OPEN_ITEM_KEY=30, ENTRY_EVENT=10, USER_DIST_CHAR1=1),
        *_dates("BUDGET_DT"),
    ),
)

LINE_LEVEL = Level(
    name=LINE,
    fields=(
        _count("VOUCHER_LINE_NUM", key=True),
        *_chars(DESCR=30, DESCR254_MIXED=254),
        *_amounts("MERCHANDISE_AMT"),
        *_numbers("QTY_VCHR", length=15, scale=4),
        *_chars(UNIT_OF_MEASURE=3),
        *_numbers("UNIT_PRICE", length=15, scale=5),
        *_chars(INV_ITEM_ID=18, ITM_SETID=5, BUSINESS_UNIT_PO=5, PO_ID=10),
        _count("LINE_NBR"),
        _count("SCHED_NBR"),
        *_chars(BUSINESS_UNIT_RECV=5, RECEIVER_ID=10),
        _count("RECV_LN_NBR"),
        *_chars(SHIPTO_ID=10, TAX_CD_VAT=8, SUT_APPLICABILITY=1, WTHD_SW=1),
    ),
    levels=(DISTRIBUTION_LEVEL,),
)

VOUCHER_LEVEL = Level(
    name="VOUCHER",
    fields=(
        _key("BUSINESS_UNIT", 5),
        _key("VOUCHER_ID", 8),
        *_chars(VOUCHER_STYLE=4, INVOICE_ID=30),
        *_dates("INVOICE_DT"),
        *_chars(VENDOR_SETID=5, VENDOR_ID=10, VNDR_LOC=10),
        _count("ADDRESS_SEQ_NUM"),
        *_chars(GRP_AP_ID=10, ORIGIN=3, VCHR_SRC=4),
        *_dates("ACCOUNTING_DT", "INV_RECPT_DT", "TERMS_BASIS_DT", "DUE_DT"),
        *_chars(DUE_DT_FLG=1),
        *_dates("DSCNT_DUE_DT"),
        *_chars(POST_VOUCHER=1),
        *_amounts("GROSS_AMT", "SALETX_AMT", "FREIGHT_AMT", "MISC_AMT", "VAT_ENTRD_AMT", "DSCNT_AMT"),
        *_chars(TXN_CURRENCY_CD=3, RT_TYPE=5),
        *_numbers("RATE_MULT", "RATE_DIV", length=15, scale=8),
        *_chars(CUR_RT_SOURCE=1, PYMNT_TERMS_CD=5, DESCR254_MIXED=254, VOUCHER_ID_RELATED=8),
        *_chars(TAX_EXEMPT=1, MATCH_ACTION=1, VCHR_APPRVL_FLG=1, PO_ID=10, PACKSLIP_NO=22, DOC_TYPE=8),
        _count("REMIT_ADDR_SEQ_NUM"),
        *_payment(REMIT_SETID=5, REMIT_VENDOR=10),
        Field(name="SCHEDULED_PAY_DT", kind=Kind.DATE, payment=True),
        *_payment(PYMNT_MESSAGE=70, PYMNT_HANDLING_CD=2, PYMNT_METHOD=3, PYMNT_HOLD=1, PYMNT_HOLD_REASON=3),
        Field(name="PYMNT_SELCT_STATUS", kind=Kind.CHAR, length=1, stored=True, payment=True),
        Field(name="PYMNT_ID", kind=Kind.CHAR, length=10, stored=True, payment=True),
        *_stored(
            ENTRY_STATUS=1,
            CLOSE_STATUS=1,
            POST_STATUS_AP=1,
            APPR_STATUS=1,
            DUP_INVOICE_STATUS=1,
            MATCH_STATUS_VCHR=1,
            BUDGET_HDR_STATUS=1,
            OPRID=30,
        ),
        Field(name="ENTERED_DT", kind=Kind.DATE, stored=True),
    ),
    levels=(LINE_LEVEL,),
)


def header_field(name: str) -> Field:
    """The header field of that canonical name; KeyError if there is none."""
    return _HEADER[name]


_HEADER = {field.name: field for field in VOUCHER_LEVEL.fields}
