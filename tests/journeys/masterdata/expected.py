"""What coders should be able to pick, worked out from what PeopleSoft has and the connection says. Pure.

Written from docs/masterdata.md with nothing of ours, for the delivered queries and rules only.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

Json = Mapping[str, Any]
CHARTFIELDS = {
    "accounts": "ACCOUNT",
    "cost_centers": "DEPTID",
    "APS_OPERATING_UNITS": "OPERATING_UNIT",
    "APS_PRODUCTS": "PRODUCT",
    "APS_FUNDS": "FUND_CODE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One record that coders should be able to pick, and what they should see of it."""

    companies: tuple[str, ...]
    name: str
    terms: str | None = None
    cities: tuple[str, ...] = ()
    rate: Decimal | None = None


def expected(entity: str, *, section: Json, reference: Json, today: date) -> dict[str, Item]:
    """The active records of an entity by external code."""
    plan = section["entities"][entity]
    scopes = plan.get("companies", section["companies"])
    match entity:
        case "suppliers":
            found = _suppliers(reference, plan, today)
        case "payment_terms":
            found = _codes(reference["terms"], _plain_terms(reference), scopes, today)
        case "tax_codes":
            found = _codes(reference["vat"], _plain_vat(reference), scopes, today)
        case "projects":
            return _projects(reference, scopes, today)
        case "exchange_rates":
            return _rates(reference, section, today)
        case _:
            field = CHARTFIELDS[plan["query"] if entity.startswith("list:") else entity]
            found = _chart_fields(reference, field, today)
    return {
        f"{setid}_{key}": Item(companies=tuple(scopes[setid]), **shown)
        for setid, key, shown in found
        if setid in scopes
    }


Found = Iterator[tuple[str, str, dict[str, Any]]]


def current(rows: Iterable[Json], today: date) -> Json | None:
    """The row with the latest EFFDT up to the day."""
    begun = [row for row in rows if row["effdt"] <= today.isoformat()]
    return max(begun, key=lambda row: str(row["effdt"]), default=None)


def _active(rows: Iterable[Json], today: date) -> Json | None:
    row = current(rows, today)
    return row if row is not None and row["status"] == "A" else None


def _suppliers(reference: Json, plan: Json, today: date) -> Found:
    parts = plan.get("parts") or {}
    for each in reference["suppliers"]:
        if each["status"] != "A":
            continue
        shown: dict[str, Any] = {"name": each["name"]}
        if parts.get("locations", "") is not None:
            located = [row for row in each["locations"] if row["vndr_loc"] == each["default_location"]]
            location = _active(located, today)
            shown["terms"] = location["terms"] if location else None
        if parts.get("addresses", "") is not None:
            by_number = _grouped(each["addresses"], "number")
            rows = [row for rows in by_number.values() if (row := _active(rows, today)) is not None]
            shown["cities"] = tuple(sorted(row["city"] for row in rows if row["city"]))
        yield each["setid"], each["vendor_id"], shown


def _chart_fields(reference: Json, field: str, today: date) -> Found:
    rows = [row for row in reference["chart_fields"] if row["field"] == field]
    for (setid, value), same in _grouped(rows, "setid", "value").items():
        row = _active(same, today)
        if row is not None and not (row["statistics"] or row["budgetary_only"]):
            yield setid, value, {"name": row["descr"] or value}


def _codes(rows: Iterable[Json], plain: Mapping[str, str], setids: Iterable[str], today: date) -> Found:
    grouped = _grouped(rows, "setid", "code")
    for (setid, code), same in grouped.items():
        row = _active(same, today)
        if row is not None:
            yield setid, code, {"name": row["descr"] or code}
    for setid in setids:
        for code, descr in plain.items():
            if (setid, code) not in grouped:
                yield setid, code, {"name": descr}


def _plain_terms(reference: Json) -> dict[str, str]:
    return {code: f"Net {days} days" for code, days in reference["codes"]["terms"].items()}


def _plain_vat(reference: Json) -> dict[str, str]:
    return {code: f"VAT {Decimal(percent):f} %" for code, percent in reference["codes"]["vat"].items()}


def _projects(reference: Json, scopes: Json, today: date) -> dict[str, Item]:
    setids = {each["business_unit"]: each["chartfield_setid"] for each in reference["business_units"]}
    values = list(_chart_fields(reference, "PROJECT_ID", today))
    return {
        f"{unit}_{key}": Item(companies=tuple(companies), **shown)
        for unit, companies in scopes.items()
        for setid, key, shown in values
        if setid == setids[unit]
    }


def _rates(reference: Json, section: Json, today: date) -> dict[str, Item]:
    companies = tuple(dict.fromkeys(each for some in section["companies"].values() for each in some))
    found = {}
    rows = [row for row in reference["rates"] if row["rate_type"] == "CRRNT"]
    for (source, target), same in _grouped(rows, "from_currency", "to_currency").items():
        row = current(same, today)
        if row is not None:
            rate = Decimal(row["multiplier"]) / Decimal(row["divisor"])
            found[f"{source}_{target}_CRRNT"] = Item(companies=companies, name="", rate=rate)
    return found


def _grouped(rows: Iterable[Json], *keys: str) -> dict[Any, list[Json]]:
    found: defaultdict[Any, list[Json]] = defaultdict(list)
    for row in rows:
        found[tuple(row[key] for key in keys)].append(row)
    return dict(found)
