"""A lane that is paused, stopped, refused or closed: what still goes out, and how it goes on after."""

from collections.abc import Callable

import pytest
from ap_domain.desired_state import FlowState

from .road import Road, driven_by_hand

road = pytest.fixture(driven_by_hand)


def test_paused_only_what_settles_and_confirms_goes(road: Road) -> None:
    road.prove()
    road.switch(FlowState.PAUSED)
    road.offer("a", "settle b", "c", "settle d")
    assert road.started == ["settle b", "settle d"]
    assert road.lane.waiting == 2
    road.switch(FlowState.RUNNING)
    assert road.probes == 0
    road.lane.finished("settle b")
    assert road.started == ["settle b", "settle d", "a", "c"]


def test_what_a_pause_held_goes_on_once_it_starts_nothing(road: Road) -> None:
    settles = False
    road.lane._goes_on = lambda _: settles
    road.switch(FlowState.PAUSED)
    road.offer("a")
    assert (road.started, road.lane.waiting) == ([], 1)
    settles = True
    road.offer("a")
    assert (road.started, road.lane.waiting) == (["a"], 0)


def test_what_is_withdrawn_does_not_start(road: Road) -> None:
    road.switch(FlowState.PAUSED)
    road.offer("a", "b")
    road.switch(FlowState.STOPPED)
    road.offer("c", "d")
    for key in ("a", "c", "never offered"):
        road.lane.withdraw(key)
    assert road.lane.waiting == 2
    road.switch(FlowState.RUNNING)
    road.fire()
    road.lane.probed(answers=True)
    assert road.started == ["b", "d"]


@pytest.mark.parametrize(
    "halt",
    [
        lambda road: road.switch(FlowState.PAUSED),
        lambda road: road.switch(FlowState.STOPPED),
        lambda road: road.lane.hold(5.0),
        lambda road: road.lane.refused(),
        lambda road: road.lane.close(),
    ],
)
def test_what_must_be_sent_soon_is_turned_away_at_once_where_nothing_may_go_out(
    road: Road, halt: Callable[[Road], None]
) -> None:
    road.prove()
    road.offer("a", "b", "c", "d")
    road.lane.offer_first("waits for a place")
    halt(road)
    road.lane.offer_first("comes after")
    assert road.turned_away == ["waits for a place", "comes after"]
    assert road.started == ["a", "b", "c"]
    assert road.lane.waiting == 1


def test_a_stop_that_is_only_met_when_a_call_is_turned_away_has_its_canary_too(road: Road) -> None:
    road.prove()
    road.flow = FlowState.STOPPED
    road.lane.offer_first("a")
    assert road.turned_away == ["a"]
    road.switch(FlowState.RUNNING)
    road.fire()
    assert road.probes == 1


def test_stopped_nothing_goes_not_even_what_settles_and_the_canary_goes_first_after(road: Road) -> None:
    road.prove()
    road.switch(FlowState.STOPPED)
    road.offer("a", "settle b")
    assert road.started == []
    road.switch(FlowState.RUNNING)
    assert road.started == []
    road.fire()
    assert road.probes == 1
    road.lane.probed(answers=True)
    assert road.started == ["a", "settle b"]


def test_a_stop_that_is_only_met_when_a_call_would_start_has_its_canary_too(road: Road) -> None:
    road.prove()
    road.flow = FlowState.STOPPED
    road.offer("a")
    road.switch(FlowState.RUNNING)
    assert road.started == []
    road.fire()
    assert road.probes == 1


def test_a_canary_whose_time_comes_while_stopped_is_not_sent(road: Road) -> None:
    road.lane.hold(5.0)
    road.flow = FlowState.STOPPED
    road.fire()
    assert road.probes == 0
    road.switch(FlowState.RUNNING)
    road.fire()
    assert road.probes == 1


def test_refused_it_stops_at_once_and_waits_for_the_stop_to_be_lifted(road: Road) -> None:
    road.prove()
    road.lane.refused()
    road.offer("a", "settle b")
    road.lane.finished("z")
    assert (road.started, road.pending) == ([], [])
    road.switch(FlowState.STOPPED)
    road.lane.stop_told()
    assert road.pending == []
    road.switch(FlowState.RUNNING)
    road.fire()
    road.lane.probed(answers=True)
    assert road.started == ["a", "settle b"]


def test_refused_one_call_at_a_time_again_until_an_answer(road: Road) -> None:
    road.prove()
    road.lane.refused()
    road.switch(FlowState.STOPPED)
    road.switch(FlowState.RUNNING)
    road.fire()
    road.lane.probed(answers=False)
    assert road.lane.is_open
    road.fire()
    road.lane.probed(answers=True)
    road.offer("a", "b")
    assert road.started == ["a", "b"]


def test_refused_and_the_connection_changed_the_canary_tries_the_new_password(road: Road) -> None:
    road.lane.refused()
    road.offer("a")
    road.switch(FlowState.RUNNING)
    assert road.pending == []
    road.switch(FlowState.RUNNING, connection_changed=True)
    road.fire()
    assert (road.probes, road.started) == (1, [])


def test_refused_under_an_old_connection_it_is_not_held_for_ever(road: Road) -> None:
    """The stop is void (the connection changed during the call), so no change of the flow will ever come."""
    road.lane.refused()
    road.offer("a")
    road.lane.stop_told()
    assert (road.started, road.probes) == ([], 0)
    assert road.pending[0].seconds == 5.0
    road.fire()
    road.lane.probed(answers=True)
    assert road.started == ["a"]


def test_a_changed_connection_without_a_refusal_interrupts_nothing(road: Road) -> None:
    road.prove()
    road.switch(FlowState.RUNNING, connection_changed=True)
    road.offer("a")
    assert (road.probes, road.started) == (0, ["a"])


def test_closed_it_starts_nothing_and_leaves_no_timer(road: Road) -> None:
    road.lane.hold(5.0)
    road.lane.close()
    assert road.pending == []
    road.offer("a")
    road.lane.hold(1.0)
    assert (road.started, road.pending) == ([], [])
