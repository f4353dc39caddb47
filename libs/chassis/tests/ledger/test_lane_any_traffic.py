"""Any traffic, and any pause, stop, refusal and silence in it: what holds of a lane whatever happens."""

import asyncio
from unittest.mock import patch

from ap_domain.desired_state import FlowState
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from .road import Road


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
