"""The settings of a connection that turn its invoices into vouchers."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ap_domain.mapping.expression import Expression
from ap_domain.mapping.rule import OTHERWISE, Table
from ap_domain.mapping.rule_book import Rules
from ap_domain.mapping.supplier_scheme import SupplierScheme
from ap_domain.money import plain


class TaxMode(StrEnum):
    """Where the tax of a coding row goes; lines and header make up the gross amount in every mode."""

    SALES_TAX_HEADER = "sales_tax_header"
    """Lines carry net amounts, the tax is SALETX_AMT of the header."""
    VAT_HEADER = "vat_header"
    """Lines carry net amounts and TAX_CD_VAT, the tax is VAT_ENTRD_AMT of the header."""
    GROSS_CODED = "gross_coded"
    """Lines carry gross amounts, the header carries no tax."""
    TAX_LINE = "tax_line"
    """Lines carry net amounts, the tax is a line of its own to an account."""
    USE_TAX = "use_tax"
    """Lines carry net amounts; the tax is self-assessed by PeopleSoft and no part of the gross amount."""
    REVERSE_CHARGE = "reverse_charge"
    """Lines carry net amounts and TAX_CD_VAT; the tax is no part of the gross amount."""
    EXEMPT = "exempt"
    """Lines carry net amounts, there may be no tax; TAX_EXEMPT says so where all rows are exempt."""


class LongInvoiceNumber(StrEnum):
    """What to do with an invoice number longer than INVOICE_ID; the full one is kept in DESCR254_MIXED."""

    REJECT = "reject"
    KEEP_FIRST = "keep_first"
    KEEP_LAST = "keep_last"
    DIGEST = "digest"
    """The beginning, and eight digits made of the whole: two long numbers never become one."""


class CreditNoteSign(StrEnum):
    BY_TYPE = "by_type"
    """A credit note by its type is negated where its sums are positive."""
    AS_GIVEN = "as_given"
    """A credit note by its type whose sums are positive is refused."""


class CreditNoteStyle(StrEnum):
    REG = "REG"
    ADJ = "ADJ"


class ZeroInvoices(StrEnum):
    ALLOW = "allow"
    REJECT = "reject"


class Rates(StrEnum):
    PEOPLESOFT = "peoplesoft"
    BASWARE = "basware"
    """Basware's exchangeRateCompany is sent, and flagged as entered."""


class PurchaseOrders(StrEnum):
    IGNORE = "ignore"
    ALREADY_MATCHED = "already_matched"
    MATCH_AGAIN = "match_again"


class DatePolicy(StrEnum):
    AS_GIVEN = "as_given"
    NEXT_OPEN_DAY = "next_open_day"
    REJECT = "reject"


class Part(StrEnum):
    """What is only sent where a connection asks for it."""

    DUE_DATE_FLAG = "due_date_flag"
    BASIS_DATE = "basis_date"
    CASH_DISCOUNT = "cash_discount"
    PAYMENT_MESSAGE = "payment_message"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLines:
    """Tax code -> ACCOUNT ("*" for any other), and further chart fields of the tax lines."""

    accounts: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """A difference up to `tolerance` (in the invoice's currency) becomes a line to `account`."""

    account: str = ""
    tolerance: Decimal = Decimal(0)
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNotes:
    types: frozenset[str] = frozenset()
    """Basware's invoiceTypeCode of credit notes; a negative gross sum is one in any case."""
    none_by_type: bool = False
    """The mapping says that no type is one. Where it says nothing of types, one that looks like it is refused with
    positive sums.
    """
    sign: CreditNoteSign = CreditNoteSign.BY_TYPE
    style: CreditNoteStyle | None = None
    """None: the style of other vouchers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Rows that satisfy `rows` are this charge instead of lines; `pick` takes it from the header."""

    rows: Expression | None = None
    pick: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Both days belong to it."""

    begins: date
    ends: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDateLimits:
    """None: no limit."""

    days_ahead: int | None = None
    years_back: int | None = None


def default_dimensions() -> dict[str, str]:
    return {"accountCode": "ACCOUNT", "costCenterCode": "DEPTID"}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherMapping:
    """One version of a connection's mapping, made by `parse_mapping`. Its lookups are not changed afterwards."""

    business_units: Mapping[str, str]
    """Basware company code -> BUSINESS_UNIT."""
    setid: str
    """VENDOR_SETID of every supplier whose code does not name one."""
    gl_business_units: Mapping[str, str]
    """Basware company code -> BUSINESS_UNIT_GL; a company not listed uses its business unit."""
    suppliers: Mapping[str, str]
    """Basware supplier codes that follow no rule -> VENDOR_ID."""
    supplier_scheme: SupplierScheme
    """How all other codes are read; `scheme` is the whole of it."""
    payment_terms: Mapping[str, str]
    """Basware payment term -> PYMNT_TERMS_CD. Empty: no term is sent and the supplier's own applies."""
    dimensions: Mapping[str, str]
    """Field of a coding row -> chart field of the distribution."""
    origin: str
    voucher_style: str
    voucher_source: str
    approval_flag: str
    control_group: str
    tax: TaxMode
    tax_by_company: Mapping[str, TaxMode]
    tax_by_code: Mapping[str, TaxMode]
    tax_lines: TaxLines
    charges: Mapping[str, Charge]
    """FREIGHT_AMT or MISC_AMT -> where it comes from."""
    rounding: Rounding
    credit_notes: CreditNotes
    zero_invoices: ZeroInvoices
    rates: Rates
    purchase_orders: PurchaseOrders
    distributions_from_po: bool
    group_lines_by: tuple[Expression, ...]
    accounting_dates: Mapping[str, DatePolicy]
    """Business unit ("*" for any other) -> policy."""
    open_periods: Mapping[str, tuple[Period, ...]]
    """Business unit ("*" for any other) -> its open periods, in order."""
    invoice_date_limits: InvoiceDateLimits
    long_invoice_number: LongInvoiceNumber
    invoice_number_length: int
    hold_reason: str
    """PYMNT_HOLD_REASON of an invoice that is blocked for payment in Basware."""
    send_due_date: bool
    send: frozenset[Part]
    payment_collection: str
    """The collection whose one row carries the payment properties; blank: they are header properties."""
    header: Rules
    lines: Rules
    distributions: Rules
    payment: Rules
    tables: Mapping[str, Table]

    @property
    def scheme(self) -> SupplierScheme:
        """How supplier codes and suppliers name each other."""
        return replace(self.supplier_scheme, setid=self.setid, listed=self.suppliers)

    def tax_mode(self, *, company: str, code: str | None) -> TaxMode:
        """A tax code decides before a company, and both before the mapping as a whole."""
        if code is not None and (by_code := self.tax_by_code.get(code)) is not None:
            return by_code
        return self.tax_by_company.get(company, self.tax)

    def date_policy(self, business_unit: str) -> DatePolicy:
        other = self.accounting_dates.get(OTHERWISE, DatePolicy.AS_GIVEN)
        return self.accounting_dates.get(business_unit, other)

    def periods(self, business_unit: str) -> tuple[Period, ...]:
        return self.open_periods.get(business_unit, self.open_periods.get(OTHERWISE, ()))


def mapping_digest(mapping: VoucherMapping) -> str:
    """SHA-256 in hex; equal for mappings that say the same, in whatever order their keys stand and whether or
    not a default is written out.
    """
    text = json.dumps(_content(mapping), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _content(value: object) -> object:
    if isinstance(value, Expression):
        return value.text
    if is_dataclass(value):
        named = ((each.name, getattr(value, each.name)) for each in fields(value))
        return {name: _content(held) for name, held in named if held not in (None, False, "")}
    if isinstance(value, Mapping):
        return {str(key): _content(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(str(each) for each in value)
    if isinstance(value, tuple):
        return [_content(each) for each in value]
    if isinstance(value, Decimal):
        return f"decimal {plain(value)}"
    if isinstance(value, date):
        return f"date {value.isoformat()}"
    if value is None or isinstance(value, str | bool | int):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a mapping")
