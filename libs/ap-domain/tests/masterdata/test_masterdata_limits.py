"""Whatever PeopleSoft holds: what is sent keeps Basware's limits, is the same in any order of rows, and keeps codes."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.mapping import SupplierScheme
from ap_domain.mapping.supplier_scheme import Zeros
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import MakePlan, MakeRow, MapRows

TODAY = date(2026, 6, 20)
CODES = {"accountCode", "costCenterCode", "taxCode", "paymentTermCode", "projectCode", "vendorCode"}
TEXTS = (
    {"externalCode": (1, 36), "companyCode": (1, 32), "translation": (2, 2000), "language": (2, 10)}
    | {
        "name": (0, 250),
        "projectName": (1, 100),
        "description": (0, 500),
        "schemeId": (1, 36),
        "id": (1, 36),
        "countryId": (2, 2),
        "currencyCode": (3, 3),
        "currencyCodeFrom": (2, 3),
        "currencyCodeTo": (2, 3),
        "cityName": (1, 50),
        "streetName": (1, 50),
        "postalZone": (1, 50),
        "telephone": (1, 50),
        "paymentMeansCode": (1, 25),
        "text_1": (1, 250),
        "text_2": (1, 250),
    }
    | dict.fromkeys(CODES, (1, 25))
)
NUMBERS = {"rate": (0, 10**9), "taxPercentage": (-(10**9), 10**9), "cashDiscount": (0, 10**9)} | {
    "dueDateDays": (0, 2**31 - 1),
    "cashDueDateDays": (0, 2**31 - 1),
}
REQUIRED = {
    "accounts": {"accountCode", "accountNames"},
    "cost_centers": {"costCenterCode", "costCenterNames"},
    "tax_codes": {"taxCode", "taxCodeNames", "taxPercentage"},
    "payment_terms": {"paymentTermCode", "paymentTermNames", "validFrom", "validTo"},
    "projects": {"projectCode", "projectName", "validFrom", "validUntil"},
    "exchange_rates": {"rate", "currencyCodeFrom", "currencyCodeTo", "validFrom"},
    "list:ACC_LIST_1": set[str](),
    "suppliers": {"vendorCode", "name", "processingStatus"},
}
EMPTY_MAY_BE = {"inherit", "inheritToChildUnits", "active", "default", "paymentDenied"}

KEYS = {
    "accounts": "ACCOUNT",
    "cost_centers": "DEPTID",
    "tax_codes": "TAX_CD_VAT",
    "projects": "PROJECT_ID",
} | {
    "payment_terms": "PYMNT_TERMS_CD",
    "list:ACC_LIST_1": "OPERATING_UNIT",
    "exchange_rates": "TO_CUR",
    "suppliers": "VENDOR_ID",
}
any_text = st.text(max_size=60) | st.text(st.sampled_from("01aB -_/'\"ß漢\x00\t"), max_size=8)
long_text = st.integers(0, 2100).map(lambda size: "x" * size)
any_value = (
    st.none() | any_text | long_text | st.decimals(-(10**12), 10**12, places=3) | st.integers(-3, 10**10)
)
days = st.integers(-3, 3).map(lambda offset: (TODAY + timedelta(days=offset)).isoformat())

relaxed = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)


def check_limits(value: Any, *, name: str = "") -> None:
    """Walks over a record with the limits of Basware's OpenAPI, written down here once more by hand."""
    match value:
        case dict():
            assert value, f"{name} is an empty group"
            for key, each in value.items():
                check_limits(each, name=key)
        case list():
            assert value, f"{name} is an empty list"
            for each in value:
                check_limits(each, name=name)
        case bool():
            assert name in EMPTY_MAY_BE
        case str():
            least, most = TEXTS.get(name, (1, 200))
            assert least <= len(value) <= most, name
            assert "\x00" not in value
            if name.startswith("valid"):
                assert len(value) == len("2026-06-20T00:00:00Z")
        case int() | float():
            low, high = NUMBERS.get(name, (0, 1))
            assert low <= value <= high, name
        case _:
            raise AssertionError(f"{name} is {value!r}")


@pytest.mark.parametrize("entity", sorted(KEYS))
@relaxed
@given(data=st.data())
def test_what_is_sent_keeps_the_limits_and_what_is_not_says_why(
    map_rows: MapRows, make_row: MakeRow, entity: str, data: st.DataObject
) -> None:
    row = make_row(entity)
    fixed = {"SETID", "BUSINESS_UNIT", "EFFDT", "EFF_STATUS", "FROM_CUR", "RT_TYPE", KEYS[entity]}
    free = sorted(set(row) - fixed)
    names = data.draw(st.lists(st.sampled_from(free), max_size=3))
    row |= {name: data.draw(any_value) for name in names}
    row[KEYS[entity]] = data.draw(any_text.filter(str.strip))
    for mapped in map_rows(entity, row):
        assert 0 < len(mapped.external_code) <= 36
        if mapped.problems or mapped.left_out:
            assert mapped.content == ""
            assert all(len(problem) < 300 for problem in mapped.problems)
            continue
        record = json.loads(mapped.content)
        check_limits(record)
        assert {"externalCode", "companies", *REQUIRED[entity]} <= set(record)
        assert record["externalCode"] == mapped.external_code
        for names_of in (value for key, value in record.items() if key.endswith("Names")):
            assert any(each["language"] == "en-US" for each in names_of)


@pytest.mark.parametrize("entity", ["accounts", "exchange_rates", "suppliers"])
@relaxed
@given(data=st.data())
def test_rows_in_any_order_make_the_same_records(
    map_rows: MapRows, make_row: MakeRow, make_plan: MakePlan, entity: str, data: st.DataObject
) -> None:
    plan = make_plan(entities={"suppliers": {"parts": {"bank_accounts": "APS_SUPPLIER_BANKS"}}})

    def some(of: str, key: str, codes: list[Any]) -> list[dict[str, Any]]:
        changes = st.fixed_dictionaries(
            {key: st.sampled_from(codes), "EFFDT": days, "EFF_STATUS": st.sampled_from("AI")}
        )
        return [make_row(of, **each) for each in data.draw(st.lists(changes, max_size=5))]

    rows = [make_row("suppliers")] if entity == "suppliers" else some(entity, KEYS[entity], ["USD", "CHF"])
    parts = {
        "addresses": some("addresses", "ADDRESS_SEQ_NUM", [1, 2, Decimal(10)]),
        "locations": some("locations", "VNDR_LOC", ["MAIN", "REMIT"]),
        "contacts": some("contacts", "CNTCT_SEQ_NUM", [1, 2]),
        "bank_accounts": some("bank_accounts", "VNDR_LOC", ["MAIN", "REMIT"]),
    }
    shuffled = {name: data.draw(st.permutations(each)) for name, each in parts.items()}
    again = map_rows(entity, *data.draw(st.permutations(rows)), parts=shuffled, plan=plan)
    assert map_rows(entity, *rows, parts=parts, plan=plan) == again


codes = st.text(st.sampled_from("0123456789AB-"), min_size=1, max_size=10)
schemes = st.builds(
    SupplierScheme,
    setid=st.just("SHARE"),
    setid_in_code=st.booleans(),
    location_in_code=st.booleans(),
    separator=st.sampled_from(["-", "/"]),
    zeros=st.sampled_from(Zeros),
)


@relaxed
@given(scheme=schemes, vendor_id=codes, location=codes)
def test_the_code_of_a_supplier_leads_back_to_it_from_an_invoice(
    map_rows: MapRows, make_row: MakeRow, scheme: SupplierScheme, vendor_id: str, location: str
) -> None:
    parts = {"locations": [make_row("locations", VENDOR_ID=vendor_id, VNDR_LOC=location)]}
    (mapped,) = map_rows("suppliers", make_row("suppliers", VENDOR_ID=vendor_id), parts=parts, scheme=scheme)
    if mapped.problems:
        assert all(problem.startswith("vendorCode") for problem in mapped.problems)
        return
    found = scheme.to_peoplesoft(json.loads(mapped.content)["vendorCode"])
    assert found == ("SHARE", vendor_id, location if scheme.location_in_code else None)


@pytest.mark.parametrize(
    ("entity", "field"), [("accounts", "accountCode"), ("cost_centers", "costCenterCode")]
)
@relaxed
@given(code=codes)
def test_a_code_arrives_as_it_is_with_its_leading_zeros(
    map_rows: MapRows, make_row: MakeRow, entity: str, field: str, code: str
) -> None:
    (mapped,) = map_rows(entity, make_row(entity, **{KEYS[entity]: code}))
    assert json.loads(mapped.content)[field] == code
