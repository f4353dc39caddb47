"""What a site's database knows before any voucher: units, suppliers, ChartFields, orders, groups, rules, codes.

Effective dating is PeopleSoft's: of the rows with one key, the one with the latest EFFDT not after the day in
question counts, and only then is its status looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Literal, Protocol, TypeVar

from peoplesoft_simulator.purchase_orders import PurchaseOrder
from peoplesoft_simulator.row import Row
from peoplesoft_simulator.site import STRICT, DuplicateAction, EditAction, MatchField, Period

LONG_AGO = date(1901, 1, 1)
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
class Location:
    """One effective-dated row of a supplier's location."""

    __pydantic_config__ = STRICT

    vndr_loc: str
    effdt: date = LONG_AGO
    status: Literal["A", "I"] = "A"
    terms: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """A supplier; status A approved, D denied, E unapproved, I inactive, X to be archived.

    `addresses` are its address sequence numbers, for ordering as for remitting.
    """

    __pydantic_config__ = STRICT

    vendor_id: str
    name: str
    setid: str = "SHARE"
    status: Literal["A", "D", "E", "I", "X"] = "A"
    default_location: str | None = "MAIN"
    locations: tuple[Location, ...] = (Location(vndr_loc="MAIN"),)
    addresses: tuple[int, ...] = (1,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartField:
    """One effective-dated row of a ChartField value."""

    __pydantic_config__ = STRICT

    field: str
    value: str
    setid: str = "SHARE"
    effdt: date = LONG_AGO
    status: Literal["A", "I"] = "A"
    descr: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Origins, payment terms (net days), currencies (decimals), VAT codes (percent) and others of a site."""

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


class _Effective(Protocol):
    @property
    def effdt(self) -> date: ...
    @property
    def status(self) -> Literal["A", "I"]: ...


_Dated = TypeVar("_Dated", bound=_Effective)


def active_on(rows: Iterable[_Dated], day: date) -> _Dated | None:
    """The row in effect on that day, if there is one and it is active."""
    current = max((row for row in rows if row.effdt <= day), key=lambda row: row.effdt, default=None)
    return current if current is not None and current.status == "A" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceData:
    """All of it, by key. Immutable: every change makes another one, so a check never sees half a load."""

    business_units: dict[str, BusinessUnit] = field(default_factory=dict)
    suppliers: dict[tuple[str, str], Supplier] = field(default_factory=dict)
    chart_fields: dict[tuple[str, str, str], tuple[ChartField, ...]] = field(default_factory=dict)
    codes: Codes = field(default_factory=Codes)
    purchase_orders: dict[tuple[str, str], PurchaseOrder] = field(default_factory=dict)
    control_groups: dict[tuple[str, str], ControlGroup] = field(default_factory=dict)
    combination_rules: dict[str, CombinationRule] = field(default_factory=dict)

    def with_business_units(self, units: Iterable[BusinessUnit]) -> "ReferenceData":
        """These business units added or replaced."""
        return replace(self, business_units={**self.business_units, **{u.business_unit: u for u in units}})

    def with_suppliers(self, suppliers: Iterable[Supplier]) -> "ReferenceData":
        """These suppliers added or replaced."""
        return replace(self, suppliers={**self.suppliers, **{(s.setid, s.vendor_id): s for s in suppliers}})

    def with_chart_fields(self, rows: Iterable[ChartField]) -> "ReferenceData":
        """These rows added, or replaced where key and effective date are the same."""
        merged = dict(self.chart_fields)
        for row in rows:
            key = (row.setid, row.field, row.value)
            kept = tuple(each for each in merged.get(key, ()) if each.effdt != row.effdt)
            merged[key] = (*kept, row)
        return replace(self, chart_fields=merged)

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

    def chart_field(self, *, setid: str, field: str, value: str, day: date) -> ChartField | None:
        """The ChartField value if it is active on that day."""
        return active_on(self.chart_fields.get((setid, field, value), ()), day)

    def location(self, supplier: Supplier, *, vndr_loc: str, day: date) -> Location | None:
        """The supplier's location if it is active on that day."""
        return active_on((row for row in supplier.locations if row.vndr_loc == vndr_loc), day)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRows:
    """Reference data as flat lists, the form it is kept in."""

    business_units: tuple[BusinessUnit, ...]
    suppliers: tuple[Supplier, ...]
    chart_fields: tuple[ChartField, ...]
    codes: Codes
    purchase_orders: tuple[PurchaseOrder, ...] = ()
    control_groups: tuple[ControlGroup, ...] = ()
    combination_rules: tuple[CombinationRule, ...] = ()


def to_rows(data: ReferenceData) -> ReferenceRows:
    """Reference data as lists."""
    return ReferenceRows(
        business_units=tuple(data.business_units.values()),
        suppliers=tuple(data.suppliers.values()),
        chart_fields=tuple(row for rows in data.chart_fields.values() for row in rows),
        codes=data.codes,
        purchase_orders=tuple(data.purchase_orders.values()),
        control_groups=tuple(data.control_groups.values()),
        combination_rules=tuple(data.combination_rules.values()),
    )


def from_rows(rows: ReferenceRows) -> ReferenceData:
    """Reference data by key again."""
    return (
        ReferenceData(codes=rows.codes)
        .with_business_units(rows.business_units)
        .with_suppliers(rows.suppliers)
        .with_chart_fields(rows.chart_fields)
        .with_purchase_orders(rows.purchase_orders)
        .with_control_groups(rows.control_groups)
        .with_combination_rules(rows.combination_rules)
    )
