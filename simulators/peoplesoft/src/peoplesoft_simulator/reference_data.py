"""What a site's database knows before any voucher: units, suppliers, ChartFields, orders, groups, rules, codes.

Voucher edits and queries look at the same rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import AwareDatetime

from peoplesoft_simulator.code_tables import ExchangeRate, PaymentTerms, VatCode
from peoplesoft_simulator.effective_dating import LONG_AGO, active_on
from peoplesoft_simulator.invented_suppliers import InventedSuppliers
from peoplesoft_simulator.purchase_orders import PurchaseOrder
from peoplesoft_simulator.row import Row
from peoplesoft_simulator.site import STRICT, DuplicateAction, EditAction, MatchField, Period
from peoplesoft_simulator.supplier_book import SupplierBook, SupplierKey
from peoplesoft_simulator.suppliers import Supplier

CHARTFIELDS = (
    "ACCOUNT",
    "ALTACCT",
    "DEPTID",
    "OPERATING_UNIT",
    "PRODUCT",
    "FUND_CODE",
    "CLASS_FLD",
    "PROGRAM_CODE",
    "BUDGET_REF",
    "CHARTFIELD1",
    "CHARTFIELD2",
    "CHARTFIELD3",
    "PROJECT_ID",
)
"""The distribution fields checked against ChartField values of the GL business unit's SetID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessUnit:
    """A payables and GL business unit. What is None is as the site's settings say.

    `gl_units` are the GL units its distributions may name (None: any), `vat_codes` the site's VAT codes it may
    use (None: all), `matching` whether purchase order lines are matched unless MATCH_ACTION says otherwise.
    """

    __pydantic_config__ = STRICT

    business_unit: str
    vendor_setid: str = "SHARE"
    chartfield_setid: str = "SHARE"
    gl_business_unit: str | None = None
    origin: str = "ONL"
    currency: str = "USD"
    duplicate_action: DuplicateAction | None = None
    match_fields: tuple[MatchField, ...] | None = None
    open_periods: tuple[Period, ...] | None = None
    gl_units: tuple[str, ...] | None = None
    vat_codes: tuple[str, ...] | None = None
    matching: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartField:
    """One effective-dated row of a ChartField value.

    What follows `descr` belongs to some fields only: `account_type` (A, L, Q, R, E), `statistics` and
    `budgetary_only` to accounts, `manager` to departments, `starts` and `ends` to projects. `changed_at` is when the
    row was last saved (LASTUPDDTTM).
    """

    __pydantic_config__ = STRICT

    field: str
    value: str
    setid: str = "SHARE"
    effdt: date = LONG_AGO
    status: Literal["A", "I"] = "A"
    descr: str = ""
    descr_short: str = ""
    account_type: Literal["A", "L", "Q", "R", "E"] = "E"
    statistics: bool = False
    budgetary_only: bool = False
    manager: str = ""
    starts: date | None = None
    ends: date | None = None
    changed_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Origins, payment terms (net days), currencies (decimals), VAT codes (percent) and others of a site.

    Terms and VAT codes named here are active in every SetID, unless the site's tables say more about a code.
    """

    __pydantic_config__ = STRICT

    origins: tuple[str, ...] = ("ONL",)
    terms: dict[str, int] = field(default_factory=dict)
    currencies: dict[str, int] = field(default_factory=dict)
    vat: dict[str, Decimal] = field(default_factory=dict)
    handling: tuple[str, ...] = ()
    rate_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlGroup:
    """A control group of a business unit; vouchers may join it while it is open (assumption)."""

    __pydantic_config__ = STRICT

    business_unit: str
    group_id: str
    open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinationRule:
    """Distributions that a combination or budget edit refuses.

    `fields` maps ChartFields (or BUSINESS_UNIT_GL) to shell patterns; all must fit, a value that is missing is
    empty. "reject" keeps the voucher from being saved, "recycle" saves it unpostable.
    """

    __pydantic_config__ = STRICT

    name: str
    fields: dict[str, str]
    edit: Literal["combination", "budget"] = "combination"
    action: EditAction = "reject"
    enabled: bool = True

    def catches(self, distribution: Row) -> bool:
        """Whether the rule refuses this distribution."""
        fits = (fnmatchcase(distribution.text(name), pattern) for name, pattern in self.fields.items())
        return self.enabled and all(fits)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceData:
    """All of it, by key. Immutable: every change makes another one, so a check never sees half a load."""

    business_units: dict[str, BusinessUnit] = field(default_factory=dict)
    suppliers: SupplierBook = field(default_factory=SupplierBook)
    chart_fields: dict[tuple[str, str, str], tuple[ChartField, ...]] = field(default_factory=dict)
    codes: Codes = field(default_factory=Codes)
    terms: dict[str, tuple[PaymentTerms, ...]] = field(default_factory=dict)
    vat: dict[str, tuple[VatCode, ...]] = field(default_factory=dict)
    rates: tuple[ExchangeRate, ...] = ()
    purchase_orders: dict[tuple[str, str], PurchaseOrder] = field(default_factory=dict)
    control_groups: dict[tuple[str, str], ControlGroup] = field(default_factory=dict)
    combination_rules: dict[str, CombinationRule] = field(default_factory=dict)

    def with_business_units(self, units: Iterable[BusinessUnit]) -> "ReferenceData":
        """These business units added or replaced."""
        return replace(self, business_units={**self.business_units, **{u.business_unit: u for u in units}})

    def with_suppliers(self, suppliers: Iterable[Supplier]) -> "ReferenceData":
        """These suppliers added or replaced."""
        return replace(self, suppliers=self.suppliers.having(suppliers))

    def inventing(self, group: InventedSuppliers) -> "ReferenceData":
        """This group of invented suppliers in place of its SetID's former one."""
        return replace(self, suppliers=self.suppliers.inventing(group))

    def without_suppliers(self, keys: Iterable[SupplierKey]) -> "ReferenceData":
        """These suppliers gone without a trace."""
        return replace(self, suppliers=self.suppliers.without(keys))

    def with_chart_fields(self, rows: Iterable[ChartField]) -> "ReferenceData":
        """These rows added, or replaced where key and effective date are the same."""
        merged = dict(self.chart_fields)
        for row in rows:
            key = (row.setid, row.field, row.value)
            kept = tuple(each for each in merged.get(key, ()) if each.effdt != row.effdt)
            merged[key] = (*kept, row)
        return replace(self, chart_fields=merged)

    def without_chart_fields(self, keys: Iterable[tuple[str, str, str]]) -> "ReferenceData":
        """The values with these (SetID, field, value) gone, all their rows."""
        gone = set(keys)
        kept = {key: rows for key, rows in self.chart_fields.items() if key not in gone}
        return replace(self, chart_fields=kept)

    def with_terms(self, rows: Iterable[PaymentTerms]) -> "ReferenceData":
        """These rows added, or replaced where key and effective date are the same."""
        merged = dict(self.terms)
        for row in rows:
            key = (row.setid, row.effdt)
            others = (each for each in merged.get(row.code, ()) if (each.setid, each.effdt) != key)
            merged[row.code] = (*others, row)
        return replace(self, terms=merged)

    def with_vat_codes(self, rows: Iterable[VatCode]) -> "ReferenceData":
        """These rows added, or replaced where key and effective date are the same."""
        merged = dict(self.vat)
        for row in rows:
            key = (row.setid, row.effdt)
            others = (each for each in merged.get(row.code, ()) if (each.setid, each.effdt) != key)
            merged[row.code] = (*others, row)
        return replace(self, vat=merged)

    def without_codes(self, *, terms: Iterable[str], vat: Iterable[str]) -> "ReferenceData":
        """These payment terms and VAT codes gone, all their rows in all SetIDs."""
        no_terms, no_vat = set(terms), set(vat)
        plain = replace(
            self.codes,
            terms={code: days for code, days in self.codes.terms.items() if code not in no_terms},
            vat={code: percent for code, percent in self.codes.vat.items() if code not in no_vat},
        )
        return replace(
            self,
            codes=plain,
            terms={code: rows for code, rows in self.terms.items() if code not in no_terms},
            vat={code: rows for code, rows in self.vat.items() if code not in no_vat},
        )

    def with_rates(self, rows: Iterable[ExchangeRate]) -> "ReferenceData":
        """These rates added, or replaced where the whole key is the same."""
        merged = {each.key: each for each in (*self.rates, *rows)}
        return replace(self, rates=tuple(merged[key] for key in sorted(merged)))

    def with_codes(self, codes: Codes) -> "ReferenceData":
        """These codes added or replaced."""
        return replace(
            self,
            codes=Codes(
                origins=tuple(dict.fromkeys((*self.codes.origins, *codes.origins))),
                terms={**self.codes.terms, **codes.terms},
                currencies={**self.codes.currencies, **codes.currencies},
                vat={**self.codes.vat, **codes.vat},
                handling=tuple(dict.fromkeys((*self.codes.handling, *codes.handling))),
                rate_types=tuple(dict.fromkeys((*self.codes.rate_types, *codes.rate_types))),
            ),
        )

    def with_purchase_orders(self, orders: Iterable[PurchaseOrder]) -> "ReferenceData":
        """These purchase orders added or replaced, receipts and all."""
        return replace(
            self, purchase_orders={**self.purchase_orders, **{(o.business_unit, o.po_id): o for o in orders}}
        )

    def with_control_groups(self, groups: Iterable[ControlGroup]) -> "ReferenceData":
        """These control groups added or replaced."""
        return replace(
            self, control_groups={**self.control_groups, **{(g.business_unit, g.group_id): g for g in groups}}
        )

    def with_combination_rules(self, rules: Iterable[CombinationRule]) -> "ReferenceData":
        """These rules added or replaced by name."""
        return replace(self, combination_rules={**self.combination_rules, **{r.name: r for r in rules}})

    @property
    def setids(self) -> set[str]:
        """The SetIDs that business units take their suppliers and codes from."""
        return {each.vendor_setid for each in self.business_units.values()}

    def chart_field(self, *, setid: str, field: str, value: str, day: date) -> ChartField | None:
        """The ChartField value if it is active on that day."""
        return active_on(self.chart_fields.get((setid, field, value), ()), day)

    def net_days(self, code: str, *, setid: str, day: date) -> int | None:
        """Net days of payment terms that are active on that day."""
        rows = [row for row in self.terms.get(code, ()) if row.setid == setid]
        current = active_on(rows, day)
        if rows:
            return current.net_days if current else None
        return self.codes.terms.get(code)

    def instalments(self, code: str, *, setid: str, day: date) -> int:
        """Into how many instalments payment terms divide an amount."""
        current = active_on((row for row in self.terms.get(code, ()) if row.setid == setid), day)
        return current.instalments if current else 1

    def vat_percent(self, code: str, *, setid: str, day: date) -> Decimal | None:
        """Percent of a VAT code that is active on that day."""
        rows = [row for row in self.vat.get(code, ()) if row.setid == setid]
        current = active_on(rows, day)
        if rows:
            return current.percent if current else None
        return self.codes.vat.get(code)
