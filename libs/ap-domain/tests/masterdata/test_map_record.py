"""Rows of PeopleSoft's queries become elements of Basware's imports, entity by entity."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from .conftest import Content, MakePlan, MakeRow, MapRows

BOTH = [{"active": True, "companyCode": "BW00"}, {"active": True, "companyCode": "BW10"}]
BOTH_INHERIT = [{**each, "inherit": False} for each in BOTH]
NAMES = [{"language": "en-US", "translation": "Office expenses"}]


@pytest.mark.parametrize(
    ("entity", "wanted"),
    [
        (
            "payment_terms",
            {
                "externalCode": "SHARE_30",
                "paymentTermCode": "30",
                "paymentTermNames": NAMES,
                "dueDateCalc": 1,
                "dueDateDays": 30,
                "cashDueDateCalc": 1,
                "cashDueDateDays": 10,
                "cashDiscount": Decimal("2.5"),
                "validFrom": "1900-01-01T00:00:00Z",
                "validTo": "2999-12-31T00:00:00Z",
                "companies": BOTH_INHERIT,
            },
        ),
        (
            "tax_codes",
            {
                "externalCode": "SHARE_V19",
                "taxCode": "V19",
                "taxCodeNames": NAMES,
                "taxPercentage": 19,
                "companies": BOTH_INHERIT,
            },
        ),
        (
            "accounts",
            {
                "externalCode": "SHARE_000100",
                "accountCode": "000100",
                "accountNames": NAMES,
                "companies": BOTH_INHERIT,
            },
        ),
        (
            "cost_centers",
            {
                "externalCode": "SHARE_010",
                "costCenterCode": "010",
                "costCenterNames": NAMES,
                "companies": BOTH,
            },
        ),
        (
            "projects",
            {
                "externalCode": "US001_P1",
                "projectCode": "P1",
                "projectName": "Roof",
                "validFrom": "2026-01-01T00:00:00Z",
                "validUntil": "2999-12-31T00:00:00Z",
                "companies": BOTH[:1],
            },
        ),
        (
            "exchange_rates",
            {
                "externalCode": "EUR_USD_CRRNT",
                "rate": Decimal("1.08"),
                "currencyCodeFrom": "EUR",
                "currencyCodeTo": "USD",
                "validFrom": "2026-06-01T00:00:00Z",
                "companies": BOTH,
            },
        ),
        (
            "list:ACC_LIST_1",
            {"externalCode": "SHARE_NY", "text_1": "NY", "text_2": "Office expenses", "companies": BOTH},
        ),
    ],
)
def test_a_row_becomes_the_whole_record(
    map_rows: MapRows, make_row: MakeRow, content: Content, entity: str, wanted: dict[str, Any]
) -> None:
    mapped = map_rows(entity, make_row(entity))
    assert content(mapped) == wanted
    assert mapped[0].active
    assert mapped[0].external_code == wanted["externalCode"]


def test_the_text_of_a_record_is_canonical(map_rows: MapRows, make_row: MakeRow) -> None:
    (mapped,) = map_rows("exchange_rates", make_row("exchange_rates"))
    companies = '[{"active":true,"companyCode":"BW00"},{"active":true,"companyCode":"BW10"}]'
    assert mapped.content == (
        f'{{"companies":{companies},"currencyCodeFrom":"EUR","currencyCodeTo":"USD","externalCode":"EUR_USD_CRRNT",'
        '"rate":1.08,"validFrom":"2026-06-01T00:00:00Z"}'
    )


def test_numbers_and_texts_of_either_route_make_the_same_record(map_rows: MapRows, make_row: MakeRow) -> None:
    rest = make_row("payment_terms", DESCR="Net 30", DSCNT_PCT=Decimal("2.50"))
    soap = make_row("payment_terms", DESCR="Net 30   ", NET_DAYS="30", DSCNT_DAYS="10", DSCNT_PCT="2.5")
    assert map_rows("payment_terms", rest) == map_rows("payment_terms", soap)


def test_the_latest_row_up_to_today_counts_and_only_then_its_status(
    map_rows: MapRows, make_row: MakeRow, content: Content
) -> None:
    rows = [
        make_row("accounts", EFFDT="2019-01-01", DESCR="Old"),
        make_row("accounts", EFFDT="2025-01-01", EFF_STATUS="I", DESCR="Closed"),
        make_row("accounts", EFFDT="2026-06-21", DESCR="Open again"),
    ]
    closed = map_rows("accounts", *rows)
    assert not closed[0].active
    assert content(closed)["accountNames"][0]["translation"] == "Closed"
    assert {company["active"] for company in content(closed)["companies"]} == {False}
    reopened = map_rows("accounts", *rows, today=date(2026, 6, 21))
    assert reopened[0].active
    assert map_rows("accounts", *rows, today=date(2020, 1, 1))[0].active


@pytest.mark.parametrize(
    ("entity", "changes"),
    [
        ("accounts", {"EFFDT": "2026-06-21"}),
        ("accounts", {"STATISTICS_ACCOUNT": "Y"}),
        ("accounts", {"BUDGETARY_ONLY": "Y"}),
        ("exchange_rates", {"RT_TYPE": "AVERG"}),
    ],
)
def test_what_is_not_for_coders_is_left_out(
    map_rows: MapRows, make_row: MakeRow, entity: str, changes: dict[str, Any]
) -> None:
    (mapped,) = map_rows(entity, make_row(entity, **changes))
    assert (mapped.left_out, mapped.active, mapped.content, mapped.problems) == (True, False, "", ())


def test_one_paging_key_may_hold_several_records(map_rows: MapRows, make_row: MakeRow) -> None:
    rows = [make_row("exchange_rates", TO_CUR=currency) for currency in ("USD", "CHF", "USD")]
    codes = [each.external_code for each in map_rows("exchange_rates", *rows)]
    assert codes == ["EUR_CHF_CRRNT", "EUR_USD_CRRNT"]


@pytest.mark.parametrize(
    ("fraction", "rate"),
    [
        ((Decimal(1), Decimal(3)), Decimal("0.333333333333333")),
        ((Decimal(2), Decimal(3)), Decimal("0.666666666666667")),
        (("1", "16000"), Decimal("0.0000625")),
        ((Decimal("0.00000001"), Decimal(9999999)), Decimal("1.00000010000001E-15")),
    ],
)
def test_a_rate_is_divided_to_fifteen_digits(
    map_rows: MapRows, make_row: MakeRow, content: Content, fraction: tuple[Any, Any], rate: Decimal
) -> None:
    row = make_row("exchange_rates", RATE_MULT=fraction[0], RATE_DIV=fraction[1])
    mapped = map_rows("exchange_rates", row)
    assert content(mapped)["rate"] == rate
    assert "E" not in mapped[0].content.partition('"rate":')[2].partition(",")[0]


def test_rows_of_other_setids_are_passed_over_where_the_query_cannot_ask(
    map_rows: MapRows, make_row: MakeRow, make_plan: MakePlan
) -> None:
    plan = make_plan(entities={"accounts": {"prompts": {"setid": None}}})
    rows = [make_row("accounts"), make_row("accounts", SETID="OTHER")]
    assert [each.source for each in map_rows("accounts", *rows, plan=plan)] == ["SHARE/000100"]
    assert plan.entities["accounts"].scopes == (None,)


def test_rules_of_the_connection_are_laid_over_the_default(
    map_rows: MapRows, make_row: MakeRow, make_plan: MakePlan, content: Content
) -> None:
    fields = {
        "accountNames.de-DE": {"pick": "DESCR_DE", "default": "-?-"},
        "text1": {"pick": "DESCR", "upper": True, "shorten": True},
        "taxCode": {"pick": "ACCOUNT_TYPE", "table": "taxes"},
    }
    plan = make_plan(
        tables={"taxes": {"E": "V19", "*": None}},
        code_prefix="EU-",
        entities={"accounts": {"fields": fields, "inherit": True, "optional": ["DESCR_DE"]}},
    )
    body = content(map_rows("accounts", make_row("accounts", ACCOUNT_TYPE="E"), plan=plan))
    assert body["externalCode"] == "EU-SHARE_000100"
    assert body["accountNames"] == [{"language": "de-DE", "translation": "-?-"}, *NAMES]
    assert (body["text1"], body["taxCode"]) == ("OFFICE EXPENSES", "V19")
    assert {company["inherit"] for company in body["companies"]} == {True}
    other = content(map_rows("accounts", make_row("accounts", ACCOUNT_TYPE="R"), plan=plan))
    assert "taxCode" not in other
