"""Whatever mapping makes of PeopleSoft's rows, against Basware's own schema of the import it is for."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.mapping import SupplierScheme
from ap_domain.masterdata import SourceGroup, deactivated, map_record, parse_masterdata
from ap_domain.masterdata.basware_fields import find_field, known_paths
from ap_domain.masterdata.entity import Kind
from ap_domain.masterdata.generic_lists import family_of
from ap_domain.masterdata.plan import EntityPlan
from basware import GENERIC_LISTS, import_api
from hypothesis import given, settings
from hypothesis import strategies as st

from .vendor_openapi import check, needs_specs, spec

pytestmark = needs_specs

SCHEMAS = {
    "paymentTerms": "PaymentTermEntity",
    "taxCodes": "TaxCodeEntity",
    "accounts": "AccountEntity",
    "costCenters": "CostCenterEntity",
    "projects": "ProjectEntityV2",
    "exchangeRates": "ExchangeRateEntity",
    "vendors": "VendorEntity",
    "lists": "GenericListEntity",
}
OPTIONAL_FIELDS: dict[str, Any] = {
    "accountNames.de-DE": "DESCR",
    "vendorClass": "VENDOR_CLASS",
    "eligibleForSourcing": {"value": "true"},
    "customFields.Class": "VENDOR_CLASS",
    "tags.Class": "VENDOR_CLASS",
    "deliveryTerm.deliveryTermCode": "VENDOR_CLASS",
    "orderingDetails.orderingFormat": {"value": "email"},
    "orderingDetails.orderEmail": "ORDER_EMAIL",
    "contacts.role": {"value": "PrimaryContact"},
    "paymentMeans.accountHolderName": "record.NAME1",
    "paymentMeans.financialInstitution.countryId": {"value": "DE"},
}
PLAN = parse_masterdata(
    {
        "time_zone": "UTC",
        "companies": {"SHARE": ["BW00", "BW10"]},
        "entities": {
            **{kind.value: {} for kind in Kind if kind not in (Kind.LIST, Kind.SUPPLIERS, Kind.ACCOUNTS)},
            "accounts": {"fields": {"accountNames.de-DE": OPTIONAL_FIELDS["accountNames.de-DE"]}},
            "suppliers": {
                "parts": {"bank_accounts": "APS_SUPPLIER_BANKS"},
                "fields": {name: rule for name, rule in OPTIONAL_FIELDS.items() if "Names" not in name},
            },
            "list:ACC_LIST_31": {
                "query": "APS_FUNDS",
                "fields": {
                    "number_10": "AMOUNT",
                    "dateValue_1": "EFFDT",
                    "listContent": {"value": "Dimension1"},
                },
            },
        },
    }
)
SCHEMES = (None, SupplierScheme(setid="SHARE"), SupplierScheme(setid="SHARE", location_in_code=True))

texts = st.sampled_from([None, " ", "A", "AB", "001", "A" * 30, "A" * 55, "Straße 1", "DEU", "EUR", "漢字"])
numbers = st.sampled_from([None, 0, 1, 2, "10", Decimal("2.5"), Decimal(10) ** 12])
FIXED = {"SETID": st.just("SHARE"), "BUSINESS_UNIT": st.just("SHARE"), "RT_TYPE": st.just("CRRNT")} | {
    "EFFDT": st.sampled_from(["2020-01-01", "2026-01-01", "2027-01-01"]),
    "EFF_STATUS": st.sampled_from("AAI"),
    "VENDOR_STATUS": st.sampled_from("AADI"),
    "STATISTICS_ACCOUNT": st.just("N"),
    "BUDGETARY_ONLY": st.just("N"),
    "VNDR_LOC": st.sampled_from(["MAIN", "REMIT"]),
    "DEFAULT_LOC": st.just("MAIN"),
    "DEFAULT_IND": st.sampled_from("YN"),
    "ORDER_EMAIL": st.sampled_from([" ", "no address", "Big@acme.example", "a.b@acme.example", "a@b"]),
    "CURRENCY_CD": st.sampled_from(["EUR", "USD", " "]),
}
NUMBERS = ("AMOUNT", "PCT", "DAYS", "RATE_", "SEQ_N")


def value_of(column: str) -> st.SearchStrategy[Any]:
    if column in FIXED:
        return FIXED[column]
    if column.endswith("_DT"):
        return st.sampled_from([" ", "2026-01-01"])
    return numbers if any(part in column for part in NUMBERS) else texts


def rows_of(columns: frozenset[str], **fixed: str) -> st.SearchStrategy[dict[str, Any]]:
    values = {column: value_of(column) for column in sorted(columns)}
    return st.fixed_dictionaries(values | {name: st.just(value) for name, value in fixed.items()})


@st.composite
def groups(draw: st.DrawFn, entity: EntityPlan) -> SourceGroup:
    key = {name: "EUR" if name == "FROM_CUR" else "USD" for name in entity.key if name != "RT_TYPE"}
    main = draw(st.lists(rows_of(entity.columns, **key), min_size=1, max_size=2))
    parts = {
        name: tuple(draw(st.lists(rows_of(part.columns, VENDOR_ID=key["VENDOR_ID"]), max_size=3)))
        for name, part in entity.parts.items()
    }
    return SourceGroup(main=tuple(main), parts=parts)


@pytest.mark.parametrize("entity", PLAN.entities)
def test_every_record_without_problems_is_one_of_basware(entity: str) -> None:
    plan = PLAN.entities[entity]
    schema = {"$ref": f"#/components/schemas/{SCHEMAS[plan.limit.api.partition('/')[0]]}"}
    sent: list[str] = []

    @settings(max_examples=60, deadline=None)
    @given(group=groups(plan), scheme=st.sampled_from(SCHEMES))
    def check_records(group: SourceGroup, scheme: SupplierScheme | None) -> None:
        for mapped in map_record(PLAN, plan, group, today=date(2026, 6, 20), scheme=scheme):
            if mapped.content:
                sent.append(mapped.external_code)
                check("p2p", schema, json.loads(mapped.content))
                check("p2p", schema, json.loads(deactivated(mapped.content, plan.kind)))

    check_records()
    assert sent


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.LIST])
def test_every_field_that_a_rule_may_name_is_one_of_basware(kind: Kind) -> None:
    entity = PLAN.entities[kind.value]
    known = spec("p2p")["components"]["schemas"][SCHEMAS[entity.limit.api]]["properties"]
    assert {path.partition(".")[0] for path in known_paths(kind)} <= set(known)


def test_portions_and_lists_are_those_of_the_client() -> None:
    for entity in PLAN.entities.values():
        api = import_api(entity.limit.api)
        assert (api.name, api.most_records) == (entity.limit.api, entity.limit.most)
    for key, wanted in GENERIC_LISTS.items():
        family = family_of(key)
        assert (family.texts, family.numbers, family.dates, family.text_length) == (
            wanted.texts,
            wanted.numbers,
            wanted.dates,
            wanted.text_length,
        )
        assert find_field(Kind.LIST, f"text_{family.texts + 1}", list_key=key) is None
