"""The rules of a mapping: the document's own laid over those of the mapping it extends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml

from ap_domain.mapping.peoplesoft_fields import CALCULATED, HEADER, PAYMENT, SECTIONS
from ap_domain.mapping.rule import Rule, Table, parse_rule
from ap_domain.mapping.section import Problems, Section

Rules = Mapping[str, Rule]

KEY_PROPERTIES = ("BUSINESS_UNIT", "VENDOR_SETID", "VENDOR_ID", "INVOICE_ID", "INVOICE_DT", "VOUCHER_STYLE")
"""What PeopleSoft tells one voucher from another by."""
_NEEDED = {
    **dict.fromkeys(KEY_PROPERTIES, "is part of the natural key"),
    "TXN_CURRENCY_CD": "says which currency the amounts are in",
}
_HOLD = "PYMNT_HOLD"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """Property -> rule for each record of the voucher, and the lookups that rules may use."""

    header: Rules = field(default_factory=dict)
    lines: Rules = field(default_factory=dict)
    distributions: Rules = field(default_factory=dict)
    payment: Rules = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)


@cache
def default_document() -> Mapping[str, object]:
    """The mapping that every other extends, as it is shipped beside this module."""
    text = files(__package__).joinpath("default_mapping.yaml").read_text("utf-8")
    return MappingProxyType(yaml.safe_load(text))


def read_rules(
    section: Section, *, settings_tables: Mapping[str, Table], dimensions: Mapping[str, str]
) -> RuleBook:
    """The rules of a document whose root is `section`; what is wrong is added to its problems.

    `settings_tables` are lookups written as settings (payment_terms), `dimensions` are distribution rules in
    short.
    """
    extends = section.text("extends", default="default")
    if extends not in ("default", "none"):
        section.problem("extends", "must be default or none")
    base = default_document() if extends == "default" else {}
    tables = read_tables(section, base, settings_tables)
    short = {
        target: {"pick": source, "required": target == "ACCOUNT"} for source, target in dimensions.items()
    }
    rules: dict[str, Rules] = {}
    for part in SECTIONS:
        own = _own_rules(section, part)
        under: dict[str, object] = dict(_part(base, part))
        if part == "distributions":
            under |= short
        rules[part] = _laid_over(part, under | own, tables=tables, problems=section.problems)
    _check_needed(rules, section)
    return RuleBook(
        header=rules["header"],
        lines=rules["lines"],
        distributions=rules["distributions"],
        payment=rules["payment"],
        tables=tables,
    )


def _laid_over(
    part: str, documents: Mapping[str, object], *, tables: Mapping[str, Table], problems: Problems
) -> Rules:
    found: dict[str, Rule] = {}
    for name, given in documents.items():
        where = f"{part}.{name}"
        if name in CALCULATED[part]:
            problems.append(f"{where} follows from the sums and cannot be set by a rule")
        elif given is not None:
            known = {**HEADER, **PAYMENT} if part in ("header", "payment") else SECTIONS[part]
            rule = parse_rule(where, given, known=known, tables=tables, problems=problems)
            if rule is not None:
                found[name] = rule
    return found


def _own_rules(section: Section, part: str) -> dict[str, object]:
    value = section.values.get(part)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        section.problem(part, "must be a table of properties and their rules")
        return {}
    return {section.code(f"{part}: key", name, longest=None): each for name, each in value.items()}


def read_tables(
    section: Section, base: Mapping[str, object], settings_tables: Mapping[str, Table]
) -> dict[str, Table]:
    """The lookups of a document: those of `base`, of settings, and its own, which replace one of the same name."""
    tables: dict[str, Table] = {
        name: dict(table) for name, table in _part(base, "tables").items() if isinstance(table, Mapping)
    }
    tables.update(settings_tables)
    own = section.values.get("tables")
    if own is not None and not isinstance(own, Mapping):
        section.problem("tables", "must be a table of named lookups")
        return tables
    for name, table in (own or {}).items():
        where = f"tables.{name}"
        if name in settings_tables:
            section.problems.append(f"{where} is the setting {name}; write it there")
        elif not isinstance(name, str) or not name.isidentifier():
            section.problems.append(f"{where}: a table's name is letters, digits and underscores")
        elif not isinstance(table, Mapping):
            section.problems.append(f"{where} must be a table of texts")
        else:
            tables[name] = _table(section, where, table)
    return tables


def _table(section: Section, where: str, table: Mapping[object, object]) -> Table:
    return {
        section.code(f"{where}: key", key, longest=None): (
            None if value is None else section.code(f"{where}.{key}", value, longest=None)
        )
        for key, value in table.items()
    }


def _check_needed(rules: Mapping[str, Rules], section: Section) -> None:
    wrong = any(problem.startswith(("header.", "payment.")) for problem in section.problems)
    for name, why in _NEEDED.items():
        if name not in rules["header"] and not wrong:
            section.problems.append(f"header.{name} {why} and cannot be left out")
    if _HOLD not in rules["header"] and _HOLD not in rules["payment"] and not wrong:
        section.problems.append(
            f"payment.{_HOLD} keeps what Basware blocks from being paid and cannot be left out"
        )


def _part(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = document.get(name)
    return value if isinstance(value, Mapping) else {}
