"""A mapping's own test cases: read from YAML, run without any system, every difference a sentence."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.mapping import CaseResult, ConfigurationFault, VoucherMapping, parse_cases, run_case

MakeDocument = Callable[..., dict[str, Any]]
MakeMapping = Callable[..., VoucherMapping]
CASES = """
- name: a plain invoice
  today: 2026-06-20
  document: &plain
    invoiceId: a
    invoiceNumber: "2026-1"
    processingStatus: WaitingForTransfer
    companyCode: BW00
    supplierCode: "430022"
    currencyCode: EUR
    grossSum: 119.10
    taxSum1: 19.1
    invoiceDate: 2026-06-05
    paymentBlock: false
    codingRows: [{accountCode: "18620", costCenterCode: "61300", netTotal: 1.0e+2}]
  expect:
    header: {GROSS_AMT: 119.1, SALETX_AMT: 19.10, INVOICE_DT: 2026-06-05, PYMNT_TERMS_CD: null}
    lines: [{MERCHANDISE_AMT: 100, distributions: [{ACCOUNT: "18620", DEPTID: "61300"}]}]
    natural_key: {business_unit: US001, vendor_id: "0000430022", invoice_id: "2026-1"}
    payment_hold: false
- name: no number
  today: "2026-06-20"
  document: {<<: *plain, invoiceNumber: null}
  expect_fault: {field: invoiceNumber, rule_contains: must not be missing}
"""


def results(text: str, mapping: VoucherMapping) -> list[CaseResult]:
    return [run_case(mapping, case) for case in parse_cases(text)]


def test_cases_that_hold_pass(mapping: VoucherMapping) -> None:
    assert [(each.name, each.passed, each.differences) for each in results(CASES, mapping)] == [
        ("a plain invoice", True, ()),
        ("no number", True, ()),
    ]


def test_amounts_of_a_case_are_exact() -> None:
    document = parse_cases(CASES)[0].document
    assert document is not None
    assert document["grossSum"] == Decimal("119.10")


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("GROSS_AMT: 119.1,", "GROSS_AMT: 119.2,", "header.GROSS_AMT is 119.1, expected was 119.2"),
        ("PYMNT_TERMS_CD: null", "ORIGIN: null", "header.ORIGIN is 'BSW', expected was not sent"),
        ("PYMNT_TERMS_CD: null", "VNDR_LOC: MAIN", "header.VNDR_LOC is not sent, expected was 'MAIN'"),
        ("INVOICE_DT: 2026-06-05", "INVOICE_DT: 2026-06-06", "is '2026-06-05', expected was '2026-06-06'"),
        (
            'ACCOUNT: "18620"',
            'ACCOUNT: "1"',
            "lines[0].distributions[0].ACCOUNT is '18620', expected was '1'",
        ),
        ('DEPTID: "61300"}', 'DEPTID: "61300"}, {}', "lines[0] has 1 distributions, expected were 2"),
        ("lines: [{", "lines: [{}, {", "there are 1 lines, expected were 2"),
        ("business_unit: US001", "business_unit: US002", "natural_key.business_unit is 'US001'"),
        ("payment_hold: false", "payment_hold: true", "payment_hold is False, expected was True"),
        ("    grossSum: 119.10", "    grossSum: 119.11", "must make up the gross sum"),
        ("companyCode: BW00", "companyCode: BW77", "company BW77 of invoice a is not listed"),
        ("processingStatus: WaitingForTransfer", "processingStatus: ''", "processingStatus is ''"),
        ("field: invoiceNumber", "field: supplierCode", "the fault's field is 'invoiceNumber'"),
        ("must not be missing}", "too long}", "expected was one that contains 'too long'"),
        (
            "invoiceNumber: null}",
            "description: x}",
            "a voucher was made, expected was a fault of invoiceNumber",
        ),
    ],
)
def test_a_difference_is_told_in_a_sentence(
    mapping: VoucherMapping, old: str, new: str, difference: str
) -> None:
    assert old in CASES
    found = results(CASES.replace(old, new), mapping)
    assert not all(each.passed for each in found)
    assert any(difference in text for each in found for text in each.differences), found


def test_the_payment_is_compared_wherever_it_stands(
    make_document: MakeDocument, make_mapping: MakeMapping
) -> None:
    text = """
- name: blocked
  today: 2026-06-20
  file: blocked.json
  expect: {payment: {PYMNT_HOLD: "Y"}, payment_hold: true}
"""
    (case,) = parse_cases(text)
    assert case.file == "blocked.json"
    with pytest.raises(ValueError, match=r"has not been read from blocked\.json"):
        run_case(make_mapping(), case)
    read = replace(case, document=make_document(paymentBlock=True))
    assert run_case(make_mapping(), read).passed
    assert run_case(make_mapping(payment_collection="PYMNT_VCHR_XREF"), read).passed


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a list of at least one case"),
        ("[]", "a list of at least one case"),
        ("a: 1", "a list of at least one case"),
        ("- [", "not YAML"),
        ("- !!python/object:os.system {}", "not YAML"),
        ("- 7", "cases[0] must be a table"),
        ("- {name: a, today: 2026-01-01, document: {}}", "needs either expect or expect_fault"),
        ("- {name: a, today: 2026-01-01, expect: {}}", "needs either document or file"),
        ("- {today: 2026-01-01, document: {}, expect: {}}", "cases[0].name is missing"),
        ("- {name: a, document: {}, expect: {}}", "cases[0].today must be a day"),
        ("- {name: a, today: soon, document: {}, expect: {}}", "cases[0].today must be a day"),
        ("- {name: a, today: 2026-01-01, document: [], expect: {}}", "document must be a table"),
        ("- {name: a, today: 2026-01-01, document: {}, expect: {head: {}}}", "'head' is not a key"),
        ("- {name: a, today: 2026-01-01, document: {}, expect: {header: []}}", "header must be a table"),
        ("- {name: a, today: 2026-01-01, document: {}, expect: {lines: {}}}", "lines must be a list"),
        (
            "- {name: a, today: 2026-01-01, document: {}, expect: {lines: [{distributions: 1}]}}",
            "lines[0].distributions must be a list of tables",
        ),
        ("- {name: a, today: 2026-01-01, document: {}, expect: {natural_key: {id: 1}}}", "'id' is not a key"),
        ("- {name: a, today: 2026-01-01, document: {}, expect_fault: {rule: a}}", "'rule' is not a key"),
        ("- {name: a, today: 2026-01-01, document: {}, exspect: {}}", "'exspect' is not a key"),
        ("- {name: a, today: 2026-01-01, document: {n: .nan}, expect: {}}", "not YAML"),
    ],
)
def test_cases_that_make_no_sense_are_refused(text: str, problem: str) -> None:
    with pytest.raises(ConfigurationFault) as caught:
        parse_cases(text)
    assert any(problem in found for found in caught.value.problems), caught.value.problems


def test_two_cases_of_one_name_are_refused() -> None:
    case = "- {name: a, today: 2026-01-01, document: {}, expect: {}}\n"
    with pytest.raises(ConfigurationFault, match="two cases are named 'a'"):
        parse_cases(case * 2)
