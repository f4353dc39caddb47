"""The settings of a `masterdata` section that are no rules, read one by one."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from ap_domain.mapping.section import Section
from ap_domain.masterdata.columns import COLUMN
from ap_domain.masterdata.plan import Prompts

__all__ = [
    "PROMPT",
    "read_column",
    "read_columns",
    "read_companies",
    "read_part",
    "read_prompts",
    "read_query",
    "read_schedule",
]

_PROMPTS = frozenset({"setid", "after", "up_to", "since"})
PROMPT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,29}")
_QUERY = re.compile(r"[A-Za-z0-9_$#@]{1,30}")
_CRON = re.compile(r"[0-9A-Za-z*/,\-#?]+( +[0-9A-Za-z*/,\-#?]+){4}")


def read_companies(section: Section) -> dict[str, tuple[str, ...]]:
    """SetID (or business unit) -> Basware company codes, both in a fixed order."""
    value = section.values.get("companies")
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        section.problem("companies", "must be a table of SetIDs and lists of company codes")
        return {}
    under = Section(value, known=frozenset(value), problems=section.problems, path=section.at("companies"))
    found: dict[str, tuple[str, ...]] = {}
    for setid in value:
        name = under.code(f"{under.path}: key", setid, longest=5)
        codes = under.texts(setid)
        if not codes:
            under.problem(name, "must be a list of at least one company code")
        under.problems.extend(
            f"{under.at(name)}: {code!r} is too long: a company code has at most 32 characters"
            for code in codes
            if len(code) > 32
        )
        found[name] = tuple(sorted(set(codes)))
    return dict(sorted(found.items()))


def read_part(section: Section, name: str, *, default: Decimal) -> Decimal:
    """A part of a whole: from 0 to 1. YAML's own numbers are accepted, since nothing is paid by them."""
    value = section.values.get(name)
    if isinstance(value, float):
        value = repr(value)
    read = Section({name: value}, known=frozenset({name}), problems=section.problems, path=section.path)
    part = read.amount(name, default=default)
    if not 0 <= part <= 1:
        section.problem(name, "must be a part from 0 to 1")
        return default
    return part


def read_query(section: Section, where: str, value: object) -> str:
    """The name of a query."""
    if isinstance(value, str) and _QUERY.fullmatch(value):
        return value
    section.problems.append(
        f"{where} must be the name of a query, of at most 30 letters, digits and underscores"
    )
    return ""


def read_prompts(section: Section) -> Prompts:
    """The names of the prompts; null: the query has none."""
    part = section.section("prompts", known=_PROMPTS)
    names: dict[str, str | None] = dict.fromkeys(_PROMPTS)
    for name in _PROMPTS if part else ():
        value = part.values.get(name) if part else None
        if value is None or (isinstance(value, str) and PROMPT.fullmatch(value)):
            names[name] = value
        elif part:
            part.problem(name, "must be the unique prompt name of the query, or null where it has none")
    return Prompts(**names)


def read_column(section: Section, name: str) -> str | None:
    """The name of a column; None where the entity has none."""
    value = section.values.get(name)
    if value is None or (isinstance(value, str) and COLUMN.fullmatch(value)):
        return value
    section.problem(name, "must be the name of a column in capital letters, or null")
    return None


def read_columns(section: Section, name: str) -> tuple[str, ...]:
    names = section.texts(name)
    for each in names:
        if not COLUMN.fullmatch(each):
            section.problem(name, f"names {each!r}; a column is written in capital letters")
    return names


def read_schedule(section: Section, name: str, *, check: Callable[[str], str | None] | None) -> str:
    """A cron text of five fields; "" where nothing is scheduled."""
    cron = section.text(name).strip()
    if not cron:
        return ""
    if not _CRON.fullmatch(cron):
        section.problem(name, f"is {cron!r}, which is no schedule as in '*/15 * * * *' (five fields)")
    elif check is not None and (wrong := check(cron)):
        section.problem(name, f"is {cron!r}: {wrong}")
    return cron
