"""What the control API takes, typed. A field that is left out is left as it is; an unknown field is refused."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from peoplesoft_simulator.code_tables import ExchangeRate, PaymentTerms, VatCode
from peoplesoft_simulator.purchase_orders import PurchaseOrder
from peoplesoft_simulator.reference_data import (
    BusinessUnit,
    ChartField,
    Codes,
    CombinationRule,
    ControlGroup,
    ReferenceData,
)
from peoplesoft_simulator.site import STRICT, Operation
from peoplesoft_simulator.suppliers import Supplier
from peoplesoft_simulator.world import DEFAULT_NODE, DEFAULT_OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorBody:
    """An operator to add or change. A password that is set also unlocks; `locked` false unlocks by itself.

    `expires_in_seconds` lets the password expire that much later on the simulated clock; a new one does not.
    `query_max_rows` 0 takes the cap off.
    """

    __pydantic_config__ = STRICT

    node: str = DEFAULT_NODE
    operator: str = DEFAULT_OPERATOR
    password: str | None = field(default=None, repr=False)
    operations: tuple[Operation, ...] | None = None
    locked: bool | None = None
    expires_in_seconds: float | None = None
    may_query: bool | None = None
    query_max_rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBody:
    """Reference data to add or replace at one site. Rows are saved now where they do not say when they were."""

    __pydantic_config__ = STRICT

    node: str = DEFAULT_NODE
    business_units: tuple[BusinessUnit, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    chartfields: tuple[ChartField, ...] = ()
    codes: Codes | None = None
    payment_terms: tuple[PaymentTerms, ...] = ()
    vat_codes: tuple[VatCode, ...] = ()
    rates: tuple[ExchangeRate, ...] = ()
    purchase_orders: tuple[PurchaseOrder, ...] = ()
    control_groups: tuple[ControlGroup, ...] = ()
    combination_rules: tuple[CombinationRule, ...] = ()

    def added_to(self, data: ReferenceData, *, now: datetime) -> ReferenceData:
        """The data with these rows added or replaced."""
        merged = (
            data.with_business_units(self.business_units)
            .with_suppliers(replace(each, changed_at=each.changed_at or now) for each in self.suppliers)
            .with_chart_fields(replace(each, changed_at=each.changed_at or now) for each in self.chartfields)
            .with_terms(self.payment_terms)
            .with_vat_codes(self.vat_codes)
            .with_rates(self.rates)
            .with_purchase_orders(self.purchase_orders)
            .with_control_groups(self.control_groups)
            .with_combination_rules(self.combination_rules)
        )
        return merged.with_codes(self.codes) if self.codes else merged


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockBody:
    """How far to move the clock."""

    __pydantic_config__ = STRICT

    advance_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteExtras:
    """What comes with a site besides the site: its operator, and the data a fresh one starts with."""

    __pydantic_config__ = STRICT

    operator: str = DEFAULT_OPERATOR
    password: str | None = field(default=None, repr=False)
    dataset: Literal["default", "empty"] = "default"


def split_site(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts of a site's body: the site's own fields, and those of :class:`SiteExtras`."""
    extras = {"operator", "password", "dataset"}
    return (
        {name: value for name, value in body.items() if name not in extras},
        {name: value for name, value in body.items() if name in extras},
    )
