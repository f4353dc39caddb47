"""Master data and request statuses as a comparison reads them: every page, each record once, nothing silently lost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from basware import (
    IMPORTS,
    AnswerTooLarge,
    BaswareClient,
    BaswareError,
    InvalidRequest,
    ProtocolError,
    RequestState,
    RetryLater,
    list_api,
)
from basware._call import Call
from basware._listing import each_once
from basware._paging import Page, walk
from basware.testing import Canned, StubApi
from hypothesis import given
from hypothesis import strategies as st

VENDORS = "/v1/vendors"
STATUSES = "/v1/requestStatus"
TOKEN = "x-amz-meta-continuationtoken"
APIS = [*IMPORTS.values(), list_api("ACC_LIST_1")]


def page(*codes: str, token: str | None = None, wrapper: str | None = "vendorEntities") -> Canned:
    found = [{"externalCode": code} for code in codes]
    return Canned.of_json(
        found if wrapper is None else {wrapper: found}, headers={TOKEN: token} if token else {}
    )


async def listed(client: BaswareClient, *, seen: list[str] | None = None, **arguments: Any) -> list[str]:
    """The external codes, collected in `seen` as they come."""
    seen = [] if seen is None else seen
    async for record in client.list_records("vendors", **arguments):
        seen.append(record.external_code)
    return seen


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
async def test_every_api_is_read_to_its_end_wrapped_or_bare(
    stub: StubApi, client: BaswareClient, api: Any
) -> None:
    path = "/" + "/".join(api.path)
    stub.script(
        "GET",
        path,
        page("a", "b", token="t1", wrapper=api.wrapper),
        page(token="t2", wrapper=None),
        page("c", wrapper=None),
    )
    found = [record async for record in client.list_records(api.name)]
    assert [record.external_code for record in found] == ["a", "b", "c"]
    assert found[0].content == {"externalCode": "a"}
    requests = stub.seen("GET", path)
    assert [r.headers.get(TOKEN) for r in requests] == [None, "t1", "t2"]
    assert {r.target for r in requests} == {f"{path}?pageSize={api.page_size}"}


async def test_a_query_is_the_same_on_every_page(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", VENDORS, page("a", token="t1"), page("b"))
    updated = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert await listed(client, company_code="BW 00/ä", page_size=500, last_updated=updated) == ["a", "b"]
    first, second = stub.seen("GET", VENDORS)
    assert first.target == second.target
    assert parse_qs(first.target.partition("?")[2]) == {
        "pageSize": ["500"],
        "companyCode": ["BW 00/ä"],
        "lastUpdated": ["2026-01-02T03:04:05.000Z"],
    }


@pytest.mark.parametrize(
    "header", ["x-amz-meta-continuationtoken", "X-Amz-Meta-ContinuationToken", TOKEN.upper()]
)
async def test_the_continuation_token_is_found_in_any_case(
    stub: StubApi, client: BaswareClient, header: str
) -> None:
    stub.script("GET", VENDORS, Canned.of_json([{"externalCode": "a"}], headers={header: "t1"}), page("b"))
    assert await listed(client) == ["a", "b"]


@pytest.mark.parametrize("body", [b"", b'{"message": "none found"}'])
async def test_404_is_an_empty_list(stub: StubApi, client: BaswareClient, body: bytes) -> None:
    stub.script("GET", VENDORS, Canned(status=404, body=body))
    assert await listed(client) == []


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (Canned(body=b'{"vendorEntities": [{"externalCode": "b"}, {"external'), ProtocolError),
        (Canned.of_json([{"externalCode": "b"}, {"vendorCode": "c"}]), ProtocolError),
        (Canned.of_json([{"externalCode": "b"}, {"externalCode": ""}]), ProtocolError),
        (Canned.of_json([{"externalCode": "b"}, 7]), ProtocolError),
        (Canned.of_json({"vendorEntities": [{"externalCode": "b"}, None]}), ProtocolError),
        (page("b", token="t1"), ProtocolError),
    ],
)
async def test_what_came_before_a_break_is_given_and_the_break_is_told(
    stub: StubApi, client: BaswareClient, last: Canned, kind: type[BaswareError]
) -> None:
    stub.script("GET", VENDORS, page("a", token="t1"), last)
    seen: list[str] = []
    with pytest.raises(kind) as failed:
        await listed(client, seen=seen)
    assert seen == ["a", "b"]
    assert (failed.value.operation, failed.value.record) == ("list_records", "vendors")


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (Canned.of_json([{"externalCode": "b"}]).to_bytes()[:-5], RetryLater),
        (Canned(status=503).to_bytes(), RetryLater),
        (Canned(status=404, body=b"<html>").to_bytes(), ProtocolError),
        (Canned(body=b"").to_bytes(), ProtocolError),
        (Canned.of_json({"message": "Internal server error"}).to_bytes(), ProtocolError),
    ],
)
async def test_a_page_that_does_not_come_is_no_end_of_the_list(
    stub: StubApi, client: BaswareClient, last: bytes, kind: type[BaswareError]
) -> None:
    stub.script("GET", VENDORS, page("a", token="t1"), Canned(raw=last))
    seen: list[str] = []
    with pytest.raises(kind):
        await listed(client, seen=seen)
    assert seen == ["a"]


async def test_a_page_is_only_asked_for_when_it_is_wanted(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", VENDORS, page("a", "b", token="t1"), page("c"))
    found = client.list_records("vendors")
    assert (await anext(found)).external_code == "a"
    assert (await anext(found)).external_code == "b"
    assert len(stub.seen("GET", VENDORS)) == 1


async def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(
    stub: StubApi, client: BaswareClient
) -> None:
    large = Canned(body=b" " * 200_001)
    stub.script("GET", VENDORS, page("a", token="t1"), large, large, page("a", token="t1"), page("b"))
    assert await listed(client) == ["a", "b"]
    sizes = [r.target.partition("=")[2] for r in stub.seen("GET", VENDORS)]
    assert sizes == ["100", "100", "20", "4", "4"]


async def test_one_record_that_is_too_large_alone_is_an_error(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", VENDORS, Canned(body=b" " * 200_001))
    with pytest.raises(AnswerTooLarge):
        await listed(client, page_size=3)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"page_size": 0}, "pageSize"),
        ({"page_size": 501}, "pageSize"),
        ({"company_code": ""}, "companyCode"),
        ({"company_code": "x" * 33}, "companyCode"),
        ({"last_updated": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)}, "lastUpdated"),
        ({"api": "lists/ACC_LIST_36"}, "api"),
    ],
)
async def test_a_query_that_the_api_does_not_have_is_refused_at_once(
    stub: StubApi, client: BaswareClient, arguments: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest) as failed:
        client.list_records(**{"api": "vendors", **arguments})
    assert failed.value.field == field
    assert stub.requests == []


CALL = Call(operation="list_records", remote="api.example")


@given(
    codes=st.lists(st.integers(0, 40).map(str), max_size=60),
    page_size=st.integers(1, 500),
    largest=st.integers(1, 60),
    short=st.lists(st.integers(0, 3), min_size=1, max_size=8),
)
def test_paging_neither_loses_nor_doubles_a_record(
    codes: list[str], page_size: int, largest: int, short: list[int]
) -> None:
    """Pages come shorter than asked for, or empty; a record moves to another page; some sizes cannot be read."""

    def pages_of(size: int) -> AsyncIterator[str]:
        turn = 0

        async def fetch(token: str | None) -> Page[str]:
            nonlocal turn
            start = int((token or "0:0").split(":")[0])
            turn += 1
            end = start + max(size - short[turn % len(short)], 0 if any(s < size for s in short) else 1)
            if len(codes[start:end]) > largest:
                raise CALL.too_large(1, status=200)
            more = end < len(codes)
            return Page(records=codes[start:end], next_token=f"{end}:{turn}" if more else None)

        return walk(fetch, call=CALL, max_pages=1000)

    async def collect() -> list[str]:
        found = each_once(pages_of, key=str, call=CALL, page_size=page_size, most=41)
        return [code async for code in found]

    assert asyncio.run(collect()) == list(dict.fromkeys(codes))


def statuses(*ids: str, token: str | None = None) -> Canned:
    found = [
        {
            "requestId": i,
            "requestStatus": "Success",
            "entityType": "GenericList",
            "genericListKey": "ACC_LIST_1",
        }
        for i in ids
    ]
    return Canned.of_json({"requestStatus": found}, headers={TOKEN: token} if token else {})


async def test_requests_are_found_by_what_they_were_about(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", STATUSES, statuses("r1", "r2", token="t1"), statuses("r2", "r3"))
    found = [
        status
        async for status in client.request_statuses(
            entity_type="GenericList",
            state=RequestState.IN_PROGRESS,
            system="P2P",
            ignore_successful_items=True,
            last_updated=datetime(2026, 1, 2, tzinfo=UTC),
            page_size=2,
        )
    ]
    assert [status.request_id for status in found] == ["r1", "r2", "r3"]
    assert (found[0].state, found[0].list_key) == (RequestState.SUCCESS, "ACC_LIST_1")
    first, second = stub.seen("GET", STATUSES)
    assert first.target == second.target
    assert parse_qs(first.target.partition("?")[2]) == {
        "entityType": ["GenericList"],
        "status": ["InProgress"],
        "system": ["P2P"],
        "ignoreSuccessfullItems": ["true"],
        "lastUpdated": ["2026-01-02T00:00:00.000Z"],
        "pageSize": ["2"],
    }


async def test_one_status_is_filtered_in_its_own_spelling(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", f"{STATUSES}/r1", statuses("r1"))
    await client.request_status("r1", system="P2P", ignore_successful_items=True)
    await client.request_status("r1")
    filtered, plain = stub.seen("GET", f"{STATUSES}/r1")
    assert parse_qs(filtered.target.partition("?")[2]) == {
        "system": ["P2P"],
        "ignoreSuccessfulItems": ["true"],
    }
    assert plain.target == f"{STATUSES}/r1"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "entityType"),
        ({"last_updated": datetime(2026, 1, 2, tzinfo=UTC), "ignore_successful_items": True}, "entityType"),
        ({"state": RequestState.UNKNOWN}, "status"),
        ({"entity_type": ""}, "entityType"),
        ({"system": "x" * 101}, "system"),
        ({"entity_type": "Vendor", "page_size": 501}, "pageSize"),
    ],
)
async def test_a_query_that_would_show_failures_only_is_refused(
    stub: StubApi, client: BaswareClient, arguments: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest) as failed:
        client.request_statuses(**arguments)
    assert failed.value.field == field
    assert stub.requests == []


@pytest.mark.parametrize("body", [{"requestStatus": [{}]}, {"requestStatus": [7]}, {}])
async def test_what_is_no_status_ends_the_list_with_an_error(
    stub: StubApi, client: BaswareClient, body: object
) -> None:
    stub.script("GET", STATUSES, Canned.of_json(body))
    with pytest.raises(ProtocolError, match="no status"):
        _ = [status async for status in client.request_statuses(entity_type="Vendor")]
