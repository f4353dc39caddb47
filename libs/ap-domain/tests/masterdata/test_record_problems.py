"""What of a row does not fit Basware's import, told in words, and what stops the whole read."""

from typing import Any

import pytest
from ap_domain.masterdata import SourceFault

from .conftest import Content, MakePlan, MakeRow, MapRows


@pytest.mark.parametrize(
    ("entity", "changes", "problem"),
    [
        ("exchange_rates", {"RATE_DIV": 0}, "rate must not be missing"),
        ("exchange_rates", {"RATE_MULT": "much"}, "rate must not be missing"),
        ("exchange_rates", {"TO_CUR": "DOLLAR"}, "currencyCodeTo 'DOLLAR' has 6 characters"),
        ("accounts", {"ACCOUNT": "1" * 26}, "has 26 characters, Basware has room for 25; it comes from code"),
        (
            "accounts",
            {"DESCR": "X"},
            "is too short, Basware asks for 2 characters at least; it comes from DESCR",
        ),
        ("accounts", {"ACCOUNT": "1\x001"}, "must not hold control characters"),
        (
            "accounts",
            {"ACCOUNT": "1\ud83d"},
            r"the key 'SHARE/1\ud83d' must not hold control characters or half ones",
        ),
        ("accounts", {"ACCOUNT": "1\ufffd"}, "must not hold control characters or half ones"),
        ("tax_codes", {"TAX_PCT": "19 %"}, "taxPercentage '19 %' must be a number; it comes from TAX_PCT"),
        ("tax_codes", {"TAX_PCT": None}, "taxPercentage must not be missing; it comes from TAX_PCT"),
        ("payment_terms", {"NET_DAYS": -1}, "dueDateDays '-1' must not be negative"),
        ("payment_terms", {"NET_DAYS": "30.5"}, "Basware takes 9 digits before and 0 after the point"),
        ("projects", {"START_DT": "soon"}, "validFrom 'soon' must be a day"),
        ("projects", {"DESCR": "x" * 101}, "projectName"),
        ("list:ACC_LIST_1", {"DESCR": "x" * 251}, "text_2"),
    ],
)
def test_what_does_not_fit_is_a_problem_in_words_and_nothing_is_sent(
    map_rows: MapRows, make_row: MakeRow, entity: str, changes: dict[str, Any], problem: str
) -> None:
    (mapped,) = map_rows(entity, make_row(entity, **changes))
    assert any(problem in found for found in mapped.problems), mapped.problems
    assert mapped.content == ""
    assert not mapped.left_out


def test_all_problems_of_a_record_are_told_at_once(map_rows: MapRows, make_row: MakeRow) -> None:
    (mapped,) = map_rows("tax_codes", make_row("tax_codes", DESCR="X", TAX_PCT=None))
    assert len(mapped.problems) == 2


def test_two_different_rows_of_one_date_are_a_problem_and_equal_ones_are_one(
    map_rows: MapRows, make_row: MakeRow, content: Content
) -> None:
    row = make_row("accounts")
    assert content(map_rows("accounts", row, dict(row)))["accountCode"] == "000100"
    (mapped,) = map_rows("accounts", row, row | {"DESCR": "Other"})
    assert "APS_ACCOUNTS gives 2 different current rows" in mapped.problems[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"DESCR": ...}, "query APS_ACCOUNTS gives no DESCR"),
        ({"EFF_STATUS": ...}, "gives no EFF_STATUS"),
        ({"SETID": "OTHER"}, "gives a row of SETID 'OTHER', which was not asked for"),
        ({"ACCOUNT": " "}, "whose key (SETID, ACCOUNT) is blank"),
        ({"DESCR": 1.5}, "DESCR is a float"),
    ],
)
def test_an_answer_that_is_not_of_the_query_stops_everything(
    map_rows: MapRows, make_row: MakeRow, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(SourceFault) as caught:
        map_rows("accounts", make_row("accounts", **changes))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("day", "said"),
    [("20.06.2026", "EFFDT is '20.06.2026', which is no day"), (" ", "EFFDT is blank")],
)
def test_a_row_without_a_date_is_a_problem_of_its_record_alone(
    map_rows: MapRows, make_row: MakeRow, day: str, said: str
) -> None:
    mapped = map_rows("accounts", make_row("accounts"), make_row("accounts", EFFDT=day))
    assert [(each.external_code, each.undated) for each in mapped] == [("SHARE_000100", True)]
    assert said in mapped[0].problems[0]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (("payment_terms", {"dueDateEom": {"value": 13}}), "dueDateEom '13' is more than 12"),
        (("payment_terms", {"moveDueDatesTo": "DESCR"}), "must be one of 0, 1, 2"),
        (("suppliers", {"orderingDetails.orderEmail": "NAME1"}), "is not written as Basware wants it"),
        (("suppliers", {"eligibleForSourcing": "NAME1"}), "must be true or false (Y or N)"),
        (("accounts", {"text1": {"pick": "DESCR", "table": "few"}}), "is not listed in the table few"),
        (("accounts", {"text1": {"pick": "TAX", "required": True}}), "text1 must not be missing"),
    ],
)
def test_rules_of_a_site_are_held_to_what_basware_takes(
    map_rows: MapRows, make_row: MakeRow, make_plan: MakePlan, rule: tuple[str, Any], problem: str
) -> None:
    entity, fields = rule
    own = {"fields": fields, "optional": ["TAX", "HOLD_PAYMENT", "TAX_ID"]}
    plan = make_plan(tables={"few": {"a": "b"}}, entities={entity: own})
    (mapped,) = map_rows(entity, make_row(entity), plan=plan)
    assert any(problem in found for found in mapped.problems), mapped.problems
