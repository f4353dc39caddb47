"""Flows over the desired states that people and services write, and over the connections they are about."""

from collections.abc import Callable

from ap_domain.desired_state import FlowState
from chassis.connections import Connection, ConnectionDirectory
from chassis.desired_state import DesiredStates, DesiredStateWriter
from chassis.errors import NotDurable
from chassis.ledger.entry import Stop
from chassis.ledger.ports import Clock, Unknown

_STRICTNESS = (FlowState.RUNNING, FlowState.PAUSED, FlowState.STOPPED)


class ConnectionFlows:
    """Flows of one service: a flow is a remote's name, and the service's own name stands for all its remotes.

    A connection that does not exist, or cannot be used here, is stopped: its work waits, nothing is tried. `pauses`
    says which connections this service may start nothing new for, as they are configured.
    """

    def __init__(
        self,
        *,
        service: str,
        directory: ConnectionDirectory,
        states: DesiredStates,
        writer: DesiredStateWriter,
        clock: Clock,
        pauses: Callable[[Connection], bool] = lambda _: False,
    ) -> None:
        self._service = service
        self._directory = directory
        self._states = states
        self._writer = writer
        self._clock = clock
        self._pauses = pauses

    def state(self, connection_id: str, flow: str) -> FlowState:
        """The strictest of what was said of the flow, of the whole service, and of the connection."""
        connection = self._directory.get(connection_id)
        if connection is None:
            return FlowState.STOPPED
        said = (
            FlowState.PAUSED if self._pauses(connection) else FlowState.RUNNING,
            self._states.state(connection_id, flow),
            self._states.state(connection_id, self._service),
        )
        return max(said, key=_STRICTNESS.index)

    async def stop(self, connection_id: str, stop: Stop) -> None:
        """As the port says. Also nothing when it is known already, or void because the connection changed."""
        if self._is_void(connection_id, stop) or self._is_known(connection_id, stop):
            return
        try:
            await self._writer.write(
                connection_id=connection_id,
                flow=stop.flow,
                state=FlowState.STOPPED,
                connection_version=stop.connection_version,
                reason=stop.reason,
                actor=self._service,
                at=self._clock.now(),
            )
        except NotDurable as failed:
            raise Unknown(f"the stop of {stop.flow} of {connection_id}: {failed}") from failed

    def _is_void(self, connection_id: str, stop: Stop) -> bool:
        current = self._directory.version(connection_id)
        if current is not None and current > stop.connection_version:
            return True
        held = self._states.held(connection_id, stop.flow)
        return held is not None and held.state is FlowState.RUNNING and held.at > stop.at

    def _is_known(self, connection_id: str, stop: Stop) -> bool:
        held = self._states.held(connection_id, stop.flow)
        return (
            held is not None
            and held.state is FlowState.STOPPED
            and held.connection_version >= stop.connection_version
        )
