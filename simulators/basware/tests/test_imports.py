"""What the API layer takes and refuses of master data, before P2P sees any of it."""

import json
from typing import Any

import aiohttp
import pytest
from basware_simulator.decimal_json import JsonError, loads_array
from basware_simulator.master_data_samples import SAMPLES, account, vendor
from basware_simulator.testkit import Customer, Reply
from hypothesis import given
from hypothesis import strategies as st


async def held(customer: Customer, api: str = "accounts") -> Any:
    return (await customer.control("GET", f"masterdata?tenant=acme&api={api}"))["apis"].get(api)


def named(reply: Reply) -> list[str | None]:
    body = reply.json()
    assert body["hasErrors"] is True
    return [error["externalCode"] for error in body["errors"]]


@pytest.mark.parametrize("api", SAMPLES)
async def test_every_import_is_echoed_and_can_be_picked_once_p2p_is_done(
    customer: Customer, api: str
) -> None:
    records = [SAMPLES[api](code) for code in ("one", "two")]
    reply = await customer.post_records(api, *records)
    assert (reply.status, reply.json()) == (200, records)
    before = await customer.control("GET", f"masterdata/p2p?api={api}")
    assert before["count"] == 0
    await customer.advance(5)
    assert await customer.items(reply) == {"one": ("Success", []), "two": ("Success", [])}
    picked = await customer.control("GET", f"masterdata/p2p?api={api}&content=true")
    assert [record["content"] for record in picked["records"]] == records
    assert [record["companies"] for record in picked["records"]] == [["BW00"], ["BW00"]]


async def test_a_400_names_the_guilty_and_stores_nothing(customer: Customer) -> None:
    reply = await customer.post_records(
        "accounts",
        account("good"),
        account("long", accountCode="9" * 26),
        account("odd", unheardOf=1),
        {"accountCode": "1"},
        7,
    )
    assert reply.status == 400
    assert named(reply) == ["long", "odd", None, None, None, None]
    assert await held(customer) is None


@pytest.mark.parametrize(("names", "codes"), [("first", ["a", "a"]), ("none", [None])])
async def test_a_400_may_name_less(customer: Customer, names: str, codes: list[str | None]) -> None:
    await customer.settings(imports={"refusal_names": names})
    wrong = [account(code, accountNames=7, companies=None) for code in ("a", "b")]
    assert named(await customer.post_records("accounts", *wrong)) == codes


@pytest.mark.parametrize(("api", "most"), [("accounts", 500), ("vendors", 200)])
async def test_one_record_too_many_refuses_the_request_and_is_noted(
    customer: Customer, api: str, most: int
) -> None:
    records = [SAMPLES[api](str(number)) for number in range(most + 1)]
    assert (await customer.post_records(api, *records)).status == 400
    seen = await customer.control("GET", f"masterdata?tenant=acme&api={api}")
    assert [violation["rule"] for violation in seen["violations"]] == ["too_many_records"]
    assert (await customer.post_records(api, *records[1:])).status == 200
    assert (await held(customer, api))["largest_request"] == most


async def test_more_than_six_megabytes_never_reach_the_api(customer: Customer) -> None:
    large = [vendor(str(number), tags=[{"name": "n", "value": "v" * 250}] * 200) for number in range(200)]
    assert (await customer.post_records("vendors", *large)).status == 413
    assert (await customer.post_records("vendors", *large[:50])).status == 200


async def test_a_record_twice_in_one_request_is_a_conflict(customer: Customer) -> None:
    reply = await customer.post_records("accounts", account("a"), account("b"), account("a"))
    assert (reply.status, named(reply)) == (409, ["a"])
    assert await held(customer) is None


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b"[1,]", b"[{}] x", b'["\\ud800"]', b"\xff", b"[NaN]"])
async def test_what_is_no_array_is_refused(customer: Customer, body: bytes) -> None:
    reply = await customer.call("POST", "/v1/accounts", data=body)
    assert reply.status == 400
    assert named(reply) == [None]


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/lists/ACC_LIST_36", 400), ("/v1/unheardOf", 404), ("/v1/accounts?x=1", 400)]
)
async def test_what_does_not_exist_is_refused(customer: Customer, path: str, status: int) -> None:
    assert (await customer.call("POST", path, json=[])).status == status


async def test_each_import_has_scopes_of_its_own(customer: Customer) -> None:
    await customer.log_in("accounts.write lists.read")
    assert (await customer.post_records("accounts", account("a"))).status == 200
    assert (await customer.post_records("vendors", vendor("a"))).status == 403
    assert (await customer.read_records("accounts")).status == 403
    assert (await customer.read_records("lists/ACC_LIST_2")).status == 404


async def test_the_server_sets_when_a_record_was_updated(customer: Customer) -> None:
    sent = account("a", lastUpdated="1999-01-01T00:00:00Z")
    assert (await customer.post_records("accounts", sent)).json() == [sent]
    [served] = (await customer.read_records("accounts")).json()["accounts"]
    assert served.pop("lastUpdated") > "2020"
    assert served == account("a")


async def test_a_post_overwrites_the_whole_record(customer: Customer) -> None:
    await customer.post_records("accounts", account("a", text1="kept?"))
    await customer.advance(5)
    await customer.post_records("accounts", account("a", text2="new"))
    await customer.advance(5)
    record = await customer.control("GET", "masterdata/accounts/a")
    assert record["p2p"] == record["api"] == account("a", text2="new")
    assert (record["posts"], len(record["recent"])) == (2, 2)


@pytest.mark.parametrize(
    ("kind", "params", "stored"),
    [
        ("status", {"status": 429, "headers": {"Retry-After": "7"}}, False),
        ("status", {"status": 409}, False),
        ("status", {"status": 413}, False),
        ("status", {"status": 500, "processed": True}, True),
        ("html", {}, False),
        ("html", {"processed": True}, True),
        ("empty", {}, True),
        ("oversized", {"bytes": 10_000}, True),
        ("expired_token", {}, False),
        ("drop_before", {}, False),
        ("drop_after", {}, True),
        ("truncated", {}, True),
    ],
)
async def test_faults_of_imports(customer: Customer, kind: str, params: Any, stored: bool) -> None:
    await customer.fault("import_accounts", kind, params=params)
    if kind in ("drop_before", "drop_after", "truncated"):
        with pytest.raises(aiohttp.ClientError):
            await customer.post_records("accounts", account("a"))
    else:
        reply = await customer.post_records("accounts", account("a"))
        assert reply.status == {"status": params.get("status"), "expired_token": 401}.get(kind, 200)
    assert (await held(customer) is not None) is stored


TEXTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(TEXTS, max_size=5), st.sampled_from(["", " ", "\n\t"]))
def test_each_element_keeps_the_text_it_was_written_as(values: list[Any], space: str) -> None:

    texts = [json.dumps(value) for value in values]
    body = f"{space}[{space}{f'{space},{space}'.join(texts)}{space}]{space}"
    assert loads_array(body) == list(zip(values, texts, strict=True))


@given(st.text(alphabet='[]{},:" 01\\uda', max_size=12))
def test_any_text_is_an_array_or_an_error_as_for_any_parser(text: str) -> None:

    try:
        expected = json.loads(text)
        json.dumps(expected, ensure_ascii=False).encode()
    except ValueError:
        expected = None
    try:
        found: Any = [value for value, _ in loads_array(text)]
    except (JsonError, TypeError):
        found = None
    assert found == (expected if isinstance(expected, list) else None)
