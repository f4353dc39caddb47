"""Answers no client should believe: each as it arrives, byte by byte where that matters."""

import asyncio
from typing import Any

import aiohttp
import pytest
from lxml import etree


@pytest.mark.parametrize("retry_after", [None, "7", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_too_many_requests_with_and_without_retry_after(caller: Any, retry_after: str | None) -> None:
    await caller.fault("throttled", retry_after=retry_after)
    headers = {"SOAPAction": caller.site.alias("create")}
    async with caller.session.post(
        f"{caller.url}/PSIGW/PeopleSoftServiceListeningConnector/PSFT_EP", data=b"x", headers=headers
    ) as answer:
        assert (answer.status, answer.headers.get("Retry-After")) == (429, retry_after)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_html_error_pages_have_any_status(caller: Any, status: int) -> None:
    await caller.fault("html_error", status=status)
    answer = await caller.create()
    assert (answer.status, answer.content_type) == (status, "text/html")
    assert await caller.vouchers() == []


@pytest.mark.parametrize(("kind", "saved"), [("reset_before", 0), ("commit_then_reset", 1)])
async def test_a_reset_connection_gives_no_answer(caller: Any, kind: str, saved: int) -> None:
    await caller.fault(kind)
    with pytest.raises(aiohttp.ClientOSError):
        await caller.create()
    assert len(await caller.vouchers()) == saved


@pytest.mark.parametrize("at", [0, 1, 200])
async def test_an_answer_cut_off_breaks_its_promised_length(caller: Any, at: int) -> None:
    await caller.fault("cut_off", bytes=at)
    with pytest.raises(aiohttp.ClientPayloadError):
        await caller.create()
    assert len(await caller.vouchers()) == 1


async def test_an_answer_can_be_truncated_at_any_byte(caller: Any) -> None:
    await caller.create()
    whole = (await caller.call("find", {"INVOICE_ID": "INV-1"})).raw
    for kept in range(0, len(whole), 50):
        await caller.fault("truncated", operation="find", bytes=kept)
        assert (await caller.call("find", {"INVOICE_ID": "INV-1"})).raw == whole[:kept]


async def test_a_slow_answer_comes_after_the_commit(caller: Any) -> None:
    await caller.fault("slow_answer", seconds=1)
    slow = asyncio.create_task(caller.create())
    async with asyncio.timeout(20):
        while not await caller.vouchers():
            assert not slow.done()
    assert (await slow).text("notification") == "1"


async def test_what_is_xml_but_no_soap_comes_with_200(caller: Any) -> None:
    await caller.fault("not_soap")
    answer = await caller.create()
    assert answer.status == 200
    assert etree.fromstring(answer.raw).tag == "IBResponse"


@pytest.mark.parametrize("commit", [False, True])
async def test_a_refusal_without_messages_may_even_lie(caller: Any, *, commit: bool) -> None:
    await caller.fault("notification_0", commit=commit)
    answer = await caller.create()
    assert (answer.text("notification"), answer.texts("messages")) == ("0", [])
    assert len(await caller.vouchers()) == int(commit)


async def test_a_refusal_may_carry_numbers_nobody_knows(caller: Any) -> None:
    messages = [
        {"set": 31999, "number": 7, "text": "Zzz (31999,7)"},
        {"set": 0, "number": 0, "text": "", "type": "Warning"},
    ]
    await caller.fault("notification_0", messages=messages)
    answer = await caller.create()
    assert answer.texts("messagesetnumber") == ["31999", "0"]
    assert answer.texts("type") == ["Error", "Warning"]


@pytest.mark.parametrize("elements", [["notification"], ["VOUCHER_ID"], ["AP_VOUCHER"], ["detail"], ["Body"]])
async def test_an_answer_may_lack_any_element(caller: Any, elements: list[str]) -> None:
    await caller.fault("without", elements=elements)
    answer = await caller.create()
    names = {etree.QName(each).localname for each in etree.fromstring(answer.raw).iter("*")}
    assert names.isdisjoint(elements)
    assert len(await caller.vouchers()) == 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [("entity_bomb", b'<!ENTITY e9 "&e8;'), ("external_entity", b"SYSTEM"), ("doctype", b"<!DOCTYPE")],
)
async def test_a_document_type_comes_with_entities_to_trip_over(caller: Any, kind: str, words: bytes) -> None:
    await caller.fault(kind)
    answer = await caller.create()
    assert answer.status == 200
    assert words in answer.raw
    assert kind == "doctype" or b">&e9;</" in answer.raw
    assert answer.raw.endswith(b"Envelope>")


async def test_a_read_may_not_show_one_voucher(caller: Any) -> None:
    await caller.create()
    order = {"kind": "found_nothing", "operation": "find", "invoice_id": "INV-1"}
    await caller.control("POST", "faults", order)
    asked = {"INVOICE_ID": "INV-1"}
    assert (await caller.call("find", asked)).texts("VOUCHER_ID") == []
    (number,) = (await caller.call("find", asked)).texts("VOUCHER_ID")
    await caller.fault("found_nothing", operation="get")
    keys = {"BUSINESS_UNIT": "US001", "VOUCHER_ID": number}
    assert (await caller.call("get", keys)).text("MessageID") == "50"
    assert (await caller.call("get", keys)).text("INVOICE_ID") == "INV-1"


async def test_reads_may_lag_behind_commits(caller: Any) -> None:
    await caller.control("POST", "settings/PSFT_EP", {"read_lag_seconds": 30, "find_limit": 1})
    number = (await caller.create()).text("VOUCHER_ID")
    keys = {"BUSINESS_UNIT": "US001", "VOUCHER_ID": number}
    assert (await caller.call("find", {"INVOICE_ID": "INV-1"})).texts("VOUCHER_ID") == []
    assert (await caller.call("get", keys)).status == 500
    await caller.control("POST", "clock", {"advance_seconds": 30})
    later = (await caller.create(INVOICE_ID="INV-10")).text("VOUCHER_ID")
    assert (await caller.call("find", {"INVOICE_ID": "INV-1"})).texts("VOUCHER_ID") == [number]
    assert (await caller.call("get", keys)).status == 200
    assert (await caller.create()).text("notification") == "0", "the duplicate check sees every commit"
    await caller.control("POST", "clock", {"advance_seconds": 30})
    found = await caller.call("find", {"INVOICE_ID": "INV-10"})
    assert found.texts("VOUCHER_ID") == [later]
