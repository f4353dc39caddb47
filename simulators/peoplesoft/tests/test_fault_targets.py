"""Which calls a fault is meant for: a window of time, an operator, a pattern over what was sent."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peoplesoft_simulator.clock import Clock
from peoplesoft_simulator.faults import FaultedCall, FaultOrder, FaultPlan, FaultWindow


class _StoppedClock(Clock):
    """Simulated time that stands still until it is moved."""

    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC) + self.offset


async def test_503_for_ten_seconds_hits_every_call_until_they_are_over(caller: Any) -> None:
    window = {"seconds": 10, "starts_in": 60, "clock": "simulated"}
    await caller.control("POST", "faults", {"kind": "refuse_503", "node": "PSFT_EP", "window": window})
    seen = [(await caller.call("find", {"BUSINESS_UNIT": "US001"})).status]
    for seconds in (60, 5, 5):
        await caller.control("POST", "clock", {"advance_seconds": seconds})
        seen += [(await caller.call("find", {"BUSINESS_UNIT": "US001"})).status for _ in range(2)]
    assert seen == [200, 503, 503, 503, 503, 200, 200]
    assert (await caller.control("GET", "faults"))["faults"] == []


async def test_a_window_on_the_real_clock_is_over_by_itself(caller: Any) -> None:
    await caller.control("POST", "faults", {"kind": "refuse_503", "window": {"seconds": 0.5}})
    statuses = set()
    async with asyncio.timeout(20):
        while 200 not in statuses:
            statuses.add((await caller.call("find", {"BUSINESS_UNIT": "US001"})).status)
    assert statuses == {503, 200}


@given(
    starts_in=st.integers(min_value=0, max_value=30),
    seconds=st.integers(min_value=1, max_value=30),
    steps=st.lists(st.integers(min_value=0, max_value=15), max_size=12),
)
def test_a_window_holds_from_its_beginning_until_before_its_end(
    starts_in: int, seconds: int, steps: list[int]
) -> None:
    clock = _StoppedClock()
    plan = FaultPlan(clock)
    window = FaultWindow(seconds=seconds, starts_in=starts_in, clock="simulated")
    plan.add(FaultOrder(kind="empty", window=window))
    for step in steps:
        clock.advance(timedelta(seconds=step))
        at = clock.offset.total_seconds()
        hit = plan.take(FaultedCall(operation="find", node="N")) is not None
        assert hit == (starts_in <= at < starts_in + seconds)


@pytest.mark.parametrize(
    ("target", "hits"),
    [
        ({"where": {"VENDOR_ID": "0000430*"}}, [True, True]),
        ({"where": {"VENDOR_ID": "0000430100"}}, [False, True]),
        ({"where": {"BUSINESS_UNIT": "US*", "INVOICE_ID": "B"}}, [False, True]),
        ({"where": {"VOUCHER_STYLE": "ADJ"}}, [False, False]),
        ({"operator": "APSTREAM"}, [True, True]),
        ({"operator": "OTHER"}, [False, False]),
    ],
)
async def test_a_fault_may_be_meant_for_some_calls_only(
    caller: Any, target: dict[str, Any], hits: list[bool]
) -> None:
    await caller.control("POST", "faults", {"kind": "status", "times": 9, **target})
    answers = [
        await caller.create(INVOICE_ID="A"),
        await caller.create(INVOICE_ID="B", VENDOR_ID="0000430100"),
    ]
    assert [each.status == 500 for each in answers] == hits
