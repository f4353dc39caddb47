"""Faults of queries: which calls they hit, and that each answer is wrong in just the way it says."""

import json
import time
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientError


async def _order(caller: Any, kind: str, *, operation: str = "query", **more: Any) -> None:
    params = {
        name: more.pop(name)
        for name in list(more)
        if name not in ("query", "skip", "times", "where", "window")
    }
    await caller.control("POST", "faults", {"kind": kind, "operation": operation, "params": params, **more})


def _query(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.raw)["data"]["query"]
    return found


@pytest.mark.parametrize(
    ("kind", "params", "status", "words"),
    [
        ("status", {"status": 502, "body": "bad gateway"}, 502, b"bad gateway"),
        ("throttled", {}, 429, b""),
        ("throttled", {"retry_after": "7"}, 429, b""),
        ("refuse_503", {}, 503, b"503 Service Unavailable"),
        ("html_error", {"status": 503}, 503, b"no backend server"),
        ("html_login", {}, 200, b"PeopleSoft Sign-in"),
        ("empty", {}, 200, b""),
        ("not_soap", {}, 200, b"IBResponse"),
        (
            "error_status",
            {"text": "Query timed out"},
            200,
            b'{"status": "error", "message": "Query timed out"}',
        ),
        ("http_500_after_commit", {}, 500, b"Error 500"),
    ],
)
async def test_an_answer_of_another_kind(
    caller: Any, kind: str, params: dict[str, Any], status: int, words: bytes
) -> None:
    await _order(caller, kind, **params)
    answer = await caller.query_raw()
    assert answer.status == status
    assert words in answer.raw
    assert len(await caller.query()) == 44


@pytest.mark.parametrize(
    "kind", ["drop_before", "reset_before", "commit_then_drop", "commit_then_reset", "cut_off"]
)
async def test_a_connection_that_is_dropped_before_or_in_the_middle(caller: Any, kind: str) -> None:
    # The client repeats a GET once by itself where it had kept the connection.
    await _order(caller, kind, times=2)
    with pytest.raises(ClientError):
        await caller.query_raw()
    calls = (await caller.control("GET", "requests?operation=query"))["requests"]
    assert {each["fault"] for each in calls} == {kind}
    assert {each["http_status"] for each in calls} == {200 if kind == "cut_off" else None}


async def test_a_truncated_answer_is_a_prefix_of_the_good_one(caller: Any) -> None:
    good = (await caller.query_raw()).raw
    await _order(caller, "truncated", bytes=500)
    assert (await caller.query_raw()).raw == good[:500]
    await _order(caller, "oversized", bytes=1000)
    assert (await caller.query_raw()).raw == good + b" " * 1000


async def test_an_answer_that_trickles_or_comes_late_is_the_good_one(caller: Any) -> None:
    good = (await caller.query_raw(max_rows=2)).raw
    for kind, size in (("trickle", 100), ("slow_answer", None)):
        await _order(caller, kind, bytes=size, seconds=0.02 if size else 0.1)
        began = time.monotonic()
        assert (await caller.query_raw(max_rows=2)).raw == good
        assert time.monotonic() - began > 0.09


async def test_a_silent_cut_looks_like_all_there_is(caller: Any) -> None:
    await _order(caller, "silently_cut", rows=11)
    query = _query(await caller.query_raw())
    assert (query["numrows"], len(query["rows"])) == (11, 11)
    assert query["rows"][-1] == (await caller.query())[10]


async def test_a_count_that_lies(caller: Any) -> None:
    await _order(caller, "lying_numrows", rows=-4)
    query = _query(await caller.query_raw())
    assert (query["numrows"], len(query["rows"])) == (40, 44)


async def test_another_querys_answer(caller: Any) -> None:
    await _order(caller, "wrong_query")
    query = _query(await caller.query_raw())
    assert query["queryname="] == "APS_PAYMENT_TERMS"
    assert "A.NET_DAYS" in query["rows"][0]


async def test_rows_backwards_twice_and_with_other_columns(caller: Any) -> None:
    good = [each["A.VENDOR_ID"] for each in await caller.query()]
    await _order(caller, "unsorted")
    assert [each["A.VENDOR_ID"] for each in await caller.query()] == good[::-1]
    await _order(caller, "duplicated_rows")
    assert [each["A.VENDOR_ID"] for each in await caller.query()] == sorted(good * 2)
    await _order(caller, "extra_column", elements=["Z.NEW"])
    assert all(each["Z.NEW"] == "X" for each in await caller.query())
    await _order(caller, "missing_column", elements=["A.VENDOR_STATUS"])
    assert all("A.VENDOR_STATUS" not in each for each in await caller.query())


@pytest.mark.parametrize(
    ("target", "hits"),
    [
        ({"query": "APS_ACCOUNTS"}, [False, False, True]),
        ({"query": "APS_SUPP*"}, [True, True, False]),
        ({"query": "APS_SUPPLIERS", "skip": 1}, [False, True, False]),
        ({"where": {"AFTER": "?*"}}, [False, True, False]),
        ({"operation": "any"}, [True, True, True]),
        ({"operation": "query_soap"}, [False, False, False]),
        ({"operation": "find"}, [False, False, False]),
    ],
)
async def test_a_fault_is_meant_for_a_query_or_a_page(
    caller: Any, target: dict[str, Any], hits: list[bool]
) -> None:
    await _order(caller, "refuse_503", **{"times": 9, **target})
    answers = [
        await caller.query_raw(max_rows=2),
        await caller.query_raw(max_rows=2, AFTER="0000430022"),
        await caller.query_raw("APS_ACCOUNTS"),
    ]
    assert [each.status == 503 for each in answers] == hits


async def test_faults_of_rows_and_of_vouchers_do_not_meet(caller: Any) -> None:
    await _order(caller, "silently_cut", operation="any", rows=1)
    assert (await caller.call("find", {"BUSINESS_UNIT": "US001"})).status == 200
    await _order(caller, "notification_0", operation="any")
    assert len(await caller.query()) == 1
    assert len(await caller.query()) == 44
    assert (await caller.create()).text("notification") == "0"


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        ("silently_cut", lambda block: len(list(block.body.iter("{*}row"))) == 29),
        ("lying_numrows", lambda block: block.body.find("{*}query").get("numrows") == "45"),
        ("wrong_query", lambda block: block.body.find("{*}query").get("queryname") == "APS_PAYMENT_TERMS"),
        ("error_status", lambda block: block.text("status") == "timeOut"),
        ("extra_column", lambda block: block.texts("A.EXTRA_FIELD") == ["X"] * 44),
    ],
)
async def test_rows_over_soap_are_spoiled_when_the_query_is_started(
    caller: Any, kind: str, check: Any
) -> None:
    await caller.control("POST", "settings/PSFT_EP", {"query_queued_polls": 0})
    await _order(caller, kind, operation="query_soap", text="timeOut")
    instance = (await caller.execute()).text("QueryInstance")
    assert check(await caller.results(instance))


async def test_a_block_may_be_hit_alone(caller: Any) -> None:
    await caller.control("POST", "settings/PSFT_EP", {"query_queued_polls": 0, "query_block_rows": 20})
    await _order(caller, "doctype", operation="query_soap", where={"STEP": "results", "BLOCK": "2"})
    instance = (await caller.execute()).text("QueryInstance")
    raws = [(await caller.results(instance, block)).raw for block in (1, 2, 2, 3)]
    assert [b"<!DOCTYPE" in each for each in raws] == [False, True, False, False]


async def test_503_in_a_window_of_simulated_time(caller: Any) -> None:
    window = {"seconds": 60, "clock": "simulated"}
    await _order(caller, "refuse_503", window=window)
    assert [(await caller.query_raw()).status for _ in range(2)] == [503, 503]
    await caller.control("POST", "clock", {"advance_seconds": 61})
    assert (await caller.query_raw()).status == 200


async def test_a_caller_that_hangs_up_in_a_trickle_does_no_harm(caller: Any) -> None:
    await _order(caller, "trickle", bytes=10, seconds=0.05)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2)) as impatient:
        hasty = replace(caller, session=impatient)
        with pytest.raises(TimeoutError):
            await hasty.query_raw()
    assert (await caller.query_raw()).status == 200
