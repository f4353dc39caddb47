"""A lane: how many calls at once, and when none, the canary only, or only what settles and confirms."""

import asyncio
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from ap_domain.desired_state import FlowState
from chassis.ledger.lane import Lane
from chassis.ledger.outcomes import (
    Done,
    InDoubt,
    NotSent,
    Outcome,
    Parked,
    Rejected,
    Retry,
    Sighted,
)
from chassis.ledger.policy import Policy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

POLICY = Policy(circuit_failures=3, circuit_cooldown=5.0, circuit_longest=30.0)


class Timer:
    def __init__(self, seconds: float, act: Callable[[], None]) -> None:
        self.seconds, self._act, self.over = seconds, act, False

    def cancel(self) -> None:
        self.over = True

    def fire(self) -> None:
        self.over = True
        self._act()


class Road:
    """A lane, what it started, and its timers, fired by hand."""

    def __init__(self) -> None:
        self.flow = FlowState.RUNNING
        self.width = 3
        self.started: list[str] = []
        self.turned_away: list[str] = []
        self.probes = 0
        self.timers: list[Timer] = []
        self.lane = Lane(
            width=lambda: self.width,
            policy=POLICY,
            flow=lambda: self.flow,
            start=self.started.append,
            goes_on_when_paused=lambda key: key.startswith("settle"),
            turned_away=self.turned_away.append,
            probe=self._probe,
        )

    def _probe(self) -> None:
        self.probes += 1

    def call_later(self, seconds: float, act: Callable[[], None]) -> Timer:
        self.timers.append(Timer(seconds, act))
        return self.timers[-1]

    @property
    def pending(self) -> list[Timer]:
        return [timer for timer in self.timers if not timer.over]

    def fire(self) -> None:
        (timer,) = self.pending
        timer.fire()

    def offer(self, *keys: str) -> None:
        for key in keys:
            self.lane.offer(key)

    def prove(self) -> None:
        """One call that the remote answered."""
        self.offer("first")
        self.lane.succeeded()
        self.lane.finished("first")
        self.started.clear()

    def switch(self, flow: FlowState, *, connection_changed: bool = False) -> None:
        self.flow = flow
        self.lane.flow_changed(connection_changed=connection_changed)


@pytest.fixture
def road(monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    made = Road()
    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "get_running_loop", lambda: made)
        yield made


def test_one_call_goes_at_a_time_until_the_remote_has_answered_once(road: Road) -> None:
    road.offer("a", "b", "c", "d", "e")
    assert road.started == ["a"]
    road.lane.finished("a")
    assert road.started == ["a", "b"]
    road.lane.succeeded()
    road.lane.finished("b")
    assert road.started == ["a", "b", "c", "d", "e"]


def test_no_more_than_its_width_at_once_and_first_come_first_served(road: Road) -> None:
    road.prove()
    road.offer("a", "b", "c", "d", "e")
    assert road.started == ["a", "b", "c"]
    assert road.lane.waiting == 2
    road.lane.finished("b")
    assert road.started == ["a", "b", "c", "d"]


def test_a_width_that_grew_counts_from_the_next_place_on(road: Road) -> None:
    road.prove()
    road.offer("a", "b", "c", "d", "e", "f")
    road.width = 5
    road.lane.finished("a")
    assert road.started == ["a", "b", "c", "d", "e", "f"]


def test_failures_in_a_row_open_the_circuit_and_one_canary_closes_it(road: Road) -> None:
    road.prove()
    opened = []
    for _ in range(3):
        road.lane.failed()
        opened.append(road.lane.is_open)
    assert opened == [False, False, True]
    road.offer("a", "b")
    assert road.started == []
    assert road.pending[0].seconds == 5.0
    road.fire()
    assert (road.probes, road.started) == (1, [])
    road.lane.probed(answers=True)
    assert not road.lane.is_open
    assert road.started == ["a", "b"]


def test_an_answer_in_between_starts_the_count_anew(road: Road) -> None:
    for _ in range(2):
        road.lane.failed()
    road.lane.succeeded()
    for _ in range(2):
        road.lane.failed()
    assert not road.lane.is_open


def test_each_canary_without_an_answer_doubles_the_wait_up_to_its_bound(road: Road) -> None:
    for _ in range(3):
        road.lane.failed()
    waits = []
    for _ in range(5):
        waits.append(road.pending[0].seconds)
        road.fire()
        road.lane.probed(answers=False)
    assert waits == [5.0, 10.0, 20.0, 30.0, 30.0]
    road.fire()
    road.lane.probed(answers=True)
    for _ in range(3):
        road.lane.failed()
    assert road.pending[0].seconds == 5.0


def test_failures_while_it_is_open_do_not_put_the_canary_off(road: Road) -> None:
    for _ in range(9):
        road.lane.failed()
    assert len(road.timers) == 1


@pytest.mark.parametrize(("asked", "waited"), [(7.0, 7.0), (3600.0, 900.0), (0.0, 0.0)])
def test_throttled_it_waits_as_long_as_asked_but_not_for_ever(
    road: Road, asked: float, waited: float
) -> None:
    road.prove()
    road.lane.hold(asked)
    road.offer("a")
    assert road.started == []
    assert [timer.seconds for timer in road.pending] == [waited]
    assert road.lane.is_throttled
    road.fire()
    road.lane.probed(answers=True)
    assert road.started == ["a"]
    assert not road.lane.is_throttled


def test_throttled_and_then_away_is_no_longer_throttled(road: Road) -> None:
    road.prove()
    road.lane.hold(7.0)
    road.fire()
    road.lane.probed(answers=False)
    assert road.lane.is_open
    assert not road.lane.is_throttled


def test_a_hold_that_begins_while_the_canary_is_out_outlasts_its_answer(road: Road) -> None:
    road.prove()
    road.lane.hold(1.0)
    road.fire()
    road.lane.hold(20.0)
    road.offer("a")
    road.lane.probed(answers=True)
    assert road.started == []
    assert [timer.seconds for timer in road.pending] == [20.0]
    road.fire()
    road.lane.probed(answers=True)
    assert road.started == ["a"]


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


def test_what_must_be_sent_soon_goes_before_what_is_due(road: Road) -> None:
    road.prove()
    road.offer("a", "b", "c", "d")
    road.lane.offer_first("e")
    road.lane.finished("b")
    assert road.started == ["a", "b", "c", "e"]
    road.lane.finished("a")
    assert road.started == ["a", "b", "c", "e", "d"]


def test_undecided_records_keep_no_place_until_there_are_as_many_as_places(road: Road) -> None:
    road.prove()
    road.offer(*"abcdefgh")
    for key in "abc":
        road.lane.answered(key)
    assert road.started == list("abcdef")
    for key in "def":
        road.lane.answered(key)
    assert road.started == list("abcdef")
    road.lane.decided("e")
    assert road.started == list("abcdefg")


@pytest.mark.parametrize(("seconds", "started"), [(2.5, "abcd"), (2.6, "abc")])
def test_where_calls_take_long_an_undecided_record_keeps_its_place(
    road: Road, seconds: float, started: str
) -> None:
    road.prove()
    road.offer(*"abcd")
    road.lane.took(seconds)
    road.lane.answered("a")
    assert road.started == list(started)
    road.lane.decided("a")
    assert road.started == list("abcd")


def test_a_long_call_is_forgotten_over_short_ones(road: Road) -> None:
    road.prove()
    road.lane.took(120.0)
    for _ in range(20):
        road.lane.took(0.1)
    road.offer(*"abcd")
    road.lane.answered("a")
    assert road.started == list("abcd")


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


def test_a_changed_connection_without_a_refusal_interrupts_nothing(road: Road) -> None:
    road.prove()
    road.switch(FlowState.RUNNING, connection_changed=True)
    road.offer("a")
    assert (road.probes, road.started) == (0, ["a"])


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


def test_closed_it_starts_nothing_and_leaves_no_timer(road: Road) -> None:
    road.lane.hold(5.0)
    road.lane.close()
    assert road.pending == []
    road.offer("a")
    road.lane.hold(1.0)
    assert (road.started, road.pending) == ([], [])


def test_offered_again_it_keeps_its_turn_and_starts_once(road: Road) -> None:
    road.offer("a", "b", "c", "b", "c")
    assert road.started == ["a"]
    road.lane.succeeded()
    road.lane.finished("a")
    assert road.started == ["a", "b", "c"]
    assert road.lane.waiting == 0


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


def test_what_a_pause_held_goes_on_once_it_starts_nothing(road: Road) -> None:
    settles = False
    road.lane._goes_on = lambda _: settles
    road.switch(FlowState.PAUSED)
    road.offer("a")
    assert (road.started, road.lane.waiting) == ([], 1)
    settles = True
    road.offer("a")
    assert (road.started, road.lane.waiting) == (["a"], 0)


@pytest.mark.parametrize(
    ("outcome", "failures", "proven"),
    [
        (Done(), 0, True),
        (Rejected(reason="PeopleSoft's no"), 0, True),
        (Parked(reason="odd answer"), 0, True),
        (Retry(reason="works on it", blame=False), 0, True),
        (Sighted(), 0, True),
        (Rejected(reason="the mapping's no", asked=False), 2, False),
        (Parked(reason="not the document", asked=False), 2, False),
        (Retry(reason="posting is closed", blame=False, asked=False), 2, False),
        (Retry(reason="document not readable", asked=False), 2, False),
        (NotSent(reason="too old"), 2, False),
        (Retry(reason="503"), 3, False),
        (InDoubt(reason="silence"), 3, False),
    ],
)
def test_only_calls_that_reached_the_remote_tell_of_it(
    *, road: Road, outcome: Outcome, failures: int, proven: bool
) -> None:
    road.lane.failed()
    road.lane.failed()
    road.lane.learn(outcome)
    assert (road.lane._failures, road.lane._proven) == (failures, proven)


class AnyTraffic(RuleBasedStateMachine):
    """Whatever happens to a lane: never too many calls, none while it must not, and no record is forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self.road = Road()
        self.timers = patch.object(asyncio, "get_running_loop", lambda: self.road)
        self.timers.start()
        self.offered = 0
        self.finished: set[str] = set()
        self.undecided: list[str] = []

    def teardown(self) -> None:
        self.timers.stop()

    @property
    def busy(self) -> list[str]:
        return [key for key in self.road.started if key not in self.finished]

    @rule(settles=st.booleans())
    def offer(self, settles: bool) -> None:
        self.offered += 1
        before = len(self.road.started)
        forbidden = self.road.flow is FlowState.STOPPED or self.road.lane.is_open
        self.road.offer(f"{'settle' if settles else 'call'} {self.offered}")
        if forbidden:
            assert len(self.road.started) == before

    @precondition(lambda self: self.busy)
    @rule(
        ending=st.sampled_from(["succeeded", "failed", "refused", "hold"]),
        seconds=st.sampled_from([0.1, 30.0]),
    )
    def end(self, ending: str, seconds: float) -> None:
        lane, key = self.road.lane, self.busy[0]
        lane.took(seconds)
        if ending == "hold":
            lane.hold(3.0)
        else:
            getattr(lane, ending)()
        self.finished.add(key)
        if key.startswith("first"):
            lane.finished(key)
        else:
            self.undecided.append(key)
            lane.answered(key)

    @precondition(lambda self: self.undecided)
    @rule(follows=st.booleans())
    def decide(self, follows: bool) -> None:
        key = self.undecided.pop(0)
        if follows:
            self.offered += 1
            self.road.lane.offer_first(f"first after {key}")
        self.road.lane.decided(key)

    @rule(flow=st.sampled_from(FlowState), connection_changed=st.booleans())
    def switch(self, flow: FlowState, connection_changed: bool) -> None:
        self.road.switch(flow, connection_changed=connection_changed)

    @rule()
    def tell_stop(self) -> None:
        self.road.lane.stop_told()

    @precondition(lambda self: self.road.pending)
    @rule(answers=st.booleans())
    def canary(self, answers: bool) -> None:
        before = self.road.probes
        self.road.fire()
        if self.road.probes > before:
            self.road.lane.probed(answers=answers)

    @invariant()
    def bounded(self) -> None:
        assert len(self.busy) <= self.road.width
        assert len(self.road.pending) <= 1
        assert len(self.road.started) + len(self.road.turned_away) + self.road.lane.waiting == self.offered
        # Twice as many where only one call goes at a time again meanwhile.
        assert len(self.road.lane._first) <= 2 * self.road.width
        assert len(set(self.road.started)) == len(self.road.started)

    @invariant()
    def never_stuck(self) -> None:
        """What waits has something that will let it go: a place to come, a canary, a stop told or a resume."""
        lane, road = self.road.lane, self.road
        if road.lane.waiting and road.flow is FlowState.RUNNING and not self.busy and not self.undecided:
            assert road.pending or lane._refused or lane._was_stopped


TestAnyTraffic = AnyTraffic.TestCase


@given(st.lists(st.integers(1, 4), min_size=1, max_size=20))
def test_the_width_of_each_moment_is_never_exceeded(widths: list[int]) -> None:
    road = Road()
    road.prove()
    road.offer(*map(str, range(len(widths) * 4)))
    for width in widths:
        road.width = width
        done = road.started[0]
        road.started.remove(done)
        before = len(road.started)
        road.lane.finished(done)
        assert len(road.started) <= max(width, before)
