"""Test cases of a `masterdata` section: rows of the queries and the records that must come of them, as YAML.

    - name: an approved supplier
      entity: suppliers
      today: 2026-06-20
      rows: [{VENDOR_ID: "0000430022", NAME1: Acme, VENDOR_STATUS: A}]
      parts: {addresses: [{ADDRESS_SEQ_NUM: 1, CITY: Berlin}]}
      expect:
        - external_code: SHARE_0000430022
          active: true
          content: {vendorCode: "430022", description: null}   # null: must not be sent
    - name: a name that does not fit
      ...
      expect_problems: [Basware has room for 250]

Only what a case names is compared; where it names a list, it names all of it. Columns that a row leaves out are blank;
left-out SetID, EFFDT (1900-01-01), EFF_STATUS (A) and, in parts, the record's key are filled in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ap_domain.mapping.cases import CaseResult, listed_cases
from ap_domain.mapping.section import Problems, Section
from ap_domain.mapping.supplier_scheme import SupplierScheme
from ap_domain.masterdata.canonical_json import canonical_json, read_json
from ap_domain.masterdata.map_record import map_record
from ap_domain.masterdata.mapped import Mapped
from ap_domain.masterdata.plan import EntityPlan, MasterDataPlan
from ap_domain.masterdata.source_rows import SourceFault, SourceGroup

__all__ = ["MasterDataCase", "parse_masterdata_cases", "run_masterdata_case"]

_CASE = frozenset({"name", "entity", "today", "rows", "parts", "expect", "expect_problems"})
_EXPECT = frozenset({"external_code", "active", "left_out", "source", "content"})
_PARTS = frozenset({"addresses", "bank_accounts", "contacts", "locations"})
_FILLED = {"EFFDT": "1900-01-01", "EFF_STATUS": "A"}
_Rows = tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterDataCase:
    """Either `expect` (the records, in the order of their external codes) or `expect_problems` is set."""

    name: str
    entity: str
    today: date
    rows: _Rows = field(repr=False)
    parts: Mapping[str, _Rows] = field(repr=False)
    expect: tuple[Mapping[str, Any], ...] | None
    expect_problems: tuple[str, ...]


def parse_masterdata_cases(text: str) -> tuple[MasterDataCase, ...]:
    """The cases in a YAML text, numbers exact. Raises ConfigurationFault with all that is wrong."""
    problems = Problems()
    cases = [_case(place, given, problems) for place, given in enumerate(listed_cases(text))]
    names = [case.name for case in cases if case]
    problems += [f"two cases are named {name!r}" for name in sorted({n for n in names if names.count(n) > 1})]
    problems.finish(what="masterdata")
    return tuple(case for case in cases if case)


def run_masterdata_case(
    plan: MasterDataPlan, case: MasterDataCase, *, scheme: SupplierScheme | None = None
) -> CaseResult:
    """Maps the case's rows and compares; every difference is one sentence."""
    entity = plan.entities.get(case.entity)
    if entity is None:
        there_are = ", ".join(plan.entities)
        differences: tuple[str, ...] = (f"{case.entity} is no entity of the section; there are {there_are}",)
    else:
        try:
            mapped = map_record(plan, entity, _group(entity, case), today=case.today, scheme=scheme)
        except SourceFault as fault:
            differences = (str(fault),)
        else:
            differences = tuple(_compare(mapped, case))
    return CaseResult(name=case.name, passed=not differences, differences=differences)


def _group(entity: EntityPlan, case: MasterDataCase) -> SourceGroup:
    scope = {entity.scope: next(iter(entity.companies))} if entity.scope else {}
    blank = dict.fromkeys(entity.columns)
    main = tuple({**blank, **_FILLED, **scope, **row} for row in case.rows)
    shared = (name for name in (entity.scope, entity.page_key) if name)
    record = {name: main[0].get(name) for name in shared} if main else {}
    parts = {
        name: tuple({**dict.fromkeys(part.columns), **_FILLED, **record, **row} for row in case.parts[name])
        for name, part in entity.parts.items()
        if name in case.parts
    }
    return SourceGroup(main=main, parts=parts)


def _compare(mapped: Sequence[Mapped], case: MasterDataCase) -> Iterator[str]:
    problems = [problem for each in mapped for problem in each.problems]
    if case.expect is None:
        yield from (
            f"no problem contains {wanted!r}; there are: {'; '.join(problems) or 'none'}"
            for wanted in case.expect_problems
            if not any(wanted in problem for problem in problems)
        )
        return
    yield from problems
    if len(mapped) != len(case.expect):
        codes = ", ".join(each.external_code for each in mapped) or "none"
        yield f"there are {len(mapped)} records ({codes}), expected were {len(case.expect)}"
        return
    for each, wanted in zip(mapped, case.expect, strict=True):
        for name in ("external_code", "active", "left_out", "source"):
            if name in wanted and getattr(each, name) != wanted[name]:
                yield f"{each.external_code}: {name} is {getattr(each, name)!r}, expected was {wanted[name]!r}"
        if (content := wanted.get("content")) is not None:
            found = read_json(each.content) if each.content else {}
            yield from _differences(found, content, where=each.external_code)


def _differences(found: Any, wanted: Any, *, where: str) -> Iterator[str]:
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name, value in wanted.items():
            yield from _differences(found.get(name), value, where=f"{where}.{name}")
    elif isinstance(wanted, list) and isinstance(found, list):
        if len(found) != len(wanted):
            yield f"{where} has {len(found)} elements, expected were {len(wanted)}"
            return
        for place, (one, other) in enumerate(zip(found, wanted, strict=True)):
            yield from _differences(one, other, where=f"{where}[{place}]")
    elif not _same(found, wanted):
        yield f"{where} is {_written(found)}, expected was {_written(wanted)}"


def _same(found: object, wanted: object) -> bool:
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    return found == wanted


def _written(value: object) -> str:
    return "not sent" if value is None else canonical_json(value)


def _case(place: int, given: object, problems: Problems) -> MasterDataCase | None:
    path = f"cases[{place}]"
    if not isinstance(given, Mapping):
        problems.append(f"{path} must be a table with {', '.join(sorted(_CASE))}")
        return None
    before = len(problems)
    section = Section(given, known=_CASE, problems=problems, path=path)
    for name in ("name", "entity"):
        if not section.given(name):
            section.problem(name, "is missing")
    if section.given("expect") == section.given("expect_problems"):
        problems.append(f"{path} needs either expect or expect_problems")
    today = section.day("today")
    rows = section.tables("rows")
    by_part = section.section("parts", known=_PARTS)
    part_rows = {str(name): tuple(by_part.tables(name)) for name in by_part.values} if by_part else {}
    expect = section.tables("expect") if section.given("expect") else None
    for number, record in enumerate(expect or ()):
        Section(record, known=_EXPECT, problems=problems, path=f"{section.at('expect')}[{number}]")
    wanted = section.texts("expect_problems")
    if today is None or len(problems) > before:
        return None
    return MasterDataCase(
        name=section.text("name"),
        entity=section.text("entity"),
        today=today,
        rows=tuple(rows),
        parts=part_rows,
        expect=None if expect is None else tuple(expect),
        expect_problems=wanted,
    )
