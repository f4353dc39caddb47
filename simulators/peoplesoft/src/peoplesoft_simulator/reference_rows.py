"""Reference data as flat lists: the form it is kept in, and the one the control API shows."""

from dataclasses import dataclass

from peoplesoft_simulator.code_tables import ExchangeRate, PaymentTerms, VatCode
from peoplesoft_simulator.invented_suppliers import InventedSuppliers
from peoplesoft_simulator.purchase_orders import PurchaseOrder
from peoplesoft_simulator.reference_data import (
    BusinessUnit,
    ChartField,
    Codes,
    CombinationRule,
    ControlGroup,
    ReferenceData,
)
from peoplesoft_simulator.supplier_book import SupplierBook, SupplierKey
from peoplesoft_simulator.suppliers import Supplier


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRows:
    """Reference data as flat lists, the form it is kept in."""

    business_units: tuple[BusinessUnit, ...]
    suppliers: tuple[Supplier, ...]
    chart_fields: tuple[ChartField, ...]
    codes: Codes
    terms: tuple[PaymentTerms, ...] = ()
    vat: tuple[VatCode, ...] = ()
    rates: tuple[ExchangeRate, ...] = ()
    invented: tuple[InventedSuppliers, ...] = ()
    removed: tuple[SupplierKey, ...] = ()
    purchase_orders: tuple[PurchaseOrder, ...] = ()
    control_groups: tuple[ControlGroup, ...] = ()
    combination_rules: tuple[CombinationRule, ...] = ()


def to_rows(data: ReferenceData) -> ReferenceRows:
    """Reference data as lists."""
    return ReferenceRows(
        business_units=tuple(data.business_units.values()),
        suppliers=tuple(data.suppliers.entered.values()),
        chart_fields=tuple(row for rows in data.chart_fields.values() for row in rows),
        codes=data.codes,
        terms=tuple(row for rows in data.terms.values() for row in rows),
        vat=tuple(row for rows in data.vat.values() for row in rows),
        rates=data.rates,
        invented=data.suppliers.invented,
        removed=tuple(sorted(data.suppliers.removed)),
        purchase_orders=tuple(data.purchase_orders.values()),
        control_groups=tuple(data.control_groups.values()),
        combination_rules=tuple(data.combination_rules.values()),
    )


def from_rows(rows: ReferenceRows) -> ReferenceData:
    """Reference data by key again."""
    invented = SupplierBook(invented=rows.invented, removed=frozenset(rows.removed))
    return (
        ReferenceData(codes=rows.codes, suppliers=invented)
        .with_business_units(rows.business_units)
        .with_suppliers(rows.suppliers)
        .with_chart_fields(rows.chart_fields)
        .with_terms(rows.terms)
        .with_vat_codes(rows.vat)
        .with_rates(rows.rates)
        .with_purchase_orders(rows.purchase_orders)
        .with_control_groups(rows.control_groups)
        .with_combination_rules(rows.combination_rules)
    )
