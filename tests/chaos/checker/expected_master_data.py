"""What coders should be able to pick, worked out from PeopleSoft's data and the connection's section. Pure.

Written from docs/masterdata.md, for the delivered queries and rules of the entities that a chaos run has: suppliers,
accounts, cost centres, payment terms, tax codes.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .books import instant
from .records import Json

CHARTFIELDS = {"accounts": "ACCOUNT", "cost_centers": "DEPTID"}
COMPARED = ("suppliers", "payment_terms", "tax_codes", *CHARTFIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One record as coders should see it."""

    name: str
    companies: tuple[str, ...]
    terms: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What PeopleSoft has under one external code: an item, or None where it must not be picked, and when some row of
    it was changed last, if that is known.
    """

    item: Item | None
    changed_at: datetime | None = None


def expected(entity: str, *, section: Json, reference: Json, today: date) -> dict[str, Source]:
    """What PeopleSoft has of an entity by external code. KeyError for an entity that is not compared."""
    plan = section["entities"][entity]
    scopes = plan.get("companies", section["companies"])
    prefix = section.get("code_prefix", "")
    found: dict[str, Source] = {}
    for setid, code, fields, changed in _rows(entity, reference, scopes, today):
        if setid in scopes:
            item = None if fields is None else Item(companies=tuple(sorted(scopes[setid])), **fields)
            found[f"{prefix}{setid}_{code}"] = Source(item=item, changed_at=changed)
    return found


def shown(entity: str, *, content: Json, companies: Iterable[str]) -> Item:
    """A record of Basware's as such an item."""
    if entity == "suppliers":
        terms = (content.get("paymentTerms") or {}).get("paymentTermCode")
        return Item(name=content["name"], companies=tuple(sorted(companies)), terms=terms)
    (names,) = (value for name, value in content.items() if name.endswith("Names"))
    (english,) = (each for each in names if each["language"] == "en-US")
    (text,) = (str(value) for name, value in english.items() if name != "language")
    return Item(name=text, companies=tuple(sorted(companies)))


def published(entity: str, record: Json) -> Item | None:
    """A record of peoplesoft.master-data as such an item; None for an inactive one."""
    if not record["active"]:
        return None
    content = json.loads(record["content"], parse_float=Decimal)
    companies = [each["companyCode"] for each in content.get("companies") or () if each.get("active", True)]
    return shown(entity, content=content, companies=companies)


Row = tuple[str, str, dict[str, Any] | None, datetime | None]


def _rows(entity: str, reference: Json, scopes: Json, today: date) -> Iterator[Row]:
    match entity:
        case "suppliers":
            return _suppliers(reference, today)
        case "payment_terms":
            plain = {code: f"Net {days} days" for code, days in reference["codes"]["terms"].items()}
            return _codes(reference["terms"], plain, scopes, today)
        case "tax_codes":
            vat = reference["codes"]["vat"]
            plain = {code: f"VAT {Decimal(percent):f} %" for code, percent in vat.items()}
            return _codes(reference["vat"], plain, scopes, today)
        case _:
            return _chart_fields(reference, CHARTFIELDS[entity], today)


def _suppliers(reference: Json, today: date) -> Iterator[Row]:
    for each in reference["suppliers"]:
        fields = None
        if each["status"] == "A":
            located = [row for row in each["locations"] if row["vndr_loc"] == each["default_location"]]
            location = _active(located, today)
            name = each["name"] or each["short_name"]
            fields = {"name": name, "terms": (location["terms"] or None) if location else None}
        yield each["setid"], each["vendor_id"], fields, _changed([each])


def _chart_fields(reference: Json, field: str, today: date) -> Iterator[Row]:
    rows = [row for row in reference["chart_fields"] if row["field"] == field]
    for (setid, value), same in _grouped(rows, "setid", "value").items():
        row = _active(same, today)
        usable = row is not None and not (row["statistics"] or row["budgetary_only"])
        fields = {"name": row["descr"] or value} if row is not None and usable else None
        yield setid, value, fields, _changed(same)


def _codes(
    rows: Iterable[Json], plain: Mapping[str, str], setids: Iterable[str], today: date
) -> Iterator[Row]:
    grouped = _grouped(rows, "setid", "code")
    for (setid, code), same in grouped.items():
        row = _active(same, today)
        yield setid, code, ({"name": row["descr"] or code} if row is not None else None), None
    for setid in setids:
        for code, descr in plain.items():
            if (setid, code) not in grouped:
                yield setid, code, {"name": descr}, None


def _active(rows: Iterable[Json], today: date) -> Json | None:
    """The row with the latest EFFDT up to the day, if that one is active."""
    begun = [row for row in rows if row["effdt"] <= today.isoformat()]
    row = max(begun, key=lambda each: str(each["effdt"]), default=None)
    return row if row is not None and row["status"] == "A" else None


def _changed(rows: Iterable[Json]) -> datetime | None:
    known = [instant(row["changed_at"]) for row in rows if row.get("changed_at")]
    return max(known, default=None)


def _grouped(rows: Iterable[Json], *keys: str) -> dict[Any, list[Json]]:
    found: defaultdict[Any, list[Json]] = defaultdict(list)
    for row in rows:
        found[tuple(row[key] for key in keys)].append(row)
    return dict(found)
