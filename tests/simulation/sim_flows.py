"""What flows are to do: stopped by the services, paused and stopped by people."""

import asyncio
from collections.abc import Callable

from ap_domain.desired_state import FlowState
from chassis.ledger.entry import Stop
from chassis.ledger.machine import Call
from chassis.ledger.ports import Unknown


class SimFlows:
    """Flows: desired states shared by all processes. `stopped` are the services' own stops, `said` what people said."""

    def __init__(self, time: Callable[[], float] = lambda: 0.0) -> None:
        self.stopped: dict[tuple[str, str], Stop] = {}
        self.said: dict[tuple[str, str], tuple[FlowState, float]] = {}
        self.lost: Callable[[], bool] = lambda: False
        self._time = time
        self._since: dict[tuple[str, str], float] = {}

    def state(self, connection_id: str, flow: str) -> FlowState:
        key = (connection_id, flow)
        if key in self.stopped:
            return FlowState.STOPPED
        return self.said[key][0] if key in self.said else FlowState.RUNNING

    async def stop(self, connection_id: str, stop: Stop) -> None:
        await asyncio.sleep(0.01)
        if self.lost():
            raise Unknown("the stop was not acknowledged")
        self.stopped[connection_id, stop.flow] = stop
        self._since[connection_id, stop.flow] = self._time()

    def say(self, connection_id: str, flow: str, state: FlowState) -> None:
        """A person pauses, stops or resumes it."""
        if state is FlowState.RUNNING:
            self.said.pop((connection_id, flow), None)
            self.stopped.pop((connection_id, flow), None)
        else:
            self.said[connection_id, flow] = (state, self._time())

    def forbidden_since(self, connection_id: str, call: Call) -> float | None:
        """Since when this call may not be sent; None if it may."""
        key = (connection_id, call.remote)
        if key in self.stopped:
            return self._since[key]
        state, since = self.said.get(key, (FlowState.RUNNING, 0.0))
        paused = state is FlowState.PAUSED and not call.goes_on_when_paused
        return since if state is FlowState.STOPPED or paused else None
