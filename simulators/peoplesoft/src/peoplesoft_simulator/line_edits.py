"""Edits of lines and distributions: numbering, ChartFields, GL units, combination and budget rules."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.reference_data import CHARTFIELDS, BusinessUnit, CombinationRule, ReferenceData
from peoplesoft_simulator.row import Row
from peoplesoft_simulator.structure import DISTRIBUTION, LINE


def line_faults(row: Row) -> Iterator[Message]:
    """No lines, lines without coding, numbers used twice."""
    lines = row.children(LINE)
    if not lines:
        yield catalogue.NO_LINES.says()
    yield from _repeated(lines, "VOUCHER_LINE_NUM")
    for line in lines:
        distributions = line.children(DISTRIBUTION)
        if not distributions:
            yield catalogue.NO_DISTRIBUTION.says(line.text("VOUCHER_LINE_NUM"))
        if line.text("WTHD_SW") not in ("", "Y", "N"):
            yield catalogue.CODE_INVALID.says("WTHD_SW", line.text("WTHD_SW"))
        yield from _repeated(distributions, "DISTRIB_LINE_NUM")


def chart_field_faults(row: Row, *, unit: BusinessUnit, data: ReferenceData, day: date) -> Iterator[Message]:
    """GL units and ChartFields that are not valid on the accounting date."""
    for place, each in _distributions(row):
        gl_unit = data.business_units.get(each.text("BUSINESS_UNIT_GL"))
        if gl_unit is None:
            yield catalogue.GL_UNIT_INVALID.says(each.text("BUSINESS_UNIT_GL"), *place)
            continue
        if unit.gl_units is not None and gl_unit.business_unit not in unit.gl_units:
            yield catalogue.GL_UNIT_NOT_ALLOWED.says(gl_unit.business_unit, unit.business_unit, *place)
        setid = gl_unit.chartfield_setid
        for field in CHARTFIELDS:
            value = each.text(field)
            if not value and field != "ACCOUNT":
                continue
            found = data.chart_field(setid=setid, field=field, value=value, day=day)
            if found is None:
                yield catalogue.CHARTFIELD_INVALID.says(field, value, setid, day.isoformat(), *place)
            elif found.statistics or found.budgetary_only:
                yield catalogue.ACCOUNT_UNUSABLE.says(value, *place)


def combination_faults(row: Row, *, data: ReferenceData) -> Iterator[tuple[CombinationRule, Message]]:
    """Distributions that a combination or budget rule refuses, with the rule."""
    for place, each in _distributions(row):
        for rule in data.combination_rules.values():
            if not rule.catches(each):
                continue
            shown = "/".join(each.text(name) for name in rule.fields)
            if rule.edit == "budget":
                yield rule, catalogue.BUDGET_REFUSED.says(rule.name, shown, *place)
            else:
                yield rule, catalogue.COMBINATION_REFUSED.says(shown, rule.name, *place)


def _distributions(row: Row) -> Iterator[tuple[tuple[str, str], Row]]:
    for line in row.children(LINE):
        for each in line.children(DISTRIBUTION):
            yield (line.text("VOUCHER_LINE_NUM"), each.text("DISTRIB_LINE_NUM")), each


def _repeated(rows: tuple[Row, ...], key: str) -> Iterator[Message]:
    seen: set[Decimal] = set()
    for row in rows:
        if row.amount(key) in seen:
            yield catalogue.NUMBERED_TWICE.says(key, row.text(key))
        seen.add(row.amount(key))
