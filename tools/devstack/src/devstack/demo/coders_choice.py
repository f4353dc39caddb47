"""What Basware's coders can pick against what PeopleSoft accepts on a voucher, from both simulators' books. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from peoplesoft_simulator.effective_dating import active_on
from peoplesoft_simulator.reference_data import ReferenceData
from peoplesoft_simulator.reference_rows import ReferenceRows, from_rows
from pydantic import TypeAdapter

Json = Mapping[str, Any]
Names = Mapping[str, str]
"""By external code; an empty name is not compared."""
APIS: Mapping[str, str] = {
    "payment_terms": "paymentTerms",
    "suppliers": "vendors",
    "accounts": "accounts",
    "cost_centers": "costCenters",
}
"""Basware's import of each entity, in the order in which they are loaded."""
_ROWS = TypeAdapter(ReferenceRows)
_SETID = "SHARE"
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entity: what coders can pick and what PeopleSoft accepts, counted, and in words what differs."""

    entity: str
    pickable: int
    accepted: int
    problems: Sequence[str]


def accepted(reference: Json, *, today: date) -> Mapping[str, Names]:
    """By entity what a voucher of today may use, from `GET /control/reference/{node}` of PeopleSoft."""
    data = from_rows(_ROWS.validate_python(reference))
    terms = {*data.codes.terms, *data.terms}
    usable = {code for code in terms if data.net_days(code, setid=_SETID, day=today) is not None}
    return {
        "payment_terms": {_code(code): "" for code in usable},
        "suppliers": {
            _code(vendor_id): supplier.name
            for (setid, vendor_id), supplier in data.suppliers.items()
            if setid == _SETID and supplier.status == "A"
        },
        "accounts": dict(_chart_fields(data, "ACCOUNT", today=today)),
        "cost_centers": dict(_chart_fields(data, "DEPTID", today=today)),
    }


def choice(entity: str, picked: Sequence[Json], usable: Names, *, companies: Sequence[str]) -> Choice:
    """`picked` are the records of `GET /control/masterdata/p2p` of Basware, with their contents."""
    offered = {each["externalCode"]: each for each in picked if each["active"]}
    problems = [
        *_listed("coders cannot pick", sorted(usable.keys() - offered.keys())),
        *_listed("coders can pick what PeopleSoft refuses:", sorted(offered.keys() - usable.keys())),
        *_listed(
            f"not in the companies {', '.join(companies)}:",
            sorted(code for code, each in offered.items() if sorted(each["companies"]) != sorted(companies)),
        ),
        *_listed(
            "another name than in PeopleSoft:",
            sorted(
                code
                for code, name in usable.items()
                if name and code in offered and name != _name(offered[code]["content"])
            ),
        ),
    ]
    return Choice(
        entity=entity,
        pickable=len(offered),
        accepted=len(usable),
        problems=[f"{entity}: {problem}" for problem in problems],
    )


def _code(key: str) -> str:
    return f"{_SETID}_{key}"


def _chart_fields(data: ReferenceData, field: str, *, today: date) -> Iterator[tuple[str, str]]:
    for (setid, name, value), rows in data.chart_fields.items():
        row = active_on(rows, today) if (setid, name) == (_SETID, field) else None
        if row is not None and not row.statistics and not row.budgetary_only:
            yield _code(value), row.descr


def _name(content: Json) -> str:
    if "name" in content:
        return str(content["name"])
    (names,) = (value for key, value in content.items() if key.endswith("Names"))
    return next((str(each["translation"]) for each in names if each["language"] == "en-US"), "")


def _listed(words: str, codes: Sequence[str]) -> Iterator[str]:
    if codes:
        more = f" and {len(codes) - _NAMED} more" if len(codes) > _NAMED else ""
        yield f"{words} {', '.join(codes[:_NAMED])}{more}"
