"""Which repeated calls may meet their own doing, and starts that may not go on."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ap_domain.desired_state import FlowState
from chassis.ledger.entry import Entry, Phase, Stop
from chassis.ledger.outcomes import Done, InDoubt, NotSent, Outcome, Retry, Stopped
from chassis.ledger.ports import NotSentError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STOP = Stop(flow="r", connection_version=6, at=NOW, reason="before")


def told(house: Any) -> list[bool]:
    """Of each tell that was asked, whether it counted as repeated."""
    return [repeat for _, name, repeat in house.remote.asked if name == "tell"]


@pytest.mark.parametrize(
    ("left", "repeat"),
    [
        ({"step": "tell"}, True),
        ({"step": "tell", "due": None}, True),
        ({"step": "tell", "phase": Phase.STOPPED, "due": None, "stop": STOP}, True),
        ({"step": "tell", "due": NOW + timedelta(milliseconds=2)}, False),
        ({"step": "tell", "due": NOW + timedelta(milliseconds=2), "tried": True}, True),
        ({"step": "do"}, False),
    ],
)
async def test_what_was_due_when_it_was_loaded_may_have_been_sent_before(
    *, house: Any, entry: Entry[str], left: dict[str, Any], repeat: bool
) -> None:
    """What is only asked for later, the earlier owner cannot have asked for."""
    house.remote.answers["look"] = lambda _: Done(value="to be told")
    await house.left_behind(replace(entry, **left))
    async with house.at_work():
        await house.until(lambda: house.entry().phase is Phase.FINAL)
    assert told(house) == [repeat]


@pytest.mark.parametrize(
    ("first", "repeat"),
    [
        (Retry(reason="429", effect=False), False),
        (NotSent(reason="not now"), False),
        (Stopped(reason="password", connection_version=7), False),
        (Retry(reason="503"), True),
        (InDoubt(reason="silence"), True),
    ],
)
async def test_a_try_that_provably_did_nothing_makes_nothing_ours(
    *, house: Any, first: Outcome, repeat: bool
) -> None:
    answers = iter([first])
    house.remote.answers["look"] = lambda _: Done(value="to be told")
    house.remote.answers["tell"] = lambda _: next(answers, Done(value="told"))
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and house.entry().phase is Phase.FINAL)
    assert told(house) == [False, repeat]


async def test_a_try_of_the_earlier_owner_stays_one_whatever_ours_met(house: Any, entry: Entry[str]) -> None:
    """And it is written down: the owner after this one knows it too."""
    answers = iter([NotSent(reason="not now"), Retry(reason="429", effect=False)])
    house.remote.answers["tell"] = lambda _: next(answers, Done(value="told"))
    await house.left_behind(replace(entry, step="tell"))
    async with house.at_work():
        await house.until(lambda: house.entry().phase is Phase.FINAL)
    assert told(house) == [True, True, True]
    assert [each.tried for each in house.written("ledger")] == [False, False, True, False]


def _pause(house: Any) -> None:
    house.flows.said = FlowState.PAUSED
    house.owner.flows_changed()


def _stop(house: Any) -> None:
    house.flows.said = FlowState.STOPPED
    house.owner.flows_changed()


def _lose(house: Any) -> None:
    ((_, lane),) = house.owner.lanes
    lane.hold(60.0)


@pytest.mark.parametrize("prevent", [_pause, _stop, _lose])
async def test_a_start_that_may_not_go_on_is_given_back_at_once(
    house: Any, prevent: Callable[[Any], None]
) -> None:
    def look(_: Entry[str]) -> Outcome:
        prevent(house)
        return Done(value="nothing there")

    house.remote.answers["look"] = look
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and len(house.written("ledger")) == 3)
        assert [each.phase for each in house.written("ledger")] == [
            Phase.WAITING,
            Phase.STARTED,
            Phase.WAITING,
        ]
        assert "between the start and the send" in house.entry().reason
        assert [name for _, name, _ in house.remote.asked] == ["look"]


async def test_a_start_that_was_given_back_starts_anew_when_it_may(house: Any) -> None:
    looks = iter([_pause])

    def look(_: Entry[str]) -> Outcome:
        next(looks, lambda _: None)(house)
        return Done(value="nothing there")

    house.remote.answers["look"] = look
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and len(house.written("ledger")) == 3)
        house.flows.said = FlowState.RUNNING
        house.owner.flows_changed()
        await house.until(lambda: house.entry().phase is Phase.FINAL)
    assert [name for _, name, _ in house.remote.asked] == ["look", "look", "create"]


async def test_leaving_between_the_start_and_the_send_leaves_no_doubt(house: Any) -> None:
    house.remote.free.clear()
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: bool(house.remote.asked))
        asyncio.get_running_loop().call_later(0.01, house.remote.free.set)
    assert [each.phase for each in house.written("ledger")] == [
        Phase.WAITING,
        Phase.STARTED,
        Phase.WAITING,
    ]


async def test_the_gate_that_is_closed_proves_that_nothing_was_sent(house: Any) -> None:
    tries = iter([True])

    def closed() -> None:
        if house.written("ledger")[-1].step == "tell" and next(tries, False):
            raise NotSentError("not now")

    house.remote.answers["look"] = lambda _: Done(value="to be told")
    house.remote.before_send = closed
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and house.entry().phase is Phase.FINAL)
    assert told(house) == [False]
