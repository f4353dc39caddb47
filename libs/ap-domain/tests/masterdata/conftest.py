"""Sections and rows to start from."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.mapping import SupplierScheme
from ap_domain.masterdata import Mapped, MasterDataPlan, SourceGroup, map_record, parse_masterdata
from ap_domain.masterdata.canonical_json import read_json

MakePlan = Callable[..., MasterDataPlan]
MakeRow = Callable[..., dict[str, Any]]
MapRows = Callable[..., tuple[Mapped, ...]]
Content = Callable[[tuple[Mapped, ...]], dict[str, Any]]

TODAY = date(2026, 6, 20)
DATED = {"SETID": "SHARE", "EFFDT": "2020-01-01", "EFF_STATUS": "A", "DESCR": "Office expenses"}
SUPPLIER = {"SETID": "SHARE", "VENDOR_ID": "0000430022"}
OF_SUPPLIER = SUPPLIER | {"EFFDT": "2020-01-01", "EFF_STATUS": "A"}
ROWS: dict[str, dict[str, Any]] = {
    "payment_terms": DATED
    | {"PYMNT_TERMS_CD": "30", "NET_DAYS": 30, "DSCNT_DAYS": 10, "DSCNT_PCT": Decimal("2.5")},
    "tax_codes": DATED | {"TAX_CD_VAT": "V19", "TAX_PCT": Decimal("19.0")},
    "accounts": DATED | {"ACCOUNT": "000100", "STATISTICS_ACCOUNT": "N", "BUDGETARY_ONLY": "N"},
    "cost_centers": DATED | {"DEPTID": "010", "LASTUPDDTTM": "2026-06-01T10:00:00"},
    "projects": {"BUSINESS_UNIT": "US001", "PROJECT_ID": "P1", "DESCR": "Roof", "EFF_STATUS": "A"}
    | {"START_DT": "2026-01-01", "END_DT": " "},
    "exchange_rates": {"FROM_CUR": "EUR", "TO_CUR": "USD", "RT_TYPE": "CRRNT", "EFFDT": "2026-06-01"}
    | {"RATE_MULT": Decimal("1.08"), "RATE_DIV": Decimal(1)},
    "list:ACC_LIST_1": DATED | {"OPERATING_UNIT": "NY"},
    "suppliers": SUPPLIER
    | {"NAME1": "Acme GmbH", "VENDOR_NAME_SHORT": "ACME-001", "VENDOR_STATUS": "A", "DEFAULT_LOC": "MAIN"}
    | {"PRIM_ADDR_SEQ_NUM": 1, "REMIT_ADDR_SEQ_NUM": 2, "TAX_ID": "DE123", "HOLD_PAYMENT": "N"}
    | {"LASTUPDDTTM": "2026-06-01T10:00:00"},
    "addresses": OF_SUPPLIER
    | {"ADDRESS_SEQ_NUM": 1, "NAME1": " ", "ADDRESS1": "Ring 1", "ADDRESS2": " ", "ADDRESS3": " "}
    | {"CITY": "Bonn", "STATE": " ", "POSTAL": "01234", "COUNTRY": "DEU", "EMAILID": " "},
    "locations": OF_SUPPLIER | {"VNDR_LOC": "MAIN", "PYMNT_TERMS_CD": "30"},
    "contacts": OF_SUPPLIER
    | {"CNTCT_SEQ_NUM": 1, "CONTACT_NAME": "Jo", "CONTACT_TITLE": " ", "EMAILID": "jo@acme.example"}
    | {"PHONE": " "},
    "bank_accounts": OF_SUPPLIER
    | {"VNDR_LOC": "MAIN", "BANK_ACCT_SEQ_NBR": 1, "BANK_NAME": "Nordea", "BANK_ID_NBR": "NDEAFIHH"}
    | {
        "IBAN_ID": "FI21 1234 5600 0007 85",
        "BANK_ACCOUNT_NUM": " ",
        "CURRENCY_CD": "EUR",
        "DEFAULT_IND": "Y",
    },
}
SECTION: dict[str, Any] = {
    "time_zone": "Europe/Berlin",
    "companies": {"SHARE": ["BW10", "BW00"]},
    "entities": {
        "suppliers": {},
        "accounts": {},
        "cost_centers": {},
        "payment_terms": {},
        "tax_codes": {},
        "exchange_rates": {},
        "projects": {"companies": {"US001": ["BW00"]}},
        "list:ACC_LIST_1": {"query": "APS_OPERATING_UNITS"},
    },
}


@pytest.fixture(scope="session")
def make_plan() -> MakePlan:
    """A plan of every entity; keyword arguments are keys of the section, `entities` lays over single entities."""

    def make(*, entities: dict[str, Any] | None = None, **keys: Any) -> MasterDataPlan:
        merged = SECTION["entities"] | (entities or {})
        return parse_masterdata(SECTION | {"entities": merged} | keys)

    return make


@pytest.fixture(scope="session")
def make_row() -> MakeRow:
    """A valid row of an entity or part; arguments replace or (with ...) remove columns."""

    def make(of: str, **changes: Any) -> dict[str, Any]:
        row = ROWS[of] | changes
        return {name: value for name, value in row.items() if value is not ...}

    return make


@pytest.fixture(scope="session")
def map_rows(make_plan: MakePlan) -> MapRows:
    """What an entity's rows become on 20 June 2026; `parts` are rows of the parts."""

    def make(
        entity: str,
        *rows: dict[str, Any],
        parts: dict[str, list[dict[str, Any]]] | None = None,
        plan: MasterDataPlan | None = None,
        scheme: SupplierScheme | None = None,
        today: date = TODAY,
    ) -> tuple[Mapped, ...]:
        plan = plan or make_plan()
        group = SourceGroup(main=rows, parts={name: tuple(each) for name, each in (parts or {}).items()})
        return map_record(plan, plan.entities[entity], group, today=today, scheme=scheme)

    return make


@pytest.fixture(scope="session")
def content() -> Content:
    """The content of the only record, which must have no problems."""

    def read(mapped: tuple[Mapped, ...]) -> dict[str, Any]:
        (each,) = mapped
        assert each.problems == ()
        body: dict[str, Any] = read_json(each.content)
        return body

    return read
