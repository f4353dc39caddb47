"""Test cases of a mapping: a document and what the mapping must make of it, kept beside the mapping as YAML.

    - name: a plain invoice
      today: 2026-06-20
      document: {invoiceId: a, grossSum: 1160, ...}     # or file: invoices/plain.json
      expect:
        header: {GROSS_AMT: 1160, PYMNT_TERMS_CD: null}  # null: must not be sent
        lines: [{MERCHANDISE_AMT: 1000, distributions: [{ACCOUNT: "18620"}]}]
        payment: {PYMNT_HOLD: "Y"}
        natural_key: {invoice_id: "2026-1"}
        payment_hold: true
    - name: no such payment term
      today: 2026-06-20
      file: invoices/plain.json
      expect_fault: {field: paymentTermCode, rule_contains: not listed}

Only what a case names is compared; where it names lines or distributions, it names them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from ap_domain.approved_invoice import read_document
from ap_domain.document_fault import DocumentFault
from ap_domain.mapping.faults import ConfigurationFault, MappingFault
from ap_domain.mapping.map_voucher import map_voucher
from ap_domain.mapping.section import Problems, Section
from ap_domain.mapping.voucher_draft import Properties, VoucherDraft, VoucherLine
from ap_domain.mapping.voucher_mapping import VoucherMapping
from ap_domain.money import plain

_CASE = frozenset({"name", "today", "document", "file", "expect", "expect_fault"})
_EXPECT = frozenset({"header", "payment", "lines", "natural_key", "payment_hold"})
_FAULT = frozenset({"field", "value", "rule_contains"})
_KEY = frozenset({"business_unit", "vendor_setid", "vendor_id", "invoice_id"})
_DISTRIBUTIONS = "distributions"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingCase:
    """Either `document` or `file` is set; the caller reads a file (relative to the cases) with
    `load_document` and runs `replace(case, document=...)`. Either `expect` or `expect_fault` is set.
    """

    name: str
    today: date
    document: Mapping[str, object] | None = field(default=None, repr=False)
    file: str | None = None
    expect: Mapping[str, Any] | None = field(default=None, repr=False)
    expect_fault: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """`differences` is empty where the case passed; each is one sentence."""

    name: str
    passed: bool
    differences: tuple[str, ...]


def parse_cases(text: str) -> tuple[MappingCase, ...]:
    """The cases in a YAML text, amounts as Decimals. Raises ConfigurationFault with all that is wrong."""
    listed = listed_cases(text)
    problems = Problems()
    cases = [_case(place, given, problems) for place, given in enumerate(listed)]
    names = [case.name for case in cases if case]
    problems += [f"two cases are named {name!r}" for name in sorted({n for n in names if names.count(n) > 1})]
    problems.finish()
    return tuple(case for case in cases if case)


def listed_cases(text: str) -> list[object]:
    """The elements of a YAML list of cases: numbers with a point are Decimals, days are texts. Raises
    ConfigurationFault.
    """
    try:
        listed = yaml.load(text, Loader=_CaseLoader)  # noqa: S506  a SafeLoader that keeps decimals exact
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ConfigurationFault((f"the cases are not YAML: {error}",)) from error
    if not isinstance(listed, list) or not listed:
        raise ConfigurationFault(("the cases must be a list of at least one case",))
    return listed


def run_case(mapping: VoucherMapping, case: MappingCase) -> CaseResult:
    """Maps the case's document and compares. Raises ValueError if its document has not been read."""
    if case.document is None:
        raise ValueError(f"the document of case {case.name!r} has not been read from {case.file}")
    try:
        draft = map_voucher(read_document(case.document), mapping, today=case.today)
    except (MappingFault, DocumentFault) as fault:
        differences = _compare_fault(fault, case)
    except ConfigurationFault as fault:
        differences = (str(fault),)
    else:
        differences = tuple(_compare(draft, case))
    return CaseResult(name=case.name, passed=not differences, differences=differences)


def _compare(draft: VoucherDraft, case: MappingCase) -> Iterable[str]:
    if case.expect is None:
        yield f"a voucher was made, expected was a fault of {(case.expect_fault or {}).get('field', 'any field')}"
        return
    header = {**draft.header, **({} if draft.payment_collection else draft.payment)}
    yield from _properties("header", header, case.expect.get("header"))
    payment = draft.payment if draft.payment_collection else draft.header
    yield from _properties("payment", payment, case.expect.get("payment"))
    for name, wanted in (case.expect.get("natural_key") or {}).items():
        yield from _value(f"natural_key.{name}", getattr(draft.natural_key, name), wanted)
    if (hold := case.expect.get("payment_hold")) is not None and hold is not draft.payment_hold:
        yield f"payment_hold is {draft.payment_hold}, expected was {hold}"
    lines = case.expect.get("lines")
    if lines is not None:
        yield from _lines(draft.lines, lines)


def _lines(made: Sequence[VoucherLine], wanted: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    if len(made) != len(wanted):
        yield f"there are {len(made)} lines, expected were {len(wanted)}"
        return
    for place, (line, expected) in enumerate(zip(made, wanted, strict=True)):
        where = f"lines[{place}]"
        properties = {name: value for name, value in expected.items() if name != _DISTRIBUTIONS}
        yield from _properties(where, line.properties, properties)
        parts = expected.get(_DISTRIBUTIONS)
        if parts is None:
            continue
        if len(parts) != len(line.distributions):
            yield f"{where} has {len(line.distributions)} distributions, expected were {len(parts)}"
            continue
        for number, (part, codes) in enumerate(zip(line.distributions, parts, strict=True)):
            yield from _properties(f"{where}.{_DISTRIBUTIONS}[{number}]", part.properties, codes)


def _properties(where: str, made: Properties, wanted: Mapping[str, Any] | None) -> Iterable[str]:
    for name, expected in (wanted or {}).items():
        yield from _value(f"{where}.{name}", made.get(name), expected)


def _value(where: str, made: object, wanted: object) -> Iterable[str]:
    same = _comparable(made) == _comparable(wanted)
    if not same:
        yield f"{where} is {_written(made)}, expected was {_written(wanted)}"


def _comparable(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return value


def _written(value: object) -> str:
    if value is None:
        return "not sent"
    if isinstance(value, Decimal):
        return plain(value)
    return repr(value.isoformat() if isinstance(value, date) else value)


def _compare_fault(fault: MappingFault | DocumentFault, case: MappingCase) -> tuple[str, ...]:
    if case.expect_fault is None:
        return (str(fault),)
    differences = [
        f"the fault's {name} is {found!r}, expected was {case.expect_fault[name]!r}"
        for name, found in (("field", fault.field), ("value", fault.value))
        if name in case.expect_fault and found != case.expect_fault[name]
    ]
    wanted = case.expect_fault.get("rule_contains")
    if wanted is not None and wanted not in fault.rule:
        differences.append(f"the fault's rule is {fault.rule!r}, expected was one that contains {wanted!r}")
    return tuple(differences)


def _case(place: int, given: object, problems: Problems) -> MappingCase | None:
    path = f"cases[{place}]"
    if not isinstance(given, Mapping):
        problems.append(f"{path} must be a table with {', '.join(sorted(_CASE))}")
        return None
    before = len(problems)
    section = Section(given, known=_CASE, problems=problems, path=path)
    if not section.given("name"):
        section.problem("name", "is missing")
    for one, other in (("document", "file"), ("expect", "expect_fault")):
        if section.given(one) == section.given(other):
            problems.append(f"{path} needs either {one} or {other}")
    today = section.day("today")
    document, expect = given.get("document"), given.get("expect")
    if document is not None and not isinstance(document, Mapping):
        section.problem("document", "must be a table, as Basware's JSON object")
    _check_expect(section)
    fault = section.section("expect_fault", known=_FAULT)
    faults = {name: fault.text(name) for name in _FAULT if fault.given(name)} if fault else None
    if today is None or len(problems) > before:
        return None
    return MappingCase(
        name=section.text("name"),
        today=today,
        document=document if isinstance(document, Mapping) else None,
        file=section.text("file") or None,
        expect=expect if isinstance(expect, Mapping) else None,
        expect_fault=faults,
    )


def _check_expect(section: Section) -> None:
    expect = section.section("expect", known=_EXPECT)
    if expect is None:
        return
    for name in ("header", "payment"):
        expect.section(name, known=frozenset(_names(expect.values.get(name))))
    expect.section("natural_key", known=_KEY)
    if expect.given("payment_hold"):
        expect.flag("payment_hold", default=False)
    if expect.given("lines"):
        for place, line in enumerate(expect.tables("lines")):
            if _DISTRIBUTIONS in line:
                where = f"{expect.at('lines')}[{place}]"
                part = Section(line, known=frozenset(line), problems=section.problems, path=where)
                part.tables(_DISTRIBUTIONS)


def _names(value: object) -> Iterable[str]:
    return (str(name) for name in value) if isinstance(value, Mapping) else ()


class _CaseLoader(yaml.SafeLoader):
    """YAML as Basware's JSON is read: numbers with a point are Decimals, days are texts."""


def _exact(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    text = loader.construct_scalar(node).replace("_", "")
    try:
        return Decimal(text)
    except ArithmeticError as error:
        raise yaml.constructor.ConstructorError(
            None, None, f"{text!r} is no amount", node.start_mark
        ) from error


def _as_written(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return loader.construct_scalar(node)


_CaseLoader.add_constructor("tag:yaml.org,2002:float", _exact)
_CaseLoader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)
