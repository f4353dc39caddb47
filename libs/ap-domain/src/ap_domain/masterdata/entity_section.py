"""Reading one entity of a `masterdata` section: its own keys laid over what is delivered for its kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ap_domain.mapping.rule import Table
from ap_domain.mapping.section import Section
from ap_domain.mapping.supplier_scheme import SupplierScheme
from ap_domain.masterdata.columns import MAIN, Columns
from ap_domain.masterdata.entity import Kind, kind_of, list_key
from ap_domain.masterdata.entity_rules import read_entity_rules
from ap_domain.masterdata.generic_lists import family_of
from ap_domain.masterdata.plain_settings import (
    read_column,
    read_columns,
    read_companies,
    read_part,
    read_prompts,
    read_query,
    read_schedule,
)
from ap_domain.masterdata.plan import EntityPlan, PartPlan, import_limit

__all__ = ["KEYS", "EntityReader"]

KEYS = frozenset(
    {
        "active",
        "changed_at",
        "changes",
        "companies",
        "effective",
        "fields",
        "full",
        "inherit",
        "key",
        "leave_out",
        "optional",
        "parts",
        "prompts",
        "query",
        "scope",
        "shrink_floor",
        "shrink_limit",
    }
)
"""The keys of an entity."""

_SCOPE = "SETID"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityReader:
    """What the entities of one section share."""

    default: Mapping[str, Any]
    tables: Mapping[str, Table]
    companies: Mapping[str, tuple[str, ...]]
    shrink_limit: Decimal
    shrink_floor: int
    check_schedule: Callable[[str], str | None] | None
    scheme: SupplierScheme | None

    def read(self, root: Section, name: object, given: object) -> EntityPlan | None:
        """The entity, or None where nothing of it can be read; what is wrong stands in the root's problems."""
        kind = _kind(root, name)
        if kind is None or not isinstance(name, str):
            return None
        own: object = {} if given is None else given
        if not isinstance(own, Mapping):
            root.problems.append(f"entities.{name} must be a table of keys and values")
            return None
        merged = _laid_over({"scope": _SCOPE, **self.default[kind.value]}, own)
        section = Section(merged, known=KEYS, problems=root.problems, path=f"entities.{name}")
        fields = own.get("fields")
        own_fields = frozenset(map(str, fields)) if isinstance(fields, Mapping) else frozenset[str]()
        return self._plan(section, name, kind, own_fields)

    def _plan(self, section: Section, entity: str, kind: Kind, own_fields: frozenset[str]) -> EntityPlan:
        query = read_query(section, section.at("query"), section.values.get("query"))
        key = self._key(section, kind, query)
        parts = self._part_queries(section, kind)
        columns = Columns(
            optional=frozenset(read_columns(section, "optional")),
            parts=frozenset(parts),
            problems=section.problems,
        )
        rules = read_entity_rules(
            section,
            own=own_fields,
            kind=kind,
            entity=entity,
            parts=frozenset(parts),
            tables=self.tables,
            columns=columns,
        )
        active, leave_out = section.expression("active"), section.expression("leave_out")
        columns.read(section.at("active"), active)
        columns.read(section.at("leave_out"), leave_out)
        scope, effective = read_column(section, "scope"), read_column(section, "effective")
        changed_at = read_column(section, "changed_at")
        prompts = read_prompts(section)
        changes = read_schedule(section, "changes", check=self.check_schedule)
        needed = (*key, scope, effective, changed_at if changes else None)
        columns.add(MAIN, (name for name in needed if name))
        plan = EntityPlan(
            entity=entity,
            kind=kind,
            limit=import_limit(entity, kind),
            query=query,
            parts={
                name: self._part(name, part_query, rules.parts[name], columns, shared=(scope, *key[:1]))
                for name, part_query in parts.items()
            },
            prompts=prompts,
            scope=scope,
            companies=self._companies(section, scope),
            key=key,
            effective=effective,
            changed_at=changed_at,
            changes=changes,
            full=read_schedule(section, "full", check=self.check_schedule),
            active=active,
            leave_out=leave_out,
            inherit=section.flag("inherit", default=False),
            columns=columns.of(MAIN),
            rules=rules.main,
            shrink_limit=read_part(section, "shrink_limit", default=self.shrink_limit),
            shrink_floor=section.count("shrink_floor", default=self.shrink_floor, least=0, most=1_000_000),
        )
        self._check(section, plan)
        return plan

    def _key(self, section: Section, kind: Kind, query: str) -> tuple[str, ...]:
        if not section.given("key") and kind is Kind.LIST:
            delivered = self.default["list_queries"].get(query)
            if delivered:
                return (delivered,)
            section.problem(
                "key", f"is missing: name the column that tells the rows of {query or 'it'} apart"
            )
            return ("KEY",)
        names = read_columns(section, "key")
        if not names:
            section.problem("key", "must be a list of at least one column")
        return names or ("KEY",)

    def _part_queries(self, section: Section, kind: Kind) -> dict[str, str]:
        known = frozenset(self.default["parts"]) if kind is Kind.SUPPLIERS else frozenset[str]()
        given = section.section("parts", known=known)
        if given is None:
            return {}
        return {
            name: read_query(section, given.at(name), given.values[name])
            for name in sorted(known)
            if given.given(name)
        }

    def _part(
        self,
        name: str,
        query: str,
        rules: tuple[Any, ...],
        columns: Columns,
        *,
        shared: tuple[str | None, ...],
    ) -> PartPlan:
        spec = self.default["parts"][name]
        key, dated_by = tuple(spec["key"]), tuple(spec["dated_by"])
        columns.add(name, (each for each in (*shared, *key, *dated_by, "EFFDT", "EFF_STATUS") if each))
        return PartPlan(query=query, key=key, dated_by=dated_by, columns=columns.of(name), rules=rules)

    def _companies(self, section: Section, scope: str | None) -> dict[str, tuple[str, ...]]:
        companies = read_companies(section) or dict(self.companies)
        if not companies:
            section.problem("companies", "says who may pick from it; write it here or above the entities")
        if scope is None:
            return {"": tuple(sorted({code for codes in companies.values() for code in codes}))}
        return companies

    def _check(self, section: Section, plan: EntityPlan) -> None:
        if plan.changes and plan.prompts.since is None:
            section.problem(
                "changes", "needs a query with the prompt `since`; without one only `full` can be read"
            )
        if plan.changes and plan.changed_at is None:
            section.problem("changes", "needs changed_at, the column that says when a row was last changed")
        if plan.changes and not plan.full:
            section.problem("full", "is missing: only it finds what vanished and what reading changes missed")
        if plan.parts and (plan.prompts.after is None or plan.prompts.up_to is None):
            section.problem(
                "prompts", "must name after and up_to, by which parts are read beside their records"
            )
        if plan.scope is None and plan.prompts.setid is not None:
            section.problem("prompts.setid", "has no use where rows have no SetID")
        if plan.kind is Kind.SUPPLIERS:
            self._check_suppliers(section, plan)

    def _check_suppliers(self, section: Section, plan: EntityPlan) -> None:
        if plan.scope is None or len(plan.key) != 1:
            section.problem("key", "of suppliers is one column, beside the SetID as scope")
        scheme = self.scheme
        if scheme is None:
            return
        if scheme.location_in_code and "locations" not in plan.parts:
            section.problem("parts.locations", "is needed: the supplier scheme has a code for each location")
        if not scheme.setid_in_code and scheme.setid not in plan.companies:
            section.problem(
                "companies", f"has no {scheme.setid}, the only SetID that the supplier scheme has codes for"
            )


def _kind(root: Section, name: object) -> Kind | None:
    try:
        kind = kind_of(str(name))
        if kind is Kind.LIST:
            family_of(list_key(str(name)))
    except ValueError as error:
        known = ", ".join(kind for kind in Kind if kind is not Kind.LIST)
        why = f": {error}" if str(name).startswith("list:") else ""
        root.problems.append(f"entities.{name} is no entity{why}; there are {known} and list:ACC_LIST_1 etc.")
        return None
    return kind


def _laid_over(base: Mapping[str, Any], own: Mapping[Any, Any]) -> dict[Any, Any]:
    """The base with the document's own keys over it; tables are laid over key by key."""
    merged = {**base, **own}
    for name in ("fields", "parts", "prompts"):
        under, over = base.get(name), own.get(name)
        if isinstance(under, Mapping) and isinstance(over, Mapping):
            merged[name] = {**under, **over}
        elif over is None and under is not None:
            merged[name] = under
    return merged
