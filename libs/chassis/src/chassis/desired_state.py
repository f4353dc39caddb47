"""Which flows should run: followed by every service, written by people and by services that had to stop."""

from collections.abc import Callable
from datetime import datetime

import structlog
from ap_domain.desired_state import DesiredState, FlowState

from chassis.errors import Undecodable
from chassis.follower import CompactedFollower, ConsumerRecord
from chassis.keys import record_key
from chassis.producer import DurableProducer
from chassis.records import DESIRED_STATE as CODEC
from chassis.topics import DESIRED_STATE as TOPIC

__all__ = ["DesiredStateWriter", "DesiredStates", "OnStateChange"]

OnStateChange = Callable[[str, str], None]
"""Called on the event loop with connection id and flow whose state may have changed; must not block."""

log = structlog.get_logger(__name__)


class DesiredStates:
    """The latest word on every flow; a flow nobody spoke of runs.

    A version not higher than the one held is reported and ignored. A stop that names an older version of the
    connection than the current one is void: the connection was corrected after it.
    """

    def __init__(self, *, bootstrap: str, connection_version: Callable[[str], int | None]) -> None:
        """``connection_version`` gives a connection's current version (`ConnectionDirectory.version`)."""
        self._connection_version = connection_version
        self._held: dict[tuple[str, str], DesiredState] = {}
        self._listeners: list[OnStateChange] = []
        self._follower = CompactedFollower(bootstrap=bootstrap, topic=TOPIC, apply=self._on_record)

    async def run(self) -> None:
        """Follows until cancelled; belongs in the service's task group. Raises when the first load fails."""
        await self._follower.run()

    async def loaded(self) -> None:
        """Returns once everything that lay in the topic at the start has been read."""
        await self._follower.ready.wait()

    def problem(self) -> str | None:
        """For `AdminServer.ready_when`."""
        return None if self._follower.ready.is_set() else f"{TOPIC.name} has not been read to its end"

    def state(self, connection_id: str, flow: str) -> FlowState:
        """What the flow should do."""
        held = self._held.get((connection_id, flow))
        if held is None:
            return FlowState.RUNNING
        current = self._connection_version(connection_id)
        void = held.state is FlowState.STOPPED and current is not None and held.connection_version < current
        return FlowState.RUNNING if void else held.state

    def held(self, connection_id: str, flow: str) -> DesiredState | None:
        """The latest word itself: who, why, when."""
        return self._held.get((connection_id, flow))

    def on_change(self, listener: OnStateChange) -> None:
        """Calls ``listener`` after every later change."""
        self._listeners.append(listener)

    def take(self, state: DesiredState) -> None:
        """Makes ``state`` the latest word on its flow, if it is newer."""
        flow = (state.connection_id, state.flow)
        held = self._held.get(flow)
        if state == held:
            return
        if held is not None and state.version <= held.version:
            log.error(
                "a desired state's version is not higher than the one held; ignored",
                connection=state.connection_id,
                flow=state.flow,
                version=state.version,
                held=held.version,
            )
            return
        self._held[flow] = state
        for listener in self._listeners:
            listener(state.connection_id, state.flow)

    def _on_record(self, message: ConsumerRecord) -> None:
        if message.value is None:
            return
        try:
            self.take(CODEC.decode(message.value))
        except Undecodable as error:
            log.warning(
                "a desired state cannot be decoded; ignored", key=repr(message.key), reason=str(error)
            )


class DesiredStateWriter:
    """Writes the next word on a flow with a plain producer, outside any ledger's transaction."""

    def __init__(self, *, producer: DurableProducer, states: DesiredStates) -> None:
        self._producer = producer
        self._states = states

    async def write(
        self,
        *,
        connection_id: str,
        flow: str,
        state: FlowState,
        connection_version: int,
        reason: str,
        actor: str,
        at: datetime,
    ) -> DesiredState:
        """Returns what was written once it is durable, and holds it here at once. Raises NotDurable."""
        held = self._states.held(connection_id, flow)
        word = DesiredState(
            connection_id=connection_id,
            flow=flow,
            state=state,
            version=held.version + 1 if held else 1,
            connection_version=connection_version,
            reason=reason,
            actor=actor,
            at=at,
        )
        await self._producer.send(
            topic=TOPIC.name, partition=0, key=record_key(connection_id, flow), value=CODEC.encode(word)
        )
        self._states.take(word)
        return word
