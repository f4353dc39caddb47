"""Lists as a sweep reads them: to their end, each document once, in bounded memory."""

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from operator import attrgetter

import aiohttp
import pytest
from basware import AnswerTooLarge, BaswareClient, FetchedDocument, Limits, ProtocolError, RetryLater
from basware._call import Call
from basware._listing import each_once
from basware.testing import Canned, StubApi
from hypothesis import given
from hypothesis import strategies as st

LIST = "/v1/accountingDocuments"
TOKEN = "x-amz-meta-continuationtoken"


def page(*ids: str, token: str | None = None) -> Canned:
    documents = [{"invoiceId": i} for i in ids]
    return Canned.of_json({"accountingDocuments": documents}, headers={TOKEN: token} if token else {})


async def listed(
    client: BaswareClient,
    *,
    page_size: int = 100,
    max_documents: int | None = None,
    seen: list[str] | None = None,
) -> list[str]:
    """The ids, collected in `seen` as they come."""
    seen = [] if seen is None else seen
    async for document in client.list_documents(
        processing_status="WaitingForTransfer", page_size=page_size, max_documents=max_documents
    ):
        seen.append(document.invoice_id)
    return seen


def sizes(stub: StubApi) -> list[str]:
    return [request.target.partition("pageSize=")[2].partition("&")[0] for request in stub.seen("GET", LIST)]


async def test_what_is_listed_is_what_is_fetched(stub: StubApi, client: BaswareClient) -> None:
    raw = b'{ "invoiceId":"a", "grossSum": 10.50 , "n": 3}'
    stub.script("GET", LIST, Canned(body=b'{"accountingDocuments": [' + raw + b"]}"))
    stub.script("GET", f"{LIST}/a", Canned(body=b"[ " + raw + b"]"))
    (found,) = [d async for d in client.list_documents(processing_status="WaitingForTransfer")]
    assert found == await client.get_document("a")
    assert found.content == {"invoiceId": "a", "grossSum": Decimal("10.50"), "n": 3}
    assert found.raw == raw


async def test_an_empty_page_in_the_middle_is_not_the_end(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", LIST, page(token="t1"), page("a", token="t2"), page(token="t3"), page("b"))
    assert await listed(client) == ["a", "b"]


async def test_404_behind_a_token_is_the_end(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", LIST, page("a", token="t1"), Canned(status=404))
    assert await listed(client) == ["a"]


async def test_a_document_that_moved_to_a_later_page_comes_once(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", LIST, page("a", "b", token="t1"), page("b", "c"))
    assert await listed(client) == ["a", "b", "c"]


async def test_a_token_that_expires_in_the_middle_of_a_list_is_renewed(
    stub: StubApi, client: BaswareClient
) -> None:
    stub.script("GET", LIST, page("a", token="t1"), Canned(status=401), page("b"))
    assert await listed(client) == ["a", "b"]
    assert [r.headers.get(TOKEN) for r in stub.seen("GET", LIST)] == [None, "t1", "t1"]
    assert stub.tokens_given == 2


async def test_a_page_is_only_asked_for_when_it_is_wanted(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", LIST, page("a", "b", token="t1"), page("c"))
    found = client.list_documents(processing_status="WaitingForTransfer")
    assert (await anext(found)).invoice_id == "a"
    assert (await anext(found)).invoice_id == "b"
    assert len(stub.seen("GET", LIST)) == 1


async def test_what_came_before_a_break_is_given_and_the_break_is_told(
    stub: StubApi, client: BaswareClient
) -> None:
    half = b'{"accountingDocuments": [{"invoiceId": "b"}, {"invoiceId": "c"'
    stub.script("GET", LIST, page("a", token="t1"), Canned(body=half))
    seen: list[str] = []
    with pytest.raises(ProtocolError):
        await listed(client, seen=seen)
    assert seen == ["a", "b"]


async def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(
    stub: StubApi, client: BaswareClient
) -> None:
    large = Canned(body=b" " * 200_001)
    stub.script("GET", LIST, page("a", token="t1"), large, large, page("a", token="t1"), page("b"))
    assert await listed(client) == ["a", "b"]
    assert sizes(stub) == ["100", "100", "20", "4", "4"]


async def test_one_document_that_is_too_large_alone_is_an_error(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", LIST, Canned(body=b" " * 200_001))
    with pytest.raises(AnswerTooLarge):
        await listed(client, page_size=7)
    assert sizes(stub) == ["7", "1"]


async def test_a_tenant_whose_first_document_is_huge_still_answers_a_ping(
    stub: StubApi, client: BaswareClient
) -> None:
    stub.script("GET", LIST, Canned(body=b" " * 200_001))
    await client.ping()


@pytest.mark.parametrize("most", [1, 2])
async def test_more_documents_than_wanted_are_an_error_after_those_wanted(
    stub: StubApi, client: BaswareClient, most: int
) -> None:
    stub.script("GET", LIST, page("a", "b", "c"))
    seen: list[str] = []
    with pytest.raises(ProtocolError, match=f"more than {most} records"):
        await listed(client, max_documents=most, seen=seen)
    assert seen == ["a", "b", "c"][:most]
    assert await listed(client, max_documents=3) == ["a", "b", "c"]


async def test_a_page_is_not_held_parsed_as_a_whole(stub: StubApi, session: aiohttp.ClientSession) -> None:
    rows = [{"netTotal": 1.1}] * 400
    documents = [{"invoiceId": str(n), "codingRows": rows} for n in range(40)]
    stub.script("GET", LIST, Canned(body=json.dumps(documents).encode()))
    client = BaswareClient(
        base_url=stub.url(), client_id="a", client_secret="b", session=session, limits=Limits()
    )
    switched = 0

    async def neighbour() -> None:
        nonlocal switched
        while True:
            await asyncio.sleep(0)
            switched += 1

    found = client.list_documents(processing_status="WaitingForTransfer")
    await anext(found)
    beside = asyncio.create_task(neighbour())
    assert len([document async for document in found]) == 39
    beside.cancel()
    assert switched >= 39


CALL = Call(operation="list_documents", remote="api.example")


@given(
    ids=st.lists(st.integers(0, 15).map(str), max_size=30),
    largest=st.integers(1, 100),
    page_size=st.integers(1, 100),
)
def test_every_document_comes_once_whichever_page_size_can_be_read(
    ids: list[str], largest: int, page_size: int
) -> None:
    async def pages_of(size: int) -> AsyncIterator[FetchedDocument]:
        for start in range(0, len(ids), size):
            if len(ids[start : start + size]) > largest:
                raise CALL.too_large(1, status=200)
            for one in ids[start : start + size]:
                yield FetchedDocument(invoice_id=one, raw=b"", content={})

    async def collect() -> list[str]:
        found = each_once(pages_of, key=attrgetter("invoice_id"), call=CALL, page_size=page_size, most=16)
        return [document.invoice_id async for document in found]

    assert asyncio.run(collect()) == list(dict.fromkeys(ids))


async def test_a_store_that_is_away_for_one_page_ends_the_list_for_now(
    stub: StubApi, client: BaswareClient
) -> None:
    stub.script("GET", LIST, Canned(status=302, headers={"Location": f"{stub.url('storage')}/p1"}))
    stub.script("GET", "/p1", Canned(status=503, headers={"Retry-After": "5"}), origin="storage")
    with pytest.raises(RetryLater) as failed:
        await listed(client)
    assert failed.value.retry_after == 5.0
