"""What a supplier has several of: addresses, contacts, bank accounts; each as a list of Basware's vendor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ap_domain.masterdata.external_code import external_code
from ap_domain.masterdata.payment_means import payment_means
from ap_domain.masterdata.plan import PartPlan
from ap_domain.masterdata.record_body import body_of
from ap_domain.masterdata.source_rows import Row, as_text, distinct, order

__all__ = ["SupplierView", "address_use", "listed_parts", "only_one_of_each", "part_code"]

_ELEMENTS = {"addresses": "addresses", "contacts": "contacts", "bank_accounts": "paymentMeans"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierView:
    """What the rules of a part see of the supplier beside their own row."""

    codes: tuple[str, ...]
    prefix: str
    seen: Mapping[str, object]
    """`record`, `location`, `address`, `tables`, `today`, `active`, `external_code`."""
    record: Row


def listed_parts(
    view: SupplierView, plans: Mapping[str, PartPlan], rows: Mapping[str, Sequence[Row]], problems: list[str]
) -> dict[str, list[dict[str, Any]]]:
    """Basware's lists, made of the parts' current and active rows; empty ones are left out.

    A contact without a name is left out, because Basware tells contacts apart by name; one whose name stands
    already is told apart by its number.
    """
    makers = {"addresses": _addresses, "contacts": _contacts, "bank_accounts": _payment_means}
    made = {
        _ELEMENTS[part]: make(view, plans[part], rows.get(part, ()), problems)
        for part, make in makers.items()
        if part in plans
    }
    return {name: elements for name, elements in made.items() if elements}


def only_one_of_each(rows: Sequence[Row], plan: PartPlan, problems: list[str]) -> list[Row]:
    """The rows in the order of their keys; two different ones of a key are a problem."""
    found = distinct(rows)
    codes = [part_code(row, plan) for row in found]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    problems.extend(
        f"query {plan.query} gives {codes.count(code)} different current rows for {'-'.join(plan.key)} {code}"
        for code in twice
    )
    return sorted(found, key=lambda row: tuple(order(row.get(name)) for name in plan.key))


def part_code(row: Row, plan: PartPlan) -> str:
    """The row's own key within its supplier."""
    return "-".join(as_text(row.get(name)) for name in plan.key)


def address_use(row: Row, record: Row) -> str:
    """What PeopleSoft uses an address for: `primary`, `remittance` or `other`."""
    number = as_text(row.get("ADDRESS_SEQ_NUM"))
    if number == as_text(record.get("PRIM_ADDR_SEQ_NUM")):
        return "primary"
    return "remittance" if number == as_text(record.get("REMIT_ADDR_SEQ_NUM")) else "other"


def _scope(view: SupplierView, plan: PartPlan, row: Row) -> dict[str, object]:
    return {**row, **view.seen, "code": part_code(row, plan)}


def _addresses(
    view: SupplierView, plan: PartPlan, rows: Sequence[Row], problems: list[str]
) -> list[dict[str, Any]]:
    made = []
    for row in only_one_of_each(rows, plan, problems):
        scope = _scope(view, plan, row) | {"use": address_use(row, view.record)}
        body = body_of(plan.rules, scope, problems=problems, under="addresses", required=("name",))
        body["externalCode"] = external_code((*view.codes, part_code(row, plan)), prefix=view.prefix)
        made.append(body)
    return made


def _contacts(
    view: SupplierView, plan: PartPlan, rows: Sequence[Row], problems: list[str]
) -> list[dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {}
    for row in only_one_of_each(rows, plan, problems):
        body = body_of(plan.rules, _scope(view, plan, row), problems=problems, under="contacts")
        if "name" not in body:
            continue
        if body["name"] in made:
            body["name"] += f" ({part_code(row, plan)})"
        made[body["name"]] = body
    return list(made.values())


def _payment_means(
    view: SupplierView, plan: PartPlan, rows: Sequence[Row], problems: list[str]
) -> list[dict[str, Any]]:
    bodies = [
        body_of(
            plan.rules,
            _scope(view, plan, row),
            problems=problems,
            under="paymentMeans",
            required=("paymentMeansCode",),
        )
        for row in only_one_of_each(rows, plan, problems)
    ]
    return payment_means(bodies)
