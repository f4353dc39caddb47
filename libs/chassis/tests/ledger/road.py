"""A lane that is driven by hand: what it starts is noted, and its timers fire when they are told to."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from ap_domain.desired_state import FlowState
from chassis.ledger.lane import Lane
from chassis.ledger.policy import Policy

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


def driven_by_hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    """The fixture of a test: a road whose timers the lane gets where it would ask the event loop for some."""
    made = Road()
    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "get_running_loop", lambda: made)
        yield made
