"""The rules of an entity: which field of Basware gets which value, the connection's laid over the delivered ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from ap_domain.mapping.rule import Rule, Table, parse_rule
from ap_domain.mapping.section import Section
from ap_domain.masterdata.basware_fields import PART_LISTS, REQUIRED, find_field, known_paths
from ap_domain.masterdata.columns import MAIN, Columns
from ap_domain.masterdata.entity import Kind, list_key
from ap_domain.masterdata.plan import FieldRule

__all__ = ["Rules", "read_entity_rules"]

_NOT_BY_RULE = {
    "externalCode": "is made of PeopleSoft's key, so that it never changes",
    "companies": "follows from companies",
    "lastUpdated": "is set by Basware",
    "buvid": "is made by Basware",
    "vendorCode": "follows from the supplier scheme of the mapping, which turns it back on invoices",
    "processingStatus.active": "follows from active",
    "addresses.externalCode": "is made of PeopleSoft's key, so that it never changes",
}
_REQUIRED_IN_PARTS = ("addresses.name", "contacts.name", "paymentMeans.paymentMeansCode")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Rules of the record, and by part those of the element that each row of it becomes."""

    main: tuple[FieldRule, ...]
    parts: Mapping[str, tuple[FieldRule, ...]]


def read_entity_rules(
    section: Section,
    *,
    own: frozenset[str],
    kind: Kind,
    entity: str,
    parts: frozenset[str],
    tables: Mapping[str, Table],
    columns: Columns,
) -> Rules:
    """The rules under `fields`; what is wrong is added to the problems. `own` are the paths that the connection's
    document names, for which a part that is not read is a problem.
    """
    given = section.values.get("fields")
    if not isinstance(given, Mapping):
        section.problem("fields", "must be a table of Basware's fields and their rules")
        return Rules(main=(), parts={})
    main: list[FieldRule] = []
    found: dict[str, list[FieldRule]] = {name: [] for name in parts}
    list_name = list_key(entity) if kind is Kind.LIST else ""
    for path in sorted(given, key=str):
        where = f"{section.at('fields')}.{path}"
        part = PART_LISTS.get(str(path).partition(".")[0]) if kind is Kind.SUPPLIERS else None
        if part is not None and part not in parts:
            if path in own and given[path] is not None:
                section.problems.append(
                    f"{where} is made of the part {part}, which is not read; name its query"
                )
            continue
        rule = _rule(section, where, path, given[path], kind=kind, list_name=list_name, tables=tables)
        if rule is None:
            continue
        for expression in (rule.rule.pick, rule.rule.when):
            columns.read(where, expression, part=part or MAIN)
        if part is None:
            main.append(rule)
        else:
            found[part].append(FieldRule(path=rule.path[1:], field=rule.field, rule=rule.rule))
    _check_required(section, given, kind=kind, parts=parts)
    return Rules(main=tuple(main), parts={name: tuple(rules) for name, rules in found.items()})


def _rule(
    section: Section,
    where: str,
    path: object,
    given: object,
    *,
    kind: Kind,
    list_name: str,
    tables: Mapping[str, Table],
) -> FieldRule | None:
    if isinstance(path, str) and (why := _NOT_BY_RULE.get(path)):
        section.problems.append(f"{where} {why} and has no rule")
        return None
    target = find_field(kind, path, list_key=list_name) if isinstance(path, str) else None
    if target is None:
        there_are = ", ".join(known_paths(kind, list_key=list_name))
        section.problems.append(f"{where}: Basware has no such field here; there are {there_are}")
        return None
    if given is None:
        return None
    # the rule's own name for its property is what follows the last point
    known = {where.rpartition(".")[2]: target}
    rule = parse_rule(where, given, known=known, tables=tables, problems=section.problems)
    if rule is None:
        return None
    _check_constants(section, where, rule, target.choices, flag=target.flag)
    return FieldRule(path=_steps(target.name), field=target, rule=rule)


def _steps(path: str) -> tuple[str, ...]:
    """The steps of a path; the last key of a list of pairs may itself hold points."""
    head, _, rest = path.partition(".")
    if not rest:
        return (head,)
    if head in PART_LISTS:
        return (head, *_steps(rest))
    return (head, rest)


def _check_constants(
    section: Section, where: str, rule: Rule, choices: frozenset[str], *, flag: bool
) -> None:
    allowed = frozenset({"true", "false"}) if flag else choices
    if not allowed:
        return
    table = rule.table or {}
    for value in (rule.value, rule.default, *table.values()):
        if value is not None and value not in allowed:
            section.problems.append(f"{where}: {value!r} is not one of {', '.join(sorted(allowed))}")


def _check_required(
    section: Section, given: Mapping[object, object], *, kind: Kind, parts: frozenset[str]
) -> None:
    in_parts = (path for path in _REQUIRED_IN_PARTS if PART_LISTS[path.partition(".")[0]] in parts)
    for path in (*REQUIRED[kind], *(in_parts if kind is Kind.SUPPLIERS else ())):
        if given.get(path) is None:
            section.problems.append(
                f"{section.at('fields')}.{path} is required by Basware and cannot be left out"
            )
