"""Cases of a section: read from YAML, run without any system, every difference a sentence."""

import pytest
from ap_domain.mapping import ConfigurationFault
from ap_domain.masterdata import MasterDataPlan, parse_masterdata_cases, run_masterdata_case

from .conftest import MakePlan

CASES = """
- name: a code
  entity: tax_codes
  today: 2026-06-20
  rows: [{TAX_CD_VAT: "019", DESCR: Full, TAX_PCT: 19.10}, {TAX_CD_VAT: "019", EFFDT: 2027-01-01, TAX_PCT: 20}]
  expect:
    - external_code: SHARE_019
      active: true
      left_out: false
      source: SHARE/019
      content: {taxCode: "019", taxPercentage: 19.1, taxGroup: null, companies: [{active: true}, {}]}
- name: no percentage
  entity: tax_codes
  today: "2026-06-20"
  rows: [{TAX_CD_VAT: "019", DESCR: Full}]
  expect_problems: [taxPercentage must not be missing]
"""


def differences(text: str, plan: MasterDataPlan) -> list[str]:
    return [
        each for case in parse_masterdata_cases(text) for each in run_masterdata_case(plan, case).differences
    ]


def test_cases_that_hold_pass(make_plan: MakePlan) -> None:
    assert differences(CASES, make_plan()) == []


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        (
            "external_code: SHARE_019",
            "external_code: X",
            "SHARE_019: external_code is 'SHARE_019', expected was 'X'",
        ),
        ("active: true\n", "active: false\n", "active is True, expected was False"),
        ("left_out: false", "left_out: true", "left_out is False"),
        ("source: SHARE/019", "source: X", "source is 'SHARE/019'"),
        (
            "taxPercentage: 19.1,",
            "taxPercentage: 19.2,",
            "SHARE_019.taxPercentage is 19.1, expected was 19.2",
        ),
        ("taxGroup: null", "taxGroup: A", 'SHARE_019.taxGroup is not sent, expected was "A"'),
        ('taxCode: "019"', "taxCode: null", 'SHARE_019.taxCode is "019", expected was not sent'),
        ("{active: true}, {}]", "{active: false}, {}]", "companies[0].active is true, expected was false"),
        ("{active: true}, {}]", "{}]", "companies has 2 elements, expected were 1"),
        (
            "rows: [{TAX_CD_VAT",
            'rows: [{TAX_CD_VAT: "1", DESCR: Two, TAX_PCT: 1}, {TAX_CD_VAT',
            "there are 2 records",
        ),
        ("19.10}", "19.10, SETID: X}", "was not asked for"),
        ("DESCR: Full, TAX_PCT", "DESCR: F, TAX_PCT", "is too short"),
        ("[taxPercentage must", "[taxCode must", "no problem contains 'taxCode must not be missing'"),
        ("entity: tax_codes", "entity: taxes", "taxes is no entity of the section"),
    ],
)
def test_a_difference_is_told_in_a_sentence(make_plan: MakePlan, old: str, new: str, difference: str) -> None:
    assert old in CASES
    found = differences(CASES.replace(old, new, 1), make_plan())
    assert any(difference in each for each in found), found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a list of at least one case"),
        ("- [", "not YAML"),
        ("- 7", "cases[0] must be a table"),
        ("- {today: 2026-01-01, entity: a, rows: [], expect: []}", "cases[0].name is missing"),
        ("- {name: a, today: 2026-01-01, rows: [], expect: []}", "cases[0].entity is missing"),
        ("- {name: a, entity: a, rows: [], expect: []}", "today must be a day"),
        ("- {name: a, entity: a, today: 2026-01-01, expect: []}", "rows must be a list of tables"),
        ("- {name: a, entity: a, today: 2026-01-01, rows: []}", "needs either expect or expect_problems"),
        (
            "- {name: a, entity: a, today: 2026-01-01, rows: [], expect: {}}",
            "expect must be a list of tables",
        ),
        ("- {name: a, entity: a, today: 2026-01-01, rows: [], expect: [{code: x}]}", "'code' is not a key"),
        (
            "- {name: a, entity: a, today: 2026-01-01, rows: [], parts: {x: []}, expect: []}",
            "'x' is not a key",
        ),
        (
            "- {name: a, entity: a, today: 2026-01-01, rows: [], parts: {contacts: 1}, expect: []}",
            "contacts must be",
        ),
        (
            "- {name: a, entity: a, today: 2026-01-01, rows: [], expect_problems: x}",
            "must be a list of texts",
        ),
        ("- {name: a, entity: a, today: 2026-01-01, rows: [], expect: []}\n" * 2, "two cases are named 'a'"),
    ],
)
def test_cases_that_make_no_sense_are_refused(text: str, problem: str) -> None:
    with pytest.raises(ConfigurationFault) as caught:
        parse_masterdata_cases(text)
    assert any(problem in found for found in caught.value.problems), caught.value.problems
