"""The settings that are tables of their own, read one by one."""

from ap_domain.mapping.peoplesoft_fields import CHART_FIELDS
from ap_domain.mapping.section import Section
from ap_domain.mapping.supplier_scheme import SupplierScheme, Zeros
from ap_domain.mapping.voucher_mapping import (
    Charge,
    CreditNotes,
    CreditNoteSign,
    CreditNoteStyle,
    InvoiceDateLimits,
    Part,
    Period,
    Rounding,
    TaxLines,
)

CHARGES = frozenset({"FREIGHT_AMT", "MISC_AMT"})
_ACCOUNT = CHART_FIELDS["ACCOUNT"].size


def read_supplier_scheme(section: Section) -> SupplierScheme:
    keys = frozenset({"setid_in_code", "location_in_code", "separator", "zeros"})
    part = section.section("supplier_scheme", known=keys)
    if part is None:
        return SupplierScheme(setid="")
    separator = part.text("separator", default="-")
    if not separator.isprintable() or separator.isalnum():
        part.problem("separator", "must not be letters or digits")
    return SupplierScheme(
        setid="",
        setid_in_code=part.flag("setid_in_code", default=False),
        location_in_code=part.flag("location_in_code", default=False),
        separator=separator,
        zeros=part.choice("zeros", default=Zeros.FILL),
    )


def read_tax_lines(section: Section) -> TaxLines:
    part = section.section("tax_lines", known=frozenset({"accounts", "codes"}))
    if part is None:
        return TaxLines()
    return TaxLines(accounts=part.lookup("accounts", longest=_ACCOUNT), codes=_codes(part))


def read_rounding(section: Section) -> Rounding:
    part = section.section("rounding", known=frozenset({"account", "tolerance", "codes"}))
    if part is None:
        return Rounding()
    tolerance = part.amount("tolerance", default=Rounding().tolerance)
    if tolerance < 0:
        part.problem("tolerance", "must not be negative")
    return Rounding(account=part.text("account", longest=_ACCOUNT), tolerance=tolerance, codes=_codes(part))


def read_credit_notes(section: Section) -> CreditNotes:
    part = section.section("credit_notes", known=frozenset({"types", "sign", "style"}))
    if part is None:
        return CreditNotes()
    types = frozenset(part.texts("types"))
    return CreditNotes(
        types=types,
        none_by_type=part.given("types") and not types,
        sign=part.choice("sign", default=CreditNoteSign.BY_TYPE),
        style=part.choice("style", default=CreditNoteStyle.REG) if part.given("style") else None,
    )


def read_charges(section: Section) -> dict[str, Charge]:
    part = section.section("charges", known=CHARGES)
    charges = {}
    for name in sorted(CHARGES):
        of = part and part.section(name, known=frozenset({"rows", "pick"}))
        if not of:
            continue
        if of.given("rows") == of.given("pick"):
            of.problems.append(f"{of.path} needs either rows or pick")
        charges[name] = Charge(rows=of.expression("rows"), pick=of.expression("pick"))
    return charges


def read_open_periods(section: Section) -> dict[str, tuple[Period, ...]]:
    calendar = section.values.get("open_periods")
    if calendar is None:
        return {}
    if not isinstance(calendar, dict):
        section.problem("open_periods", "must be a table of business units and their periods")
        return {}
    part = Section(
        calendar, known=frozenset(calendar), problems=section.problems, path=section.at("open_periods")
    )
    return {part.code(f"{part.path}: key", unit, longest=None): _periods(part, unit) for unit in calendar}


def _periods(part: Section, unit: str) -> tuple[Period, ...]:
    periods = []
    for place, table in enumerate(part.tables(unit)):
        row = Section(
            table,
            known=frozenset({"begins", "ends"}),
            problems=part.problems,
            path=f"{part.at(unit)}[{place}]",
        )
        begins, ends = row.day("begins"), row.day("ends")
        if begins is None or ends is None:
            continue
        if ends < begins:
            row.problem("ends", "is before it begins")
        periods.append(Period(begins=begins, ends=ends))
    return tuple(sorted(periods, key=lambda period: period.begins))


def read_invoice_date_limits(section: Section) -> InvoiceDateLimits:
    part = section.section("invoice_date_limits", known=frozenset({"days_ahead", "years_back"}))
    if part is None:
        return InvoiceDateLimits()
    return InvoiceDateLimits(
        days_ahead=part.count("days_ahead", default=0, least=0, most=3660)
        if part.given("days_ahead")
        else None,
        years_back=part.count("years_back", default=0, least=0, most=100)
        if part.given("years_back")
        else None,
    )


def read_parts(section: Section) -> frozenset[Part]:
    parts = set()
    for name in section.texts("send"):
        if name in set(Part):
            parts.add(Part(name))
        else:
            section.problem("send", f"names {name!r}; there are {', '.join(Part)}")
    return frozenset(parts)


def _codes(part: Section) -> dict[str, str]:
    """Further chart fields of a line that stands for no coding row."""
    codes = part.lookup("codes")
    for name, value in codes.items():
        if name not in CHART_FIELDS or name == "ACCOUNT":
            part.problem(f"codes.{name}", "is not a chart field beside ACCOUNT")
        elif len(value) > CHART_FIELDS[name].size:
            part.problem(f"codes.{name}", f"has room for {CHART_FIELDS[name].size} characters")
    return codes
