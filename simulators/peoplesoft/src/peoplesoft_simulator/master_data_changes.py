"""Changes people make to master data: a supplier saved, a ChartField row added, something gone without a trace."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar

from peoplesoft_simulator.code_tables import ExchangeRate, PaymentTerms, VatCode
from peoplesoft_simulator.effective_dating import current_on
from peoplesoft_simulator.reference_data import ChartField, ReferenceData
from peoplesoft_simulator.site import STRICT
from peoplesoft_simulator.suppliers import (
    Address,
    BankAccount,
    Contact,
    EffStatus,
    Location,
    Supplier,
    SupplierStatus,
)
from peoplesoft_simulator.world import DEFAULT_NODE

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierChange:
    """What becomes of one supplier; what is None stays. With a name, a supplier there is not is made.

    `terms` and `currency` go to the row of its default location that is in effect. `location`, `address`, `contact`
    and `bank_account` add a row, or replace the one with the same key and effective date.
    """

    __pydantic_config__ = STRICT

    vendor_id: str
    name: str | None = None
    status: SupplierStatus | None = None
    hold_payment: bool | None = None
    tax_id: str | None = None
    default_location: str | None = None
    remit_address: int | None = None
    terms: str | None = None
    currency: str | None = None
    location: Location | None = None
    address: Address | None = None
    contact: Contact | None = None
    bank_account: BankAccount | None = None

    def made_to(self, supplier: Supplier, *, today: date) -> Supplier:
        """The supplier after the change."""
        changed = replace(
            supplier,
            name=_or(self.name, supplier.name),
            status=_or(self.status, supplier.status),
            hold_payment=_or(self.hold_payment, supplier.hold_payment),
            tax_id=_or(self.tax_id, supplier.tax_id),
            default_location=_or(self.default_location, supplier.default_location),
            remit_address=_or(self.remit_address, supplier.remit_address),
        )
        rows = (row for row in changed.locations if row.vndr_loc == changed.default_location)
        current = current_on(rows, today)
        if current is not None and (self.terms is not None or self.currency is not None):
            terms, currency = _or(self.terms, current.terms), _or(self.currency, current.currency)
            changed = changed.with_location(replace(current, terms=terms, currency=currency))
        changed = changed.with_location(self.location) if self.location else changed
        changed = changed.with_address(self.address) if self.address else changed
        changed = changed.with_contact(self.contact) if self.contact else changed
        return changed.with_bank_account(self.bank_account) if self.bank_account else changed


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFieldChange:
    """An effective-dated row of a ChartField, from today unless `effdt` says otherwise.

    It takes over from the latest row up to that day what is None here.
    """

    __pydantic_config__ = STRICT

    field: str
    value: str
    effdt: date | None = None
    status: EffStatus | None = None
    descr: str | None = None
    statistics: bool | None = None
    budgetary_only: bool | None = None
    manager: str | None = None

    def row(self, data: ReferenceData, *, setid: str, today: date) -> ChartField:
        """The row to be saved."""
        effdt = self.effdt or today
        known = current_on(data.chart_fields.get((setid, self.field, self.value), ()), effdt)
        before = known or ChartField(field=self.field, value=self.value, setid=setid)
        return replace(
            before,
            effdt=effdt,
            status=_or(self.status, before.status),
            descr=_or(self.descr, before.descr),
            statistics=_or(self.statistics, before.statistics),
            budgetary_only=_or(self.budgetary_only, before.budgetary_only),
            manager=_or(self.manager, before.manager),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Rows that are gone without a trace: suppliers by id, ChartField values by field, codes by code."""

    __pydantic_config__ = STRICT

    suppliers: tuple[str, ...] = ()
    chartfields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    payment_terms: tuple[str, ...] = ()
    vat_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterDataChange:
    """Changes saved together. Done `silently`, as by SQL, they leave the times of change as they were."""

    __pydantic_config__ = STRICT

    node: str = DEFAULT_NODE
    setid: str = "SHARE"
    silently: bool = False
    suppliers: tuple[SupplierChange, ...] = ()
    chartfields: tuple[ChartFieldChange, ...] = ()
    payment_terms: tuple[PaymentTerms, ...] = ()
    vat_codes: tuple[VatCode, ...] = ()
    rates: tuple[ExchangeRate, ...] = ()
    remove: Removal = field(default_factory=Removal)

    def missing(self, data: ReferenceData) -> list[str]:
        """Suppliers that are to be changed and do not exist."""
        return [
            each.vendor_id
            for each in self.suppliers
            if each.name is None and (self.setid, each.vendor_id) not in data.suppliers
        ]

    def made_to(self, data: ReferenceData, *, now: datetime) -> ReferenceData:
        """The data after the changes; removals come last."""
        gone = self.remove
        fields = [(self.setid, name, value) for name, values in gone.chartfields.items() for value in values]
        changed = (
            data.with_suppliers(self._suppliers(data, now=now))
            .with_chart_fields(self._chart_fields(data, now=now))
            .with_terms(self.payment_terms)
            .with_vat_codes(self.vat_codes)
            .with_rates(self.rates)
            .without_suppliers((self.setid, each) for each in gone.suppliers)
            .without_chart_fields(fields)
        )
        return changed.without_codes(terms=gone.payment_terms, vat=gone.vat_codes)

    def _suppliers(self, data: ReferenceData, *, now: datetime) -> Iterator[Supplier]:
        for change in self.suppliers:
            known = data.suppliers.get((self.setid, change.vendor_id))
            before = known or Supplier(vendor_id=change.vendor_id, name=change.name or "", setid=self.setid)
            after = change.made_to(before, today=now.date())
            yield after if self.silently else replace(after, changed_at=now)

    def _chart_fields(self, data: ReferenceData, *, now: datetime) -> Iterator[ChartField]:
        for change in self.chartfields:
            row = change.row(data, setid=self.setid, today=now.date())
            yield row if self.silently else replace(row, changed_at=now)


def _or(given: _Value | None, before: _Value) -> _Value:
    return before if given is None else given
