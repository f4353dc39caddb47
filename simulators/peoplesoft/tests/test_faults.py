"""Every fault on order: what the caller sees, and whether the voucher is in the books."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition, but not for ever."""
    for _ in range(500):
        if await condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the condition did not come true in time")


@pytest.mark.parametrize(
    ("kind", "params", "status", "saved"),
    [
        ("status", {"status": 502, "body": "bad gateway"}, 502, False),
        ("status", {"status": 502, "commit": True}, 502, True),
        ("refuse_503", {"headers": {"Retry-After": "7"}}, 503, False),
        ("http_500_after_commit", {}, 500, True),
        ("html_login", {}, 200, False),
        ("html_login", {"commit": True}, 200, True),
        ("empty", {}, 200, False),
        ("empty", {"commit": True}, 200, True),
        ("truncated", {}, 200, True),
        ("oversized", {"bytes": 1_000_000}, 200, True),
        ("wrong_answer", {}, 200, True),
        ("doctype", {}, 200, True),
        ("ib_fault", {}, 500, False),
    ],
)
async def test_a_fault_spoils_one_answer_and_the_books_say_what_happened(
    caller: Any, kind: str, params: dict[str, Any], status: int, *, saved: bool
) -> None:
    await caller.fault(kind, **params)
    spoiled = await caller.create()
    assert spoiled.status == status
    assert len(await caller.vouchers(invoice_id="INV-1")) == (1 if saved else 0)
    assert (await caller.create(INVOICE_ID="NEXT-ONE")).text("notification") == "1"
    (first, _) = (await caller.control("GET", "requests?operation=create"))["requests"]
    assert (first["fault"], first["http_status"]) == (kind, status)
    assert (first["voucher"] is not None) == saved


@pytest.mark.parametrize(("kind", "saved"), [("drop_before", False), ("commit_then_drop", True)])
async def test_a_dropped_connection_gives_no_answer(caller: Any, kind: str, *, saved: bool) -> None:
    await caller.fault(kind)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await caller.create()
    assert len(await caller.vouchers()) == (1 if saved else 0)


async def test_a_save_after_the_clients_deadline_happens_all_the_same(caller: Any) -> None:
    await caller.fault("commit_after_seconds", seconds=0.3)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await caller.create()
    assert await caller.vouchers() == []

    async def saved() -> bool:
        return len(await caller.vouchers()) == 1

    await _until(saved)


async def test_a_save_may_come_after_the_connection_was_closed(caller: Any) -> None:
    await caller.fault("commit_after_seconds", seconds=0.2, answer=False)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await caller.create()
    assert await caller.vouchers() == []

    async def logged() -> bool:
        (call,) = (await caller.control("GET", "requests"))["requests"]
        return bool(call["outcome"] == "saved")

    await _until(logged)
    assert len(await caller.vouchers()) == 1


async def test_a_delay_comes_before_the_processing(caller: Any) -> None:
    await caller.fault("delay_seconds", seconds=0.15)
    began = time.monotonic()
    assert (await caller.create()).text("notification") == "1"
    assert time.monotonic() - began >= 0.15


async def test_an_answer_about_another_invoice_names_other_keys(caller: Any) -> None:
    await caller.fault("wrong_answer")
    assert (await caller.create()).text("BUSINESS_UNIT") == "WRONG"
    await caller.fault("wrong_answer", operation="find")
    found = await caller.call("find", {"INVOICE_ID": "INV-1"})
    assert found.texts("INVOICE_ID") == ["ANOTHER-INVOICE"]
    (voucher,) = await caller.vouchers()
    await caller.fault("wrong_answer", operation="get")
    keys = {"BUSINESS_UNIT": "US001", "VOUCHER_ID": voucher["VOUCHER_ID"]}
    assert (await caller.call("get", keys)).text("VOUCHER_ID") != voucher["VOUCHER_ID"]


async def test_an_ib_fault_says_what_was_ordered(caller: Any) -> None:
    await caller.fault("ib_fault", set=158, number=45, text="User password failed. (158,45)", status=200)
    answer = await caller.create()
    assert (answer.status, answer.text("MessageID"), answer.text("DefaultMessage")) == (
        200,
        "45",
        "User password failed. (158,45)",
    )


async def test_orders_count_skip_and_keep_to_their_operation_node_and_invoice(caller: Any) -> None:
    order = {
        "kind": "status",
        "operation": "create",
        "times": 2,
        "skip": 1,
        "invoice_id": "A",
        "node": "PSFT_EP",
    }
    await caller.control("POST", "faults", order)
    await caller.control("POST", "faults", {"kind": "status", "node": "ELSEWHERE"})
    statuses = [(await caller.create(INVOICE_ID=each)).status for each in ("B", "A", "A", "B", "A", "A")]
    assert statuses == [200, 200, 500, 200, 500, 200]
    assert (await caller.call("find", {})).status == 200
    left = (await caller.control("GET", "faults"))["faults"]
    assert [each["node"] for each in left] == ["ELSEWHERE"]
    assert (await caller.control("DELETE", "faults?node=ELSEWHERE"))["faults"] == []


@pytest.mark.parametrize(("kind", "status"), [("refuse_503", 503), ("html_login", 200), ("truncated", 200)])
async def test_the_wsdl_can_be_spoiled_too(caller: Any, kind: str, status: int) -> None:
    address = f"{caller.url}/PSIGW/PeopleSoftServiceListeningConnector/PSFT_EP/CI_AP_VOUCHER.1.wsdl"
    await caller.fault(kind, operation="wsdl")
    async with caller.session.get(address) as answer:
        assert answer.status == status
        assert b"</wsdl:definitions>" not in await answer.read()
    async with caller.session.get(address) as answer:
        assert b"</wsdl:definitions>" in await answer.read()
