"""From rows of PeopleSoft's queries to records of Basware's imports: pure, whole or not at all, in fixed text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ap_domain.mapping.expression import EvaluationFault, Expression
from ap_domain.mapping.supplier_scheme import SupplierScheme
from ap_domain.masterdata.basware_fields import REQUIRED
from ap_domain.masterdata.canonical_json import canonical_json
from ap_domain.masterdata.effective_dating import UndatedRow, current_rows
from ap_domain.masterdata.entity import Kind
from ap_domain.masterdata.exchange_rate import rate_of
from ap_domain.masterdata.external_code import external_code
from ap_domain.masterdata.mapped import Mapped
from ap_domain.masterdata.plan import EntityPlan, MasterDataPlan
from ap_domain.masterdata.record_body import body_of
from ap_domain.masterdata.source_rows import (
    Row,
    SourceFault,
    SourceGroup,
    as_text,
    cleaned,
    distinct,
    order,
    require,
)
from ap_domain.masterdata.supplier_record import Supplier, location_codes, supplier_body
from ap_domain.masterdata.whole_text import is_whole, tellable

__all__ = ["map_record"]

_INHERIT = frozenset({Kind.ACCOUNTS, Kind.TAX_CODES, Kind.PAYMENT_TERMS})
"""Entities whose companies say whether the units under them inherit."""


def map_record(
    plan: MasterDataPlan,
    entity: EntityPlan,
    group: SourceGroup,
    *,
    today: date,
    scheme: SupplierScheme | None = None,
) -> tuple[Mapped, ...]:
    """The records of one paging key, in the order of their external codes: usually one, of a currency its rates, of
    a supplier one for each location where the scheme has locations in its codes (without `scheme` the VENDOR_ID is
    the code).

    `today` is the day in the connection's time zone. Whatever the order of the rows, the result is the same.
    Raises SourceFault where the query does not give what the plan reads.
    """
    mapper = _Mapper(plan=plan, entity=entity, today=today, scheme=scheme)
    mapped = [each for codes, rows in _by_key(entity, group).items() for each in mapper.records(codes, rows)]
    return tuple(sorted(mapped, key=lambda each: each.external_code))


@dataclass(slots=True)
class _Rows:
    """All rows of one record."""

    main: list[Row]
    parts: dict[str, list[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mapper:
    plan: MasterDataPlan
    entity: EntityPlan
    today: date
    scheme: SupplierScheme | None

    def records(self, codes: tuple[str, ...], rows: _Rows) -> Iterator[Mapped]:
        """The record, or one for each location of a supplier; `codes` are its scope and key."""
        try:
            yield from self._dated_records(codes, rows)
        except UndatedRow as fault:
            for all_codes in self._all_codes(codes, rows):
                yield self._mapped(all_codes, problems=(str(fault),), undated=True)

    def _dated_records(self, codes: tuple[str, ...], rows: _Rows) -> Iterator[Mapped]:
        entity = self.entity
        current = distinct(current_rows(rows.main, today=self.today, dated_by=(), effective=entity.effective))
        left_out, faults = self._left_out(current)
        parts = {
            name: current_rows(found, today=self.today, dated_by=entity.parts[name].dated_by)
            for name, found in rows.parts.items()
        }
        for all_codes in self._all_codes(codes, rows):
            location = all_codes[len(codes)] if self._located else None
            supplier = Supplier(parts=parts, location=location, per_location=self._located)
            if left_out or not supplier.in_use:
                yield self._mapped(all_codes, left_out=True)
            elif faults:
                yield self._mapped(all_codes, problems=faults)
            else:
                yield self._record(all_codes, current[0], supplier)

    @property
    def _located(self) -> bool:
        """Whether each location of a supplier is a record."""
        return self.scheme is not None and self.scheme.location_in_code and "locations" in self.entity.parts

    def _all_codes(self, codes: tuple[str, ...], rows: _Rows) -> list[tuple[str, ...]]:
        """The codes of each record that the rows make."""
        if not self._located:
            return [codes]
        return [(*codes, location) for location in location_codes(rows.parts["locations"])]

    def _left_out(self, current: Sequence[Row]) -> tuple[bool, list[str]]:
        """Whether there is nothing to import, and what is wrong with what there is."""
        if not current:
            return True, []
        if len(current) > 1:
            return False, [
                f"query {self.entity.query} gives {len(current)} different current rows for it; it must give one"
            ]
        try:
            return _holds(self.entity.leave_out, current[0]), []
        except EvaluationFault as fault:
            return False, [f"leave_out: {fault}"]

    def _record(self, codes: tuple[str, ...], row: Row, supplier: Supplier) -> Mapped:
        entity, problems = self.entity, list[str]()
        if not is_whole("".join(codes)):
            key = ascii("/".join(codes))
            problems.append(f"externalCode: the key {key} must not hold control characters or half ones")
        active = supplier.active
        try:
            active = active and (entity.active is None or _holds(entity.active, row))
        except EvaluationFault as fault:
            problems.append(f"active: {fault}")
        code = self._external(codes)
        scope: dict[str, object] = {
            **row,
            "active": active,
            "code": "-".join(codes[-len(entity.key) :]),
            "external_code": code,
            "tables": self.plan.tables,
            "today": self.today.isoformat(),
        }
        if entity.kind is Kind.EXCHANGE_RATES:
            scope["rate"] = rate_of(row)
        if entity.kind is Kind.SUPPLIERS:
            body = supplier_body(
                supplier,
                entity=entity,
                row=row,
                codes=codes,
                scope=scope,
                prefix=self.plan.code_prefix,
                scheme=self.scheme,
                problems=problems,
            )
            body.setdefault("processingStatus", {})["active"] = active
        else:
            body = body_of(entity.rules, scope, problems=problems, required=REQUIRED[entity.kind])
        body |= {"externalCode": code, "companies": self._companies(row, active=active)}
        return self._mapped(codes, active=active, content=canonical_json(body), problems=problems)

    def _companies(self, row: Row, *, active: bool) -> list[dict[str, Any]]:
        entity = self.entity
        scope = as_text(row.get(entity.scope)) if entity.scope else ""
        found: list[dict[str, Any]] = [{"companyCode": code} for code in entity.companies[scope]]
        for company in found:
            if entity.kind is Kind.SUPPLIERS:
                company["inheritToChildUnits"] = entity.inherit
                continue
            company["active"] = active
            if entity.kind in _INHERIT:
                company["inherit"] = entity.inherit
        return found

    def _mapped(
        self,
        codes: tuple[str, ...],
        *,
        active: bool = True,
        content: str = "",
        problems: Sequence[str] = (),
        left_out: bool = False,
        undated: bool = False,
    ) -> Mapped:
        return Mapped(
            external_code=self._external(codes),
            active=active and not left_out,
            content="" if problems else content,
            problems=tuple(dict.fromkeys(map(tellable, problems))),
            source=tellable("/".join(codes)),
            left_out=left_out,
            undated=undated,
        )

    def _external(self, codes: tuple[str, ...]) -> str:
        return external_code(codes, prefix=self.plan.code_prefix)


def _by_key(entity: EntityPlan, group: SourceGroup) -> dict[tuple[str, ...], _Rows]:
    """The rows by record, in a fixed order; those of a SetID that no company picks from are passed over."""
    found: dict[tuple[str, ...], _Rows] = {}
    for row in _rows(group.main, entity.columns, entity.query):
        if entity.scope and as_text(row[entity.scope]) not in entity.companies:
            _check_asked(entity, row)
            continue
        codes = _codes(entity, row)
        found.setdefault(codes, _Rows(main=[], parts={name: [] for name in entity.parts})).main.append(row)
    for name, part in entity.parts.items():
        for row in _rows(group.parts.get(name, ()), part.columns, part.query):
            if (record := found.get(_shared_codes(entity, row))) is not None:
                record.parts[name].append(row)
    for rows in found.values():
        for each in (rows.main, *rows.parts.values()):
            if len(each) > 1:
                each.sort(key=_fixed)
    return found


def _rows(given: Sequence[Any], columns: frozenset[str], query: str) -> Iterator[Row]:
    for each in given:
        row = cleaned(each)
        require(row, columns, query=query)
        yield row


def _check_asked(entity: EntityPlan, row: Row) -> None:
    if entity.prompts.setid is not None:
        raise SourceFault(
            f"query {entity.query} gives a row of {entity.scope} {as_text(row[entity.scope or ''])!r}, which was not "
            f"asked for; its prompt {entity.prompts.setid} must be compared with {entity.scope}"
        )


def _codes(entity: EntityPlan, row: Row) -> tuple[str, ...]:
    names = (entity.scope, *entity.key) if entity.scope else entity.key
    codes = tuple(as_text(row[name]) for name in names)
    if not all(codes):
        raise SourceFault(f"query {entity.query} gives a row whose key ({', '.join(names)}) is blank")
    return codes


def _shared_codes(entity: EntityPlan, row: Row) -> tuple[str, ...]:
    names = (entity.scope, *entity.key) if entity.scope else entity.key
    return tuple(as_text(row.get(name)) for name in names)


def _fixed(row: Row) -> tuple[tuple[int, int, str], ...]:
    return tuple(order(row[name]) for name in sorted(row))


def _holds(condition: Expression | None, row: Row) -> bool:
    return condition is not None and condition.holds(row)
