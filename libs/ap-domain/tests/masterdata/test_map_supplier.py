"""Suppliers: code by the scheme of the mapping, addresses, contacts, terms, bank accounts only where wanted."""

from typing import Any

import pytest
from ap_domain.mapping import SupplierScheme
from ap_domain.masterdata import MasterDataPlan

from .conftest import Content, MakePlan, MakeRow, MapRows

PLAIN = SupplierScheme(setid="SHARE")
LOCATIONS = SupplierScheme(setid="SHARE", location_in_code=True)
WITH_BANKS = {"suppliers": {"parts": {"bank_accounts": "APS_SUPPLIER_BANKS"}}}


@pytest.fixture
def with_banks(make_plan: MakePlan) -> MasterDataPlan:
    return make_plan(entities=WITH_BANKS)


def test_a_supplier_becomes_the_whole_vendor(map_rows: MapRows, make_row: MakeRow, content: Content) -> None:
    parts = {name: [make_row(name)] for name in ("addresses", "locations", "contacts")}
    assert content(map_rows("suppliers", make_row("suppliers"), parts=parts, scheme=PLAIN)) == {
        "externalCode": "SHARE_0000430022",
        "vendorCode": "430022",
        "name": "Acme GmbH",
        "identifiers": [{"schemeId": "TaxId", "id": "DE123"}],
        "addresses": [
            {
                "externalCode": "SHARE_0000430022_1",
                "name": "Acme GmbH",
                "addressType": "PostalAddress",
                "default": True,
                "addressLine1": "Ring 1",
                "streetName": "Ring 1",
                "cityName": "Bonn",
                "postalZone": "01234",
                "countryId": "DE",
            }
        ],
        "contacts": [{"name": "Jo", "email": "jo@acme.example"}],
        "paymentTerms": {"paymentTermCode": "30"},
        "processingStatus": {"active": True, "paymentDenied": False},
        "companies": [
            {"companyCode": "BW00", "inheritToChildUnits": False},
            {"companyCode": "BW10", "inheritToChildUnits": False},
        ],
    }


def test_the_supplier_names_its_terms_by_the_code_that_terms_are_exported_with(
    map_rows: MapRows, make_row: MakeRow, content: Content
) -> None:
    parts = {"locations": [make_row("locations", PYMNT_TERMS_CD="007")]}
    supplier = content(map_rows("suppliers", make_row("suppliers"), parts=parts))
    terms = content(map_rows("payment_terms", make_row("payment_terms", PYMNT_TERMS_CD="007")))
    assert supplier["paymentTerms"]["paymentTermCode"] == terms["paymentTermCode"] == "007"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"VENDOR_STATUS": "A"}, (True, False)),
        ({"VENDOR_STATUS": "A", "HOLD_PAYMENT": "Y"}, (True, True)),
        ({"VENDOR_STATUS": "A", "HOLD_PAYMENT": ...}, (True, False)),
        ({"VENDOR_STATUS": "D"}, (False, True)),
        ({"VENDOR_STATUS": "E"}, (False, False)),
        ({"VENDOR_STATUS": "I"}, (False, False)),
        ({"VENDOR_STATUS": "X"}, (False, False)),
        ({"VENDOR_STATUS": " "}, (False, False)),
    ],
)
def test_only_approved_suppliers_are_active_and_denied_ones_are_not_paid(
    map_rows: MapRows, make_row: MakeRow, content: Content, changes: dict[str, Any], status: tuple[bool, bool]
) -> None:
    active, denied = status
    mapped = map_rows("suppliers", make_row("suppliers", **changes))
    assert mapped[0].active is active
    assert content(mapped)["processingStatus"] == {"active": active, "paymentDenied": denied}


def test_addresses_are_the_current_active_ones_by_their_use(
    map_rows: MapRows, make_row: MakeRow, content: Content
) -> None:
    addresses = [
        make_row("addresses", ADDRESS_SEQ_NUM=10, CITY="Ulm"),
        make_row("addresses", ADDRESS_SEQ_NUM="2", CITY="Kiel", COUNTRY="NOR", NAME1="Acme Cash"),
        make_row("addresses", ADDRESS_SEQ_NUM=3, EFFDT="2027-01-01"),
        make_row("addresses", ADDRESS_SEQ_NUM=4, EFFDT="2024-01-01", EFF_STATUS="I"),
        make_row("addresses", ADDRESS_SEQ_NUM=4),
        make_row("addresses", COUNTRY="ZZZ", ADDRESS1="x" * 55),
    ]
    found = content(map_rows("suppliers", make_row("suppliers"), parts={"addresses": addresses}))["addresses"]
    assert [(each["addressType"], each["default"], each["cityName"]) for each in found] == [
        ("PostalAddress", True, "Bonn"),
        ("RemittanceAddress", False, "Kiel"),
        ("AdditionalAddress", False, "Ulm"),
    ]
    assert [each.get("countryId") for each in found] == [None, "NO", "DE"]
    assert [each["externalCode"][-3:] for each in found] == ["2_1", "2_2", "_10"]
    assert (len(found[0]["streetName"]), len(found[0]["addressLine1"])) == (50, 55)


def test_contacts_are_told_apart_by_name_and_nameless_ones_left_out(
    map_rows: MapRows, make_row: MakeRow, content: Content
) -> None:
    contacts = [
        make_row("contacts"),
        make_row("contacts", CNTCT_SEQ_NUM=2, PHONE="+49"),
        make_row("contacts", CNTCT_SEQ_NUM=3, CONTACT_NAME=" ", EMAILID=" ", PHONE="+49"),
        make_row("contacts", CNTCT_SEQ_NUM=4, CONTACT_NAME=" "),
    ]
    found = content(map_rows("suppliers", make_row("suppliers"), parts={"contacts": contacts}))["contacts"]
    assert [each["name"] for each in found] == ["Jo", "Jo (2)", "jo@acme.example"]


def test_the_location_that_is_not_active_gives_no_terms(
    map_rows: MapRows, make_row: MakeRow, content: Content
) -> None:
    parts = {"locations": [make_row("locations", EFF_STATUS="I"), make_row("locations", VNDR_LOC="REMIT")]}
    assert "paymentTerms" not in content(map_rows("suppliers", make_row("suppliers"), parts=parts))


def test_bank_accounts_are_nowhere_unless_their_query_is_named(
    map_rows: MapRows, make_row: MakeRow, content: Content
) -> None:
    parts = {"bank_accounts": [make_row("bank_accounts")]}
    mapped = map_rows("suppliers", make_row("suppliers"), parts=parts)
    assert "paymentMeans" not in content(mapped)
    assert "FI21" not in mapped[0].content


def test_iban_and_bban_of_an_account_are_tied_together(
    map_rows: MapRows, make_row: MakeRow, content: Content, with_banks: MasterDataPlan
) -> None:
    parts = {
        "locations": [make_row("locations")],
        "bank_accounts": [make_row("bank_accounts", BANK_ACCOUNT_NUM="12345600000785")],
    }
    mapped = map_rows("suppliers", make_row("suppliers"), parts=parts, plan=with_banks)
    iban, bban = "FI2112345600000785", "12345600000785"
    assert content(mapped)["paymentMeans"] == [
        {
            "paymentMeansCode": "MAIN-1",
            "currencyCode": "EUR",
            "default": True,
            "financialAccounts": [
                {
                    "financialInstitution": {"id": "NDEAFIHH", "schemeId": "BIC", "name": "Nordea"},
                    "financialAccountIdentifiers": [
                        {"schemeId": "BBAN", "id": bban, "linkedBbanOrIban": iban, "default": True},
                        {"schemeId": "IBAN", "id": iban, "linkedBbanOrIban": bban, "default": True},
                    ],
                }
            ],
        }
    ]
    assert iban not in repr(mapped)


def test_every_account_of_a_supplier_is_sent_once_and_one_is_the_default(
    map_rows: MapRows, make_row: MakeRow, content: Content, with_banks: MasterDataPlan
) -> None:
    banks = [
        make_row("bank_accounts", VNDR_LOC="EAST"),
        make_row("bank_accounts"),
        make_row("bank_accounts", BANK_ACCT_SEQ_NBR=2, IBAN_ID="DE02120300000000202051", BANK_ID_NBR=" "),
        make_row("bank_accounts", BANK_ACCT_SEQ_NBR=3, IBAN_ID=" ", BANK_ACCOUNT_NUM=" "),
        make_row("bank_accounts", VNDR_LOC="OLD", EFFDT="2020-01-01", IBAN_ID="DE11"),
        make_row("bank_accounts", VNDR_LOC="OLD", EFFDT="2021-01-01", BANK_ACCT_SEQ_NBR=9, IBAN_ID="DE22"),
    ]
    parts = {"locations": [make_row("locations")], "bank_accounts": banks}
    body = content(map_rows("suppliers", make_row("suppliers"), parts=parts, plan=with_banks))
    found = body["paymentMeans"]
    assert [(each["paymentMeansCode"], each["default"]) for each in found] == [
        ("MAIN-1", True),
        ("MAIN-2", False),
        ("OLD-9", False),
    ]
    assert "financialInstitution" not in found[1]["financialAccounts"][0]


def test_a_problem_with_a_bank_account_does_not_show_it(
    map_rows: MapRows, make_row: MakeRow, with_banks: MasterDataPlan
) -> None:
    number = "1" * 29 + "9876"
    parts = {"bank_accounts": [make_row("bank_accounts", IBAN_ID=number, BANK_ID_NBR="NDEAFIHH\t")]}
    (mapped,) = map_rows("suppliers", make_row("suppliers"), parts=parts, plan=with_banks)
    assert len(mapped.problems) == 1
    assert "9876' has 33 characters, Basware has room for 32" in mapped.problems[0]
    assert number not in str(mapped)


def test_with_locations_in_the_codes_each_location_is_a_vendor(
    map_rows: MapRows, make_row: MakeRow, make_plan: MakePlan
) -> None:
    parts = {
        "locations": [
            make_row("locations"),
            make_row("locations", VNDR_LOC="REMIT", PYMNT_TERMS_CD="60"),
            make_row("locations", VNDR_LOC="OLD", EFF_STATUS="I"),
            make_row("locations", VNDR_LOC="SOON", EFFDT="2027-01-01"),
        ],
        "addresses": [make_row("addresses")],
        "bank_accounts": [
            make_row("bank_accounts"),
            make_row("bank_accounts", VNDR_LOC="REMIT", IBAN_ID="DE1"),
        ],
    }
    plan = make_plan(entities=WITH_BANKS)
    mapped = map_rows("suppliers", make_row("suppliers"), parts=parts, plan=plan, scheme=LOCATIONS)
    assert [(each.external_code, each.active, each.left_out) for each in mapped] == [
        ("SHARE_0000430022_MAIN", True, False),
        ("SHARE_0000430022_OLD", False, False),
        ("SHARE_0000430022_REMIT", True, False),
        ("SHARE_0000430022_SOON", False, True),
    ]
    assert '"vendorCode":"430022-REMIT"' in mapped[2].content
    assert '"paymentTermCode":"60"' in mapped[2].content
    assert '"paymentMeansCode":"REMIT-1"' in mapped[2].content
    assert "MAIN" not in mapped[2].content
    assert '"externalCode":"SHARE_0000430022_REMIT_1"' in mapped[2].content


@pytest.mark.parametrize(
    ("scheme", "changes", "problem"),
    [
        (SupplierScheme(setid="EU"), {}, "has no code in this scheme"),
        (PLAIN, {"VENDOR_ID": "A-VERY-LONG-VENDOR-ID-INDEED"}, "vendorCode"),
        (PLAIN, {"NAME1": "x" * 251}, "name 'xxxxxxxx"),
        (PLAIN, {"NAME1": " ", "VENDOR_NAME_SHORT": " "}, "name must not be missing; it comes from NAME1"),
        (PLAIN, {"TAX_ID": "1" * 37}, "identifiers.TaxId '111"),
    ],
)
def test_what_basware_would_refuse_is_told_before(
    map_rows: MapRows, make_row: MakeRow, scheme: SupplierScheme, changes: dict[str, Any], problem: str
) -> None:
    (mapped,) = map_rows("suppliers", make_row("suppliers", **changes), scheme=scheme)
    assert any(problem in found for found in mapped.problems), mapped.problems


@pytest.mark.parametrize(
    ("scheme", "codes"),
    [
        (PLAIN, ["SHARE_0000430022"]),
        (LOCATIONS, ["SHARE_0000430022_MAIN", "SHARE_0000430022_REMIT"]),
    ],
)
def test_a_part_without_a_date_is_a_problem_of_each_record_of_the_supplier(
    map_rows: MapRows, make_row: MakeRow, scheme: SupplierScheme, codes: list[str]
) -> None:
    parts = {
        "addresses": [make_row("addresses", EFFDT=" ")],
        "locations": [make_row("locations"), make_row("locations", VNDR_LOC="REMIT")],
    }
    mapped = map_rows("suppliers", make_row("suppliers"), parts=parts, scheme=scheme)
    assert [each.external_code for each in mapped] == codes
    assert all(each.undated and "EFFDT is blank" in each.problems[0] for each in mapped)


def test_two_current_addresses_of_one_number_are_a_problem(map_rows: MapRows, make_row: MakeRow) -> None:
    parts = {"addresses": [make_row("addresses"), make_row("addresses", CITY="Ulm")]}
    (mapped,) = map_rows("suppliers", make_row("suppliers"), parts=parts)
    assert "APS_SUPPLIER_ADDRESSES gives 2 different current rows for ADDRESS_SEQ_NUM 1" in mapped.problems[0]


def test_parts_of_another_supplier_are_not_taken(
    map_rows: MapRows, make_row: MakeRow, content: Content
) -> None:
    parts = {"addresses": [make_row("addresses", VENDOR_ID="0000000001")]}
    assert "addresses" not in content(map_rows("suppliers", make_row("suppliers"), parts=parts))
