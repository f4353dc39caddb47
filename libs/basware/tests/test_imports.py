"""Batches of master data: what goes out, where, and what stops them before."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from basware import IMPORTS, MOST_IMPORT_BYTES, BaswareClient, ImportApi, InvalidRequest, import_api, list_api
from basware.testing import Canned, StubApi

from .import_answers import VENDORS, echo, records


async def test_records_go_out_byte_for_byte(stub: StubApi, client: BaswareClient) -> None:
    stub.script("POST", VENDORS, echo("A/1", "B", headers={"X-Amzn-RequestId": "req-7"}))
    first, second = (
        '{ "externalCode":"A\\/1","n":1.10 , "name":"Ä🚫"}',
        '{"externalCode":"B","n":0.000000100}',
    )
    accepted = await client.import_records(
        "vendors", [first, second], traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    )
    assert accepted.request_id == "req-7"
    (sent,) = stub.seen("POST", VENDORS)
    assert sent.body == f"[{first},{second}]".encode()
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["traceparent"].startswith("00-a")


async def test_an_answer_without_request_id_is_still_stored(stub: StubApi, client: BaswareClient) -> None:
    stub.script("POST", VENDORS, echo("A"))
    assert (await client.import_records("vendors", records("A"))).request_id is None


@pytest.mark.parametrize(
    ("api", "path"),
    [
        ("paymentTerms", "/v1/paymentTerms"),
        ("taxCodes", "/v1/taxCodes"),
        ("accounts", "/v1/accounts"),
        ("costCenters", "/v1/costCenters"),
        ("projects", "/v2/projects"),
        ("exchangeRates", "/v1/exchangeRates"),
        ("vendors", VENDORS),
        ("lists/ACC_LIST_35", "/v1/lists/ACC_LIST_35"),
        (list_api("CUST_RESOLVER_5"), "/v1/lists/CUST_RESOLVER_5"),
        (IMPORTS["projects"], "/v2/projects"),
    ],
)
async def test_every_api_has_its_path(
    stub: StubApi, client: BaswareClient, api: ImportApi | str, path: str
) -> None:
    stub.script("POST", path, echo("A"))
    await client.import_records(api, records("A"))
    assert len(stub.seen("POST", path)) == 1


@pytest.mark.parametrize(
    ("api", "batch", "field"),
    [
        ("vendors", [], "vendors"),
        ("vendors", records(*map(str, range(201))), "vendors"),
        ("accounts", records(*map(str, range(501))), "accounts"),
        ("lists/ACC_LIST_1", records(*map(str, range(501))), "lists/ACC_LIST_1"),
        ("vendors", records("A", "B", "A"), "externalCode"),
        ("vendors", ['{"externalCode":"\\u0041"}', '{"externalCode":"A"}'], "externalCode"),
        ("vendors", records(""), "externalCode"),
        ("vendors", records("x" * 37), "externalCode"),
        ("vendors", ["{}"], "externalCode"),
        ("vendors", ['{"externalCode":7}'], "externalCode"),
        ("vendors", ['[{"externalCode":"A"}]'], "externalCode"),
        ("vendors", ['{"externalCode":"A"},{"externalCode":"B"}'], "externalCode"),
        ("vendors", ['{"externalCode":"A"'], "externalCode"),
        ("vendors", ['{"externalCode":"A","externalCode":"B"}'], "externalCode"),
        ("vendors", ['{"externalCode":"A","n":NaN}'], "externalCode"),
        ("vendors", ['{"externalCode":"A","name":"\ud800"}'], "externalCode"),
        ("vendors", [""], "externalCode"),
        ("vendors", ['{"externalCode":"A","name":"' + "x" * MOST_IMPORT_BYTES + '"}'], "vendors"),
        ("companies", records("A"), "api"),
        ("lists", records("A"), "api"),
        ("lists/", records("A"), "api"),
        ("lists/ACC_LIST_36", records("A"), "api"),
        ("lists/ACC_LIST_01", records("A"), "api"),
        ("lists/../vendors", records("A"), "api"),
        ("", records("A"), "api"),
    ],
)
async def test_what_the_api_would_refuse_whole_is_not_sent(
    stub: StubApi, client: BaswareClient, api: str, batch: list[str], field: str
) -> None:
    with pytest.raises(InvalidRequest) as failed:
        await client.import_records(api, batch)
    assert (failed.value.field, failed.value.operation) == (field, "import_records")
    assert failed.value.limit
    assert len(str(failed.value)) < 400
    assert stub.requests == []


def test_apis_are_found_by_name() -> None:
    for name, api in IMPORTS.items():
        assert import_api(name) is api
        assert api.name == name
    assert import_api("lists/INV_LIST_20") == list_api("INV_LIST_20")
    assert list_api("ACC_LIST_1").list_key == "ACC_LIST_1"
    unknown: Sequence[str] = ("ACC_LIST_0", "acc_list_1", "", "ACC_LIST_1 ")
    for key in unknown:
        with pytest.raises(ValueError, match="no generic list"):
            list_api(key)
    with pytest.raises(ValueError, match="no API of master data"):
        import_api("users")


async def test_amounts_are_read_back_without_a_float(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", "/v1/exchangeRates", Canned(body=b'[{"externalCode": "A", "rate": 1.10}]'))
    (record,) = [found async for found in client.list_records("exchangeRates")]
    assert record.content["rate"] == Decimal("1.10")
    assert isinstance(record.content["rate"], Decimal)
