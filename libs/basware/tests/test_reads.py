import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from basware import (
    BaswareClient,
    BaswareError,
    CredentialsRefused,
    InvalidRequest,
    ItemState,
    ProcessingStatus,
    ProtocolError,
    RequestState,
    RetryLater,
)
from basware._call import Call
from basware._paging import Page, walk
from basware.testing import Canned, SeenRequest, StubApi
from hypothesis import given
from hypothesis import strategies as st

LIST = "/v1/accountingDocuments"
TOKEN = "x-amz-meta-continuationtoken"
STATUS = "/v1/requestStatus/req-1"


def page(*ids: str, token: str | None = None, wrapped: bool = True) -> Canned:
    documents = [{"invoiceId": i} for i in ids]
    return Canned.of_json(
        {"accountingDocuments": documents} if wrapped else documents,
        headers={} if token is None else {TOKEN.title(): token},
    )


async def listed(client: BaswareClient) -> list[str]:
    return [d.invoice_id async for d in client.list_documents(processing_status="WaitingForTransfer")]


def tokens_sent(requests: list[SeenRequest]) -> list[str | None]:
    return [r.headers.get(TOKEN) for r in requests]


async def test_pages_are_followed_by_header_with_the_same_query(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", LIST, page("a", "b", token="t1"), page(token="t2"), page("c", wrapped=False))
    found = [
        d.invoice_id
        async for d in client.list_documents(
            processing_status=ProcessingStatus.TRANSFER_IN_PROGRESS,
            company_code="BW 00/ä",
            last_updated=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            page_size=50,
        )
    ]
    assert found == ["a", "b", "c"]
    requests = stub.seen("GET", LIST)
    assert tokens_sent(requests) == [None, "t1", "t2"]
    assert len({r.target for r in requests}) == 1
    assert parse_qs(requests[0].target.partition("?")[2]) == {
        "ProcessingStatus": ["TransferInProgress"],
        "pageSize": ["50"],
        "companyCode": ["BW 00/ä"],
        "lastUpdated": ["2026-01-02T03:04:05.000Z"],
    }


@pytest.mark.parametrize("where", ["final", "redirect", "both"])
async def test_the_continuation_token_is_found_on_either_side_of_a_redirect(
    stub: StubApi, client: BaswareClient, where: str
) -> None:
    on_redirect = {} if where == "final" else {TOKEN: "from-redirect" if where == "both" else "t1"}
    first = page("a", token=None if where == "redirect" else "t1")
    stub.script(
        "GET",
        LIST,
        Canned(status=302, headers={"Location": f"{stub.url('storage')}/page1", **on_redirect}),
        page("b"),
    )
    stub.script("GET", "/page1", first, origin="storage")
    assert await listed(client) == ["a", "b"]
    assert tokens_sent(stub.seen("GET", LIST)) == [None, "t1"]


@pytest.mark.parametrize("body", [b"", b'{"message": "none found"}'])
async def test_404_is_an_empty_list(stub: StubApi, client: BaswareClient, body: bytes) -> None:
    stub.script("GET", LIST, Canned(status=404, body=body))
    assert await listed(client) == []


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([page("a", token="t1"), page("b", token="t1")], ProtocolError),
        ([page("a", token="t1"), page("b", token="t2"), page("c", token="t1")], ProtocolError),
        ([page("a", token="x" * 5000)], ProtocolError),
        ([page("a", token="é")], ProtocolError),
        ([Canned(status=404, body=b"<html>")], ProtocolError),
        ([Canned(body=b"")], ProtocolError),
        ([Canned(body=b"{}")], ProtocolError),
        ([Canned.of_json({"message": "Internal server error"})], ProtocolError),
        ([Canned(body=b" " * 200_001)], ProtocolError),
        ([page("a", token="t1"), Canned(status=500)], RetryLater),
        ([page("a", token="t1"), Canned(drop=True)], RetryLater),
        ([Canned(status=401)], CredentialsRefused),
    ],
)
async def test_a_bad_page_ends_the_list_with_an_error_not_silently(
    stub: StubApi, client: BaswareClient, answers: list[Canned], kind: type[BaswareError]
) -> None:
    stub.script("GET", LIST, *answers)
    with pytest.raises(kind):
        await listed(client)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"processing_status": "WaitingForTransfers"}, "ProcessingStatus"),
        ({"page_size": 0}, "pageSize"),
        ({"page_size": 101}, "pageSize"),
        ({"company_code": ""}, "companyCode"),
        ({"company_code": "x" * 33}, "companyCode"),
        ({"last_updated": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)}, "lastUpdated"),
    ],
)
async def test_a_query_that_would_find_nothing_is_refused(
    stub: StubApi, client: BaswareClient, arguments: dict[str, Any], field: str
) -> None:
    asked: dict[str, Any] = {"processing_status": "WaitingForTransfer", **arguments}
    with pytest.raises(InvalidRequest) as failed:
        client.list_documents(**asked)
    assert failed.value.field == field


CALL = Call(operation="list", remote="api.example")


@given(pages=st.lists(st.lists(st.integers(), max_size=4), min_size=1, max_size=12))
def test_every_record_comes_once_and_in_order_however_it_is_cut_into_pages(pages: list[list[int]]) -> None:
    asked: list[str | None] = []

    async def fetch(token: str | None) -> Page[int]:
        asked.append(token)
        at = 0 if token is None else int(token)
        return Page(records=pages[at], next_token=str(at + 1) if at + 1 < len(pages) else None)

    async def collect() -> list[int]:
        return [record async for record in walk(fetch, call=CALL, max_pages=12)]

    assert asyncio.run(collect()) == [record for page in pages for record in page]
    assert asked == [None, *(str(n) for n in range(1, len(pages)))]


@given(tokens=st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=4))
def test_a_list_that_goes_round_always_ends(tokens: list[str]) -> None:
    fetched = 0

    async def fetch(_: str | None) -> Page[int]:
        nonlocal fetched
        fetched += 1
        return Page(records=[fetched], next_token=tokens[fetched % len(tokens)])

    async def collect() -> None:
        async for _ in walk(fetch, call=CALL, max_pages=100):
            pass

    with pytest.raises(ProtocolError, match="circle"):
        asyncio.run(collect())
    assert fetched <= 5


async def test_a_list_longer_than_the_bound_is_an_error() -> None:
    async def fetch(token: str | None) -> Page[int]:
        return Page(records=[], next_token=str(int(token or "0") + 1))

    with pytest.raises(ProtocolError, match="more than 7 pages"):
        _ = [record async for record in walk(fetch, call=CALL, max_pages=7)]


def status(**changes: object) -> dict[str, object]:
    item = {
        "externalCode": "resp-1",
        "parentExternalCode": "invoice-1",
        "status": "Error",
        "errors": [{"type": "Error", "message": "Voucher number in use", "category": "DataValidation"}],
    }
    system = {"system": "P2P", "module": "IA", "systemStatus": "Error", "items": [item]}
    return {
        "requestId": "req-1",
        "entityType": "TransferResponse",
        "requestStatus": "Error",
        "lastUpdated": "2026-01-01T00:00:00Z",
        "systems": [system],
        **changes,
    }


@pytest.mark.parametrize("wrap", [lambda s: {"requestStatus": [s]}, lambda s: [s], lambda s: s])
async def test_a_request_status_is_read_item_by_item(
    stub: StubApi, client: BaswareClient, wrap: Callable[[object], object]
) -> None:
    stub.script("GET", STATUS, Canned.of_json(wrap(status())))
    found = await client.request_status("req-1")
    assert found is not None
    assert (found.state, found.entity_type) == (RequestState.ERROR, "TransferResponse")
    (item,) = found.items_of("resp-1")
    assert (item.state, item.parent_external_code) == (ItemState.ERROR, "invoice-1")
    assert [(e.message, e.category) for e in item.errors] == [("Voucher number in use", "DataValidation")]
    assert found.items_of("another") == ()


@pytest.mark.parametrize(
    "answer",
    [Canned(status=404), Canned.of_json({"requestStatus": []}), Canned.of_json({"requestStatus": None})],
)
async def test_a_request_not_known_yet_is_none(stub: StubApi, client: BaswareClient, answer: Canned) -> None:
    stub.script("GET", STATUS, answer)
    assert await client.request_status("req-1") is None


async def test_absent_lists_and_unknown_words_are_tolerated(stub: StubApi, client: BaswareClient) -> None:
    odd = status(
        requestStatus="Postponed",
        systems=[{"items": None}, {"items": [{"status": "success"}, {"status": "Novel"}, 7]}, None],
    )
    stub.script("GET", STATUS, Canned.of_json({"requestStatus": [odd]}))
    found = await client.request_status("req-1")
    assert found is not None
    assert found.state is RequestState.UNKNOWN
    assert [item.state for item in found.items] == [ItemState.SUCCESS, ItemState.UNKNOWN]


@pytest.mark.parametrize(
    "answer",
    [
        Canned(body=b""),
        Canned(body=b"<html>"),
        Canned(body=b'{"requestStatus": ['),
        Canned.of_json({"requestStatus": [status(requestId="req-2")]}),
        Canned.of_json({"requestStatus": [{}]}),
        Canned.of_json({"requestStatus": [None]}),
        Canned.of_json({}),
        Canned(status=404, body=b"<html>"),
    ],
)
async def test_an_answer_about_something_else_is_no_status(
    stub: StubApi, client: BaswareClient, answer: Canned
) -> None:
    stub.script("GET", STATUS, answer)
    with pytest.raises(ProtocolError) as failed:
        await client.request_status("req-1")
    assert failed.value.record == "req-1"


@pytest.mark.parametrize("answer", [Canned(status=404), page("a", token="more")])
async def test_ping_reads_one_document_and_changes_nothing(
    stub: StubApi, client: BaswareClient, answer: Canned
) -> None:
    stub.script("GET", LIST, answer)
    await client.ping()
    assert [(r.method, r.path) for r in stub.requests] == [("POST", "/v1/tokens"), ("GET", LIST)]
    assert "pageSize=1" in stub.requests[-1].target


async def test_ping_meets_refused_credentials(stub: StubApi, client: BaswareClient) -> None:
    stub.script("POST", "/v1/tokens", Canned.of_json({"error": "invalid_client"}, status=401))
    with pytest.raises(CredentialsRefused, match="invalid_client"):
        await client.ping()
