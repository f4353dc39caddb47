"""Imports of master data and the reads around them, against the vendor's own OpenAPI files."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from basware import (
    GENERIC_LISTS,
    IMPORTS,
    MASTERDATA_SCOPES,
    BaswareClient,
    ImportApi,
    ImportRefused,
    RequestState,
    import_scopes,
    list_api,
)
from basware.testing import Canned, StubApi

from .vendor_openapi import check_request, example, needs_specs, spec

pytestmark = needs_specs

APIS = {api.name: api for api in (*IMPORTS.values(), list_api("ACC_LIST_1"), list_api("CUST_RESOLVER_5"))}
REQUEST = "fbc082a2-66f5-4b2a-8d4e-27f0f3f9e5a1"
FOREVER = {"validFrom": "1901-01-01T00:00:00Z", "validTo": "2999-12-31T00:00:00Z"}

NAMES = [{"translation": "Reisekosten", "language": "de-DE"}, {"translation": "Travel", "language": "en-US"}]
COMPANIES = [{"companyCode": "BW00", "active": True}, {"companyCode": "BW10", "active": False}]
INHERITED = [{**company, "inherit": False} for company in COMPANIES]

RECORDS: Mapping[str, dict[str, Any]] = {
    "paymentTerms": {
        "externalCode": "SHARE-NET30",
        "paymentTermCode": "NET30",
        "paymentTermNames": NAMES,
        "dueDateDays": 30,
        "cashDueDateDays": 10,
        "cashDiscount": 2.5,
        **FOREVER,
        "companies": INHERITED,
    },
    "taxCodes": {
        "externalCode": "SHARE-V19",
        "taxCode": "V19",
        "taxCodeNames": NAMES,
        "taxPercentage": 19,
        "companies": INHERITED,
    },
    "accounts": {
        "externalCode": "SHARE-0600100",
        "accountCode": "0600100",
        "accountNames": NAMES,
        "taxCode": "V19",
        "text1": "E",
        "companies": INHERITED,
    },
    "costCenters": {
        "externalCode": "SHARE-000123",
        "costCenterCode": "000123",
        "costCenterNames": NAMES,
        "text1": "KU0007",
        "date1": "2026-01-01T00:00:00Z",
        "int1": 7,
        "companies": COMPANIES,
    },
    "projects": {
        "externalCode": "US001-PRJ0000001",
        "projectCode": "PRJ0000001",
        "projectName": "Neubau Halle 3",
        "validFrom": FOREVER["validFrom"],
        "validUntil": FOREVER["validTo"],
        "companies": COMPANIES,
    },
    "exchangeRates": {
        "externalCode": "CRRNT-USD-EUR",
        "currencyCodeFrom": "USD",
        "currencyCodeTo": "EUR",
        "rate": 0.91234567,
        "validFrom": "2026-06-05T00:00:00Z",
        "companies": COMPANIES,
    },
    "vendors": {
        "externalCode": "SHARE-0000000042",
        "vendorCode": "0000000042",
        "name": "Müller & Söhne GmbH",
        "description": "MUELLER-001",
        "vendorClass": "R",
        "identifiers": [{"id": "DE129273398", "schemeId": "VAT"}],
        "addresses": [
            {
                "externalCode": "1",
                "name": "Müller & Söhne GmbH",
                "addressType": "RemittanceAddress",
                "addressLine1": "Hafenstraße 7",
                "cityName": "Hamburg",
                "postalZone": "20457",
                "countrySubEntity": "HH",
                "countryId": "DE",
                "default": True,
            }
        ],
        "contacts": [{"name": "A. Beispiel", "email": "ap@example.com", "role": "PrimaryContact"}],
        "paymentTerms": {"paymentTermCode": "NET30"},
        "paymentMeans": [
            {
                "paymentMeansCode": "ACH",
                "currencyCode": "EUR",
                "default": True,
                "financialAccounts": [
                    {
                        "financialInstitution": {"name": "Bank", "id": "NDEAFIHH", "schemeId": "BIC"},
                        "financialAccountIdentifiers": [
                            {"schemeId": "IBAN", "id": "FI2112345600000785", "default": True}
                        ],
                    }
                ],
            }
        ],
        "processingStatus": {"active": True, "paymentDenied": False},
        "companies": [{"companyCode": "BW00", "inheritToChildUnits": False}],
    },
    "lists/ACC_LIST_1": {
        "externalCode": "SHARE-OU-NY",
        "text_1": "NY",
        "text_2": "New York",
        "number_1": 1.5,
        "companies": COMPANIES,
    },
    "lists/CUST_RESOLVER_5": {
        "externalCode": "SHARE-P-1",
        "text_15": "x",
        "dateValue_15": "2026-01-01T00:00:00Z",
    },
}


@pytest.fixture
async def stub() -> AsyncIterator[StubApi]:
    async with StubApi() as stub:
        yield stub


@pytest.fixture
async def client(stub: StubApi) -> AsyncIterator[BaswareClient]:
    async with aiohttp.ClientSession() as session:
        yield BaswareClient(
            base_url=stub.url(),
            client_id="acme",
            client_secret="secret",
            session=session,
            scopes=MASTERDATA_SCOPES,
        )


def url(api: ImportApi) -> str:
    return "/" + "/".join(api.path)


def described(api: ImportApi) -> dict[str, Any]:
    """What the vendor says about the path of an API."""
    path = "/v1/lists/{listKey}" if api.list_key else url(api)
    found: dict[str, Any] = spec("p2p")["paths"][path]
    return found


def entity(api: ImportApi) -> dict[str, Any]:
    """The vendor's schema of one record."""
    schema: dict[str, Any] = described(api)["post"]["requestBody"]["content"]["application/json"]["schema"]
    items: dict[str, Any] = schema["items"]
    return items


def parameters(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {parameter["name"]: parameter for parameter in operation["parameters"]}


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("origin", ["ours", "the vendor's example"])
async def test_every_import_is_one_the_vendor_describes(
    stub: StubApi, client: BaswareClient, name: str, origin: str
) -> None:
    api = APIS[name]
    record = RECORDS[name] if origin == "ours" else example(entity(api))
    another = {**record, "externalCode": "ANOTHER"}
    stub.script("POST", url(api), Canned.of_json([record, another], headers={"x-amzn-RequestId": REQUEST}))
    texts = [json.dumps(one, ensure_ascii=False) for one in (record, another)]
    assert (await client.import_records(name, texts)).request_id == REQUEST
    for request in stub.requests:
        check_request(request)
    (sent,) = stub.seen("POST", url(api))
    assert json.loads(sent.body) == [record, another]


@pytest.mark.parametrize("name", APIS)
async def test_every_list_is_read_as_the_vendor_describes(
    stub: StubApi, client: BaswareClient, name: str
) -> None:
    api = APIS[name]
    answer = described(api)["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    schema = spec("p2p")["components"]["schemas"][answer["$ref"].rsplit("/", 1)[1]]
    assert list(schema["properties"]) == [api.wrapper]
    record = example(entity(api))
    page = Canned.of_json({api.wrapper: [record]}, headers={"x-amz-meta-continuationtoken": "next"})
    stub.script("GET", url(api), page, Canned.of_json({api.wrapper: []}))
    updated = datetime(2026, 1, 1, tzinfo=UTC)
    found = [
        r
        async for r in client.list_records(name, company_code="BW 00/ä", last_updated=updated, page_size=500)
    ]
    assert [(r.external_code, json.loads(json.dumps(r.content, default=float))) for r in found] == [
        (record["externalCode"], record)
    ]
    for request in stub.requests:
        check_request(request)


@pytest.mark.parametrize("name", APIS)
def test_our_table_is_the_vendors(name: str) -> None:
    api = APIS[name]
    size = parameters(described(api)["get"])["pageSize"]
    assert size["schema"]["default"] == api.page_size
    assert re.search(r"between 1 and 500|Li\s+items", size["description"])
    status = parameters(spec("p2p")["paths"]["/v1/requestStatus"]["get"])
    assert api.entity_type in status["entityType"]["schema"]["enum"]
    flows = spec("p2p")["components"]["securitySchemes"]["oauth2authentication"]["flows"]
    assert set(import_scopes([api])) <= set(flows["clientCredentials"]["scopes"])
    rule = re.search(r"(\d+) for vendors, (\d+) for most other", spec("p2p")["info"]["description"])
    assert rule is not None
    assert api.most_records == int(rule[1 if name == "vendors" else 2])


def test_our_lists_are_the_vendors() -> None:
    post = described(list_api("ACC_LIST_1"))["post"]
    assert set(GENERIC_LISTS) == set(parameters(post)["listKey"]["schema"]["enum"])
    fields = spec("p2p")["components"]["schemas"]["GenericListEntity"]["properties"]
    for columns in GENERIC_LISTS.values():
        assert set(columns) <= set(fields)


FAMILY = re.compile(
    r"(?P<prefix>[A-Z_]+)_(?P<first>\d+)\s+-\s+[A-Z_]+_(?P<last>\d+): Text1 - Text(?P<texts>\d+)\s+\((?P<length>\d+)"
    r" chars\)(?:, Num1 - Num(?P<numbers>\d+))?(?:,\s+Date1 - Date(?P<dates>\d+))?"
)


def test_the_room_in_our_lists_is_the_vendors() -> None:
    found: dict[str, tuple[int, ...]] = {}
    for family in FAMILY.finditer(described(list_api("ACC_LIST_1"))["post"]["description"]):
        room = tuple(int(family[name] or 0) for name in ("texts", "length", "numbers", "dates"))
        for number in range(int(family["first"]), int(family["last"]) + 1):
            found[f"{family['prefix']}_{number}"] = room
    ours = {key: (c.texts, c.text_length, c.numbers, c.dates) for key, c in GENERIC_LISTS.items()}
    assert found == ours


async def test_every_query_of_outcomes_is_one_the_vendor_describes(
    stub: StubApi, client: BaswareClient
) -> None:
    path = "/v1/requestStatus"
    outcome = example({"$ref": "#/components/schemas/ConsumerLogEventUserView"})
    answer = Canned.of_json({"requestStatus": [{**outcome, "requestId": REQUEST}]})
    stub.script("GET", path, answer)
    stub.script("GET", f"{path}/{REQUEST}", answer)
    updated = datetime(2026, 1, 1, tzinfo=UTC)
    for state in set(RequestState) - {RequestState.UNKNOWN}:
        for api in APIS.values():
            found = client.request_statuses(
                entity_type=api.entity_type,
                state=state,
                system="P2P",
                ignore_successful_items=True,
                last_updated=updated,
                page_size=500,
            )
            assert [status.request_id async for status in found] == [REQUEST]
    status = await client.request_status(REQUEST, system="P2P", ignore_successful_items=True)
    assert status is not None
    assert status.items
    for request in stub.requests:
        check_request(request)


def test_our_states_are_the_vendors() -> None:
    given = parameters(spec("p2p")["paths"]["/v1/requestStatus"]["get"])["status"]["schema"]["enum"]
    assert set(RequestState) - {RequestState.UNKNOWN} == set(given)


async def test_a_refusal_in_the_vendors_words_names_its_records(stub: StubApi, client: BaswareClient) -> None:
    refusal = example({"$ref": "#/components/schemas/ResponseEntityList"})
    refusal["errors"] = [{**refusal["errors"][0], "externalCode": "A", "message": "no"}]
    stub.script("POST", "/v1/vendors", Canned.of_json(refusal, status=400))
    with pytest.raises(ImportRefused) as failed:
        await client.import_records("vendors", ['{"externalCode":"A"}', '{"externalCode":"B"}'])
    assert list(failed.value.guilty) == ["A"]
    assert "no" in failed.value.guilty["A"]
