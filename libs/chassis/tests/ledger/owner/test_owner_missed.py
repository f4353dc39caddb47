"""An input whose decision the log refused is remembered, and decided once a person lets its record go on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ap_domain.desired_state import FlowState
from chassis.ledger.entry import Entry, Missed, Phase
from chassis.ledger.outcomes import Done
from chassis.ledger.ports import LogRecord

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLACE = Missed(topic="inputs", partition=0, offset=1)


def lies(house: Any, said: str, offset: int) -> None:
    """The input as it lies on its topic."""
    house.log.lying.append(
        LogRecord(topic="inputs", partition=0, key=b"acme/1", value=said.encode(), offset=offset)
    )


def refuse_what_comes(house: Any, entry: Entry[str]) -> None:
    """The log takes no entry of the record but a parked one."""
    house.log.refuses = lambda record: (
        record.topic == "ledger"
        and not record.kind
        and house.wire.said(record.value).body != entry.body
        and house.wire.said(record.value).phase is not Phase.PARKED
    )


async def test_a_refused_input_leaves_where_it_lies_in_the_parked_entry(
    house: Any, entry: Entry[str]
) -> None:
    waiting = replace(entry, due=NOW + timedelta(hours=1))
    await house.left_behind(waiting)
    refuse_what_comes(house, waiting)
    house.offset = 1
    async with house.at_work():
        house.offer("b")
        await house.until(lambda: house.entry().phase is Phase.PARKED)
    assert (house.entry().body, house.entry().missed) == ("a", (PLACE,))
    assert house.position() == 2


@pytest.mark.parametrize("due_in", [0.0, 3600.0])
async def test_a_call_that_an_earlier_owner_may_have_sent_is_not_forgotten_by_a_refused_input(
    house: Any, entry: Entry[str], due_in: float
) -> None:
    """What was due is repeated as such, although the record was parked in between."""
    house.flows.said = FlowState.STOPPED
    telling = replace(entry, step="tell", due=NOW + timedelta(seconds=due_in))
    await house.left_behind(telling)
    refuse_what_comes(house, telling)
    async with house.at_work():
        house.offer("b")
        await house.until(lambda: house.entry().phase is Phase.PARKED)
    assert house.entry().tried is (due_in == 0.0)


async def test_a_call_that_is_under_way_is_not_forgotten_by_a_refused_input(
    house: Any, entry: Entry[str]
) -> None:
    house.remote.answers["look"] = lambda _: Done(value="to be told")
    await house.left_behind(entry)
    async with house.at_work():
        await house.until(lambda: house.entry().step == "tell")
        house.remote.free.clear()
        await house.until(lambda: ("acme/1", "tell", False) in house.remote.asked)
        refuse_what_comes(house, house.entry())
        house.offer("b")
        await house.until(lambda: house.entry().phase is Phase.PARKED)
        house.remote.free.set()
    assert (house.entry().phase, house.entry().tried) == (Phase.PARKED, True)


async def test_what_a_record_missed_is_decided_when_it_goes_on_also_by_a_new_owner(
    house: Any, entry: Entry[str]
) -> None:
    """That it was parked and is not any more is all a new owner knows."""
    house.flows.said = FlowState.STOPPED
    lies(house, "b", 1)
    await house.left_behind(replace(entry, missed=(PLACE,)))
    async with house.at_work():
        await house.until(lambda: house.entry().body == "a+b")
    assert house.entry().missed == ()
    assert house.position() == 0, "what is read again moves no position"


async def test_while_it_is_parked_nothing_is_read_again(house: Any, entry: Entry[str]) -> None:
    house.flows.said = FlowState.STOPPED
    lies(house, "b", 1)
    await house.left_behind(replace(entry, phase=Phase.PARKED, due=None, missed=(PLACE,)))
    async with house.at_work():
        house.offer("other", key="acme/2")
        await house.decided()
    assert (house.entry().body, house.entry().missed) == ("a", (PLACE,))


async def test_refused_again_it_parks_again_and_is_not_forgotten(house: Any, entry: Entry[str]) -> None:
    house.flows.said = FlowState.STOPPED
    lies(house, "b", 1)
    goes_on = replace(entry, missed=(PLACE,))
    await house.left_behind(goes_on)
    refuse_what_comes(house, goes_on)
    async with house.at_work():
        await house.until(lambda: house.entry().phase is Phase.PARKED)
    assert (house.entry().body, house.entry().missed) == ("a", (PLACE,))


async def test_what_is_gone_from_its_topic_is_said_in_the_audit(house: Any, entry: Entry[str]) -> None:
    house.flows.said = FlowState.STOPPED
    await house.left_behind(replace(entry, missed=(PLACE,)))
    async with house.at_work():
        await house.until(lambda: not house.entry().missed)
    (event,) = [event for event in house.written("audit") if event.action == "input gone"]
    assert "inputs/0/1" in event.detail["reason"]


@pytest.mark.parametrize(("ahead", "told"), [(7200, True), (60, True), (3, False), (-7200, False)])
async def test_a_clock_that_is_behind_what_another_host_wrote_is_told(
    house: Any, entry: Entry[str], *, ahead: int, told: bool
) -> None:
    house.flows.said = FlowState.STOPPED
    await house.left_behind(entry)
    last = house.log.transactions[-1]
    last[:] = [replace(record, written_at=NOW + timedelta(seconds=ahead)) for record in last]
    async with house.at_work():
        await house.until(lambda: house.entry() is not None)
        house.offer("other", key="acme/2")
        await house.decided()
    assert ("ledger_clock_behind" in house.signals.counted) is told


@pytest.mark.parametrize(("ahead", "tried"), [(7200, True), (60, True), (0, False)])
async def test_what_the_earlier_owner_may_have_sent_is_judged_by_the_newest_record(
    house: Any, entry: Entry[str], *, ahead: int, tried: bool
) -> None:
    """Not due yet by this clock; by the one that wrote last it was long ago."""
    await house.left_behind(replace(entry, step="tell", due=NOW + timedelta(seconds=0.02)))
    last = house.log.transactions[-1]
    last[:] = [replace(record, written_at=NOW + timedelta(seconds=ahead)) for record in last]
    async with house.at_work():
        await house.until(lambda: house.entry().phase is Phase.FINAL)
    assert house.remote.asked == [("acme/1", "tell", tried)]
