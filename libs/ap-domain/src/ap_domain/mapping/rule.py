"""One rule of the mapping language: how a property of the voucher gets its value."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ap_domain.mapping.expression import Expression
from ap_domain.mapping.peoplesoft_fields import Kind, Property
from ap_domain.mapping.section import Problems, Section
from ap_domain.money import has_at_most

Value = str | Decimal | date
Table = Mapping[str, str | None]
"""A lookup: what is found as null is not sent; "*" is for whatever is not listed."""

OTHERWISE = "*"
KEYS = frozenset(
    {
        "pick",
        "value",
        "table",
        "default",
        "required",
        "when",
        "pad",
        "shorten",
        "transliterate",
        "upper",
        "type",
        "length",
        "decimals",
    }
)
_LONGEST_UNKNOWN = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pad:
    """Fills a code up to `length` characters; a longer one stays as it is and is never cut."""

    length: int
    fill: str
    left: bool

    def apply(self, text: str) -> str:
        return text.rjust(self.length, self.fill) if self.left else text.ljust(self.length, self.fill)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Either `pick` or `value` is set. `table` is resolved; `table_name` is for messages."""

    target: Property
    pick: Expression | None = None
    value: Value | None = None
    table: Table | None = None
    table_name: str = ""
    default: Value | None = None
    required: bool = False
    when: Expression | None = None
    pad: Pad | None = None
    shorten: bool = False
    transliterate: bool = False
    upper: bool = False


def parse_rule(
    where: str,
    given: object,
    *,
    known: Mapping[str, Property],
    tables: Mapping[str, Table],
    problems: Problems,
) -> Rule | None:
    """The rule under `where` (`header.VNDR_LOC`); None if it is wrong, which then stands in `problems`."""
    document = {"pick": given} if isinstance(given, str) else given
    if not isinstance(document, Mapping):
        problems.append(f"{where} must be an expression or a table of pick, value and the like")
        return None
    before = len(problems)
    section = Section(document, known=KEYS, problems=problems, path=where)
    target = _target(where.rpartition(".")[2], section, known=known)
    if target is None or len(problems) > before:
        return None
    rule = Rule(
        target=target,
        pick=section.expression("pick"),
        value=_constant(section, "value", target),
        default=_constant(section, "default", target),
        required=section.flag("required", default=False),
        when=section.expression("when"),
        pad=_pad(section, target),
        shorten=section.flag("shorten", default=False),
        transliterate=section.flag("transliterate", default=False),
        upper=section.flag("upper", default=False),
    )
    if section.given("table"):
        rule = _with_table(rule, section, tables)
    _check(rule, section)
    return rule if len(problems) == before else None


def _with_table(rule: Rule, section: Section, tables: Mapping[str, Table]) -> Rule:
    name = section.text("table")
    table = tables.get(name)
    if table is None:
        section.problem(
            "table", f"is {name!r}, which is no table; there are {', '.join(sorted(tables)) or 'none'}"
        )
        return rule
    if rule.target.kind is Kind.CODE and not rule.pad:
        for key, found in table.items():
            if found is not None and len(found) > rule.target.size:
                section.problem(
                    "table",
                    f"{name}.{key} is {found!r}: {rule.target.name} has room for {rule.target.size} characters",
                )
    return replace(rule, table=table, table_name=name)


def _target(name: str, section: Section, *, known: Mapping[str, Property]) -> Property | None:
    """The property a rule is for: documented, or described by the rule itself (`type`, `length`)."""
    own = [key for key in ("type", "length", "decimals") if section.given(key)]
    if name in known:
        for key in own:
            section.problem(key, f"is not for {name}, whose type and length are documented")
        return known[name]
    if not (name.isascii() and name.isidentifier() and name == name.upper()):
        section.problems.append(f"{section.path}: {name!r} is not the name of a property")
        return None
    if not section.given("type"):
        section.problems.append(
            f"{section.path}: {name} is not a documented property here; "
            "if the site has it, give its type and length"
        )
        return None
    kind = section.choice("type", default=Kind.CODE)
    size = 0
    if kind is not Kind.DATE:
        if not section.given("length"):
            section.problem("length", "is missing")
        else:
            size = section.count("length", default=1, least=1, most=_LONGEST_UNKNOWN)
    decimals = section.count("decimals", default=3 if kind is Kind.AMOUNT else 0, least=0, most=8)
    return Property(name=name, kind=kind, size=size, decimals=decimals)


def _constant(section: Section, name: str, target: Property) -> Value | None:
    if not section.given(name):
        return None
    match target.kind:
        case Kind.CODE:
            return section.text(name, longest=target.size)
        case Kind.DESCRIPTION:
            return section.text(name, longest=target.size)
        case Kind.DATE:
            return section.day(name)
        case Kind.AMOUNT | Kind.NUMBER:
            number = section.amount(name, default=Decimal(0))
            if not has_at_most(number, integer_digits=target.size, fraction_digits=target.decimals):
                section.problem(
                    name, f"has more digits than {target.name} takes ({target.size}.{target.decimals})"
                )
            return number


def _pad(section: Section, target: Property) -> Pad | None:
    part = section.section("pad", known=frozenset({"length", "with", "side"}))
    if part is None:
        return None
    fill, side = part.text("with", default="0"), part.text("side", default="left")
    if not part.given("length"):
        part.problem("length", "is missing")
    length = part.count("length", default=1, least=1, most=max(target.size, 1))
    if len(fill) != 1:
        part.problem("with", "must be one character")
    if side not in ("left", "right"):
        part.problem("side", "must be left or right")
    return Pad(length=length, fill=fill[:1] or "0", left=side == "left")


def _check(rule: Rule, section: Section) -> None:
    kind, name = rule.target.kind, rule.target.name
    if section.given("pick") == section.given("value"):
        section.problems.append(f"{section.path} needs either pick or value")
    if section.given("value"):
        for key in ("table", "default", "required", "pad", "shorten", "transliterate", "upper"):
            if section.given(key):
                section.problem(key, "has no use beside value")
    for key, allowed in (
        ("shorten", (Kind.DESCRIPTION,)),
        ("transliterate", (Kind.DESCRIPTION,)),
        ("pad", (Kind.CODE,)),
        ("upper", (Kind.CODE, Kind.DESCRIPTION)),
    ):
        if section.given(key) and kind not in allowed:
            section.problem(key, f"is only for a {' or '.join(allowed)}; {name} is a {kind}")
    if rule.required and rule.default is not None:
        section.problem("required", "has no use beside default")
