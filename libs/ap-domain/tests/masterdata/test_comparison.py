"""What Basware holds beside what was published: nothing invented, nothing overlooked."""

import copy
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.masterdata.canonical_json import canonical_json
from ap_domain.masterdata.comparison import Comparison, Verdict, Wanted, is_pickable
from ap_domain.masterdata.record_difference import differences
from hypothesis import given
from hypothesis import strategies as st

SUPPLIER: dict[str, Any] = {
    "externalCode": "SHARE_0000430022",
    "name": "Acme GmbH",
    "companies": [{"companyCode": "BW00", "inheritToChildUnits": False}],
    "identifiers": [{"schemeId": "TaxId", "id": "DE123"}, {"schemeId": "VatId", "id": "DE9"}],
    "addresses": [
        {"addressType": "PostalAddress", "cityName": "Bonn"},
        {"addressType": "RemittanceAddress", "cityName": "Berlin"},
    ],
    "paymentTerms": {"paymentTermCode": "30"},
    "processingStatus": {"active": True},
}
ACCOUNT: dict[str, Any] = {
    "externalCode": "SHARE_4711",
    "accountCode": "4711",
    "companies": [{"companyCode": "BW00", "active": True}, {"companyCode": "BW10", "active": True}],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The supplier with another value at a path such as identifiers.0.id."""
    record = copy.deepcopy(SUPPLIER)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = record
    for step in steps:
        place = place[step]
    place[last] = value
    return record


@pytest.mark.parametrize(
    "found",
    [
        SUPPLIER | {"lastUpdated": "2026-11-22T12:00:00Z"},
        SUPPLIER | {"description": None, "contacts": [], "deliveryTerm": {}, "sortOrder": 0},
        SUPPLIER | {"vendorClass": "standard", "processingStatus": {"active": True, "paymentDenied": False}},
        SUPPLIER | {"identifiers": SUPPLIER["identifiers"][::-1], "addresses": SUPPLIER["addresses"][::-1]},
    ],
)
def test_what_basware_adds_or_orders_otherwise_is_no_difference(found: dict[str, Any]) -> None:
    assert differences(SUPPLIER, found) == ()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (14, Decimal("14.0")),
        (Decimal("2.50"), Decimal("2.5")),
        ("2026-01-31T00:00:00Z", "2026-01-31T00:00:00"),
        ("2026-01-31T00:00:00Z", "2026-01-31T01:00:00.000+01:00"),
        ([], None),
    ],
)
def test_one_value_written_in_two_ways_is_no_difference(wanted: Any, found: Any) -> None:
    assert differences({"value": wanted}, {"value": found}) == ()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [(1, "1"), (True, 1), (False, None), (0, None), ("014", "14"), ("2026-01-31", "2026-01-31T00:00:00Z")],
)
def test_values_that_only_look_alike_differ(wanted: Any, found: Any) -> None:
    assert [each.path for each in differences({"value": wanted}, {"value": found})] == ["value"]


@pytest.mark.parametrize(
    ("found", "paths"),
    [
        (changed("name", "Acme AG"), ["name"]),
        (changed("processingStatus.active", False), ["processingStatus.active"]),
        (changed("identifiers.0.id", "DE124"), ["identifiers.TaxId.id"]),
        (changed("companies.0.companyCode", "BW10"), ["companies.BW00", "companies.BW10"]),
        (changed("addresses.1.cityName", "Köln"), ["addresses.RemittanceAddress.cityName"]),
        (changed("addresses", SUPPLIER["addresses"][:1]), ["addresses.RemittanceAddress"]),
        (changed("tags", [{}, {}]), ["tags"]),
        (SUPPLIER | {"paymentMeans": [{"paymentMeansCode": "9"}]}, ["paymentMeans"]),
        ({name: value for name, value in SUPPLIER.items() if name != "paymentTerms"}, ["paymentTerms"]),
    ],
)
def test_each_field_that_differs_is_named(found: dict[str, Any], paths: list[str]) -> None:
    assert [each.path for each in differences(SUPPLIER, found)] == paths


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(
    PLAIN | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)


@given(VALUES)
def test_a_record_never_differs_from_itself(value: Any) -> None:
    assert differences(value, copy.deepcopy(value)) == ()


@given(st.lists(VALUES, max_size=4), st.data())
def test_the_order_of_a_list_never_matters(values: list[Any], data: Any) -> None:
    shuffled = data.draw(st.permutations(values))
    assert differences({"list": values}, {"list": shuffled}) == ()


@given(
    st.dictionaries(st.text(min_size=1, max_size=4), st.integers() | st.text(min_size=1, max_size=5), min_size=1),
    st.data(),
)  # fmt: skip
def test_a_field_that_was_lost_or_overwritten_is_always_seen(record: dict[str, Any], data: Any) -> None:
    name = data.draw(st.sampled_from(sorted(record)))
    lost = {key: value for key, value in record.items() if key != name}
    assert [each.path for each in differences(record, lost)] == [name]
    assert [each.path for each in differences(record, record | {name: "something else"})] == [name]


def wanted(content: dict[str, Any], **more: Any) -> Wanted:
    return Wanted(content=canonical_json(content), **more)


def test_every_record_comes_out_once_by_entity_and_company() -> None:
    other = {**ACCOUNT, "companies": ACCOUNT["companies"][:1]}
    comparison = Comparison(
        {
            "same": wanted(ACCOUNT),
            "missing": wanted(other),
            "different": wanted(ACCOUNT),
            "inactive, never there": wanted(other, active=False),
            "waiting": wanted(other, verdict=Verdict.WAITING),
            "refused": Wanted(content="", verdict=Verdict.REFUSED),
        }
    )
    comparison.meet("same", ACCOUNT)
    comparison.meet("different", {**ACCOUNT, "accountCode": "0815"})
    comparison.meet("extra", other)
    comparison.end()
    assert {verdict: comparison.count(verdict) for verdict in Verdict} == dict.fromkeys(Verdict, 1)
    assert comparison.companies == ("BW00", "BW10")
    assert comparison.count(Verdict.MISSING, company="BW00") == 1
    assert comparison.count(Verdict.MISSING, company="BW10") == 0
    assert comparison.count(Verdict.SAME, company="BW10") == 1
    assert [each.external_code for each in comparison.found(Verdict.EXTRA)] == ["extra"]
    assert [each.path for each in comparison.findings["different"].fields] == ["accountCode"]


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("EU-1", {"companies": [{"companyCode": "BW99"}]}),
        ("US-1", {"companies": [{"companyCode": "BW00"}]}),
        ("EU-1", {"companies": [{"companyCode": "BW00", "active": False}]}),
        ("EU-1", {"companies": [{"companyCode": "BW00"}], "processingStatus": {"active": False}}),
    ],
)
def test_what_another_system_owns_or_nobody_can_pick_is_not_extra(code: str, content: dict[str, Any]) -> None:
    comparison = Comparison({}, companies=("BW00",), prefix="EU-")
    comparison.meet(code, content)
    comparison.meet("EU-2", {"companies": [{"companyCode": "BW00"}]})
    comparison.end()
    assert list(comparison.findings) == ["EU-2"]


def test_of_one_company_only_its_records_are_missing() -> None:
    only = {**ACCOUNT, "companies": ACCOUNT["companies"][:1]}
    comparison = Comparison({"both": wanted(ACCOUNT), "only BW00": wanted(only)}, company="BW10")
    comparison.end()
    assert list(comparison.findings) == ["both"]
    assert comparison.companies == ("BW10",)


def test_what_moved_on_meanwhile_is_waiting_and_no_difference() -> None:
    comparison = Comparison({"moved": wanted(ACCOUNT), "gone": wanted(ACCOUNT)})
    comparison.end()
    comparison.settle(lambda code: code == "moved")
    assert list(comparison.findings) == ["gone"]
    assert comparison.count(Verdict.MISSING) == comparison.count(Verdict.WAITING) == 1
    assert comparison.count(Verdict.WAITING, company="BW10") == 1


@pytest.mark.parametrize(
    ("content", "pickable"),
    [
        ({}, True),
        ({"companies": []}, True),
        ({"companies": [{"companyCode": "A", "active": False}, {"companyCode": "B"}]}, True),
        ({"companies": [{"companyCode": "A", "active": False}]}, False),
        ({"processingStatus": {"active": False}}, False),
        ({"processingStatus": {"paymentDenied": True}}, True),
    ],
)
def test_who_can_be_picked(content: dict[str, Any], pickable: bool) -> None:
    assert is_pickable(content) is pickable
