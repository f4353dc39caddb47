"""Batches of master data: what goes out, what stops them before, and what an answer says about each record."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

import aiohttp
import pytest
from basware import (
    IMPORTS,
    MOST_IMPORT_BYTES,
    BaswareClient,
    ImportApi,
    ImportRefused,
    InvalidRequest,
    Limits,
    ProtocolError,
    RetryLater,
    import_api,
    list_api,
)
from basware._call import Call
from basware._import_batch import make_batch
from basware.testing import Canned, StubApi
from hypothesis import given
from hypothesis import strategies as st

VENDORS = "/v1/vendors"
CALL = Call(operation="import_records", remote="api.example", writes=True)


def records(*codes: str) -> list[str]:
    return [json.dumps({"externalCode": code}) for code in codes]


def echo(*codes: str, headers: dict[str, str] | None = None) -> Canned:
    return Canned.of_json([{"externalCode": code, "name": "x"} for code in codes], headers=headers)


def errors(*found: Mapping[str, object], status: int = 400) -> Canned:
    return Canned.of_json({"requestId": "r-1", "hasErrors": True, "errors": list(found)}, status=status)


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


@pytest.mark.parametrize("over", [0, 1])
async def test_the_size_of_a_request_is_counted_in_bytes_with_brackets_and_commas(over: int) -> None:
    empty = json.dumps({"externalCode": "B", "name": ""}, ensure_ascii=False)
    first = json.dumps({"externalCode": "A", "name": "ä" * 1_000_000}, ensure_ascii=False)
    left = MOST_IMPORT_BYTES - len(f"[{first},{empty}]".encode())
    second = empty.replace('""', '"' + "x" * (left + over) + '"')
    if over:
        with pytest.raises(InvalidRequest, match=str(MOST_IMPORT_BYTES + 1)):
            await make_batch([first, second], CALL, target=IMPORTS["vendors"])
    else:
        batch = await make_batch([first, second], CALL, target=IMPORTS["vendors"])
        assert len(batch.body) == MOST_IMPORT_BYTES


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False).map(str)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    contents=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=36).filter(str.strip),
        st.dictionaries(st.text(max_size=8).filter(lambda name: name != "externalCode"), VALUES, max_size=4),
        min_size=1,
        max_size=10,
    ),
    indent=st.sampled_from([None, 1]),
)
def test_a_batch_parses_back_to_its_records(
    contents: dict[str, dict[str, object]], indent: int | None
) -> None:
    wanted = [{"externalCode": code, **content} for code, content in contents.items()]
    texts = [json.dumps(record, indent=indent) for record in wanted]
    batch = asyncio.run(make_batch(texts, CALL, target=IMPORTS["accounts"]))
    assert json.loads(batch.body) == wanted
    assert batch.external_codes == set(contents)


@pytest.mark.parametrize(
    ("found", "guilty", "general"),
    [
        (
            [
                {
                    "externalCode": "A",
                    "code": "SCHEMA_VALIDATION_ERROR",
                    "message": "name is\nmissing",
                    "info": "name",
                }
            ],
            {"A": "SCHEMA_VALIDATION_ERROR: name is missing (name)"},
            (),
        ),
        (
            [{"externalCode": "A", "message": "one"}, {"externalCode": "B", "message": "two"}],
            {"A": "one", "B": "two"},
            (),
        ),
        (
            [{"externalCode": "A", "message": "one"}, {"externalCode": "A", "message": "two"}] * 2,
            {"A": "one; two"},
            (),
        ),
        ([{"externalCode": "A", "message": "one"}, {"message": "and more"}], {"A": "one"}, ("and more",)),
        ([{"message": "malformed"}, {"externalCode": None, "message": "malformed"}], {}, ("malformed",)),
        ([{"externalCode": "A-address-1", "message": "countryId"}], {}, ("countryId",)),
        (
            [{"externalCode": "a", "message": "another case is another record"}],
            {},
            ("another case is another record",),
        ),
        ([{"externalCode": ["A"], "message": "odd"}], {}, ("odd",)),
        ([{"externalCode": "A"}], {}, ()),
        ([], {}, ()),
    ],
)
async def test_a_refusal_names_the_records_that_are_guilty(
    stub: StubApi,
    client: BaswareClient,
    found: list[dict[str, object]],
    guilty: dict[str, str],
    general: tuple[str, ...],
) -> None:
    stub.script("POST", VENDORS, errors(*found))
    with pytest.raises(ImportRefused) as failed:
        await client.import_records("vendors", records("A", "B"))
    assert failed.value.guilty == guilty
    assert failed.value.general == general
    assert (failed.value.record, failed.value.status, failed.value.request_id) == ("2 vendors", 400, "r-1")
    assert not failed.value.may_have_taken_effect


async def test_every_record_of_a_full_batch_can_be_guilty_and_words_are_bounded(
    stub: StubApi, session: aiohttp.ClientSession
) -> None:
    client = BaswareClient(base_url=stub.url(), client_id="a", client_secret="b", session=session)
    codes = [str(number) for number in range(500)]
    stub.script("POST", "/v1/accounts", errors(*({"externalCode": c, "message": "w" * 3000} for c in codes)))
    with pytest.raises(ImportRefused) as failed:
        await client.import_records("accounts", records(*codes))
    assert list(failed.value.guilty) == codes
    assert max(map(len, failed.value.guilty.values())) == 2000
    assert len(str(failed.value)) < 10_000


@pytest.mark.parametrize(
    ("answer", "general"),
    [
        (Canned.of_json({"message": "Request Too Long"}, status=413), ("Request Too Long",)),
        (
            Canned.of_json({"title": "Invalid", "errors": {"[0].name": ["required"]}}, status=400),
            ("required ([0].name)",),
        ),
        (Canned(status=400), ()),
        (Canned(status=422, body=b"not JSON"), ()),
    ],
)
async def test_a_refusal_that_names_no_record_accuses_none(
    stub: StubApi, client: BaswareClient, answer: Canned, general: tuple[str, ...]
) -> None:
    stub.script("POST", VENDORS, answer)
    with pytest.raises(ImportRefused) as failed:
        await client.import_records("vendors", records("A"))
    assert (dict(failed.value.guilty), failed.value.general) == ({}, general)


async def test_a_secret_that_is_echoed_shows_in_no_words(stub: StubApi, client: BaswareClient) -> None:
    words = {"externalCode": "A", "message": "token-1 is not allowed here"}
    stub.script("POST", VENDORS, errors(words, {"message": "nor is token-1"}))
    with pytest.raises(ImportRefused) as failed:
        await client.import_records("vendors", records("A"))
    shown = f"{failed.value} {dict(failed.value.guilty)} {failed.value.general} {failed.value.entities}"
    assert "token-1" not in shown
    assert "[hidden] is not allowed here" in shown


async def test_a_conflict_is_tried_later_with_basware_words(stub: StubApi, client: BaswareClient) -> None:
    conflict = {"externalCode": "A", "code": "CONFLICT_IN_POST", "message": "in use"}
    answer = errors(conflict, status=409)
    stub.script("POST", VENDORS, Canned(status=409, body=answer.body, headers={"Retry-After": "9"}))
    with pytest.raises(RetryLater, match="CONFLICT_IN_POST: in use") as failed:
        await client.import_records("vendors", records("A"))
    assert (failed.value.retry_after, failed.value.status, failed.value.record) == (9.0, 409, "1 vendors")
    assert not failed.value.may_have_taken_effect


async def test_errors_under_a_good_status_are_a_refusal_that_may_have_stored_the_rest(
    stub: StubApi, client: BaswareClient
) -> None:
    stub.script("POST", VENDORS, errors({"externalCode": "B", "message": "no"}, status=200))
    with pytest.raises(ImportRefused) as failed:
        await client.import_records("vendors", records("A", "B"))
    assert failed.value.guilty == {"B": "no"}
    assert failed.value.may_have_taken_effect


@pytest.mark.parametrize(
    "answer",
    [
        echo("A", "B"),
        echo("B", "A", "parent"),
        Canned.of_json({"vendorEntities": [{"externalCode": "A"}, {"externalCode": "B"}]}),
        Canned.of_json([{"externalCode": "A"}, {"externalCode": "B"}], status=201),
    ],
)
async def test_an_echo_of_every_record_is_a_confirmation(
    stub: StubApi, client: BaswareClient, answer: Canned
) -> None:
    stub.script("POST", VENDORS, answer)
    await client.import_records("vendors", records("A", "B"))


@pytest.mark.parametrize(
    "answer",
    [
        echo("A"),
        echo(),
        echo("C", "D"),
        Canned.of_json(None),
        Canned.of_json("stored"),
        Canned.of_json({"message": "Internal server error"}),
        Canned.of_json({"hasErrors": False}),
        Canned.of_json(["A", "B"]),
        Canned(body=b""),
        Canned(status=204),
        Canned(body=b'[{"externalCode": "A"}, {"externalCode": "B"}'),
        Canned(body=b'[{"externalCode": "A"}, {"externalCode": "B"}] <html>'),
        Canned(body=b"<html>Sign on</html>"),
        Canned(body=b" " * 50_001),
    ],
)
async def test_an_answer_that_lacks_a_record_confirms_nothing(
    stub: StubApi, client: BaswareClient, answer: Canned
) -> None:
    stub.script("POST", VENDORS, answer)
    with pytest.raises(ProtocolError) as failed:
        await client.import_records("vendors", records("A", "B"))
    assert failed.value.may_have_taken_effect
    assert len(stub.seen("POST", VENDORS)) == 1


async def test_the_echo_of_a_full_request_is_read_and_others_run_meanwhile(
    stub: StubApi, session: aiohttp.ClientSession
) -> None:
    client = BaswareClient(base_url=stub.url(), client_id="a", client_secret="b", session=session)
    batch = [json.dumps({"externalCode": str(n), "name": "x" * 25_000}) for n in range(200)]
    stub.script("POST", VENDORS, Canned(body=f"[{','.join(batch)}]".encode()))
    switched = 0

    async def neighbour() -> None:
        nonlocal switched
        while True:
            await asyncio.sleep(0)
            switched += 1

    beside = asyncio.create_task(neighbour())
    await client.import_records("vendors", batch)
    beside.cancel()
    assert switched > 400


async def test_what_became_of_a_full_request_is_read_however_long(
    stub: StubApi, session: aiohttp.ClientSession
) -> None:
    fault = {"type": "Error", "message": "m" * 2000, "category": "DataValidation"}
    items = [{"externalCode": str(n), "status": "Error", "errors": [fault, fault]} for n in range(500)]
    status = {"requestId": "req-1", "requestStatus": "Error", "systems": [{"system": "P2P", "items": items}]}
    stub.script("GET", "/v1/requestStatus/req-1", Canned.of_json({"requestStatus": [status]}))
    client = BaswareClient(
        base_url=stub.url(), client_id="a", client_secret="b", session=session, limits=Limits()
    )
    found = await client.request_status("req-1")
    assert found is not None
    assert len(found.items) == 500


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
