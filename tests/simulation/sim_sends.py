"""What may be sent, and when: watched at the moment of each send, whoever sends."""

from dataclasses import dataclass, field

from chassis.ledger.machine import Call, Kind

from .sim_broker import Broker
from .sim_flows import SimFlows
from .sim_loop import PROCESS, Process, SimLoop

SPACING = 1.0
REACTION = 0.5
"""Seconds within which a pause must reach whoever is about to send."""


@dataclass(slots=True)
class Sends:
    """Two writes on one record keep their spacing; no more calls of one connection to one remote than `places` at
    once, and none that a paused or stopped flow forbids.

    A process that was frozen may send what it had decided before, of two hosts whose clocks disagree one cannot know
    when the other wrote, and nobody knows of a write that could not be written down: none of these counts.
    """

    loop: SimLoop
    flows: SimFlows
    broker: Broker
    places: int
    violations: list[str] = field(default_factory=list)
    _last: dict[str, tuple[float, Process]] = field(default_factory=dict)
    _before: dict[str, tuple[float, Process]] = field(default_factory=dict)
    _calling: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """By process and record, the connection and the remote that is asked."""

    def began(self, record: str, connection_id: str, call: Call) -> None:
        """A call is about to be sent."""
        process, now = PROCESS.get(), self.loop.time()
        if (process.name, record) in self._calling:
            self.violations.append(f"two calls at once on {record}")
        lane = self._calling[process.name, record] = connection_id, call.remote
        side_by_side = [name for (name, _), asked in self._calling.items() if asked == lane]
        if side_by_side.count(process.name) > self.places:
            self.violations.append(f"{len(side_by_side)} calls of {connection_id} at once to {call.remote}")
        forbidden = self.flows.forbidden_since(connection_id, call)
        if forbidden is not None and now - forbidden > REACTION and not process.was_frozen:
            self.violations.append(f"{call.name} of {record} was sent although {call.remote} is not running")
        if call.remote != "basware" or call.kind is not Kind.REPEATABLE:
            return
        before = self._last.get(record)
        if before is not None:
            self._before[record] = before
        self._last[record] = (now, process)
        if before is None or now - before[0] >= SPACING:
            return
        strangers = before[1] is not process and before[1].wall_offset != process.wall_offset
        if not (self.broker.refused or strangers or process.was_frozen or before[1].was_frozen):
            self.violations.append(
                f"{call.name} of {record} came {now - before[0]:.2f} s after another write"
            )

    def ended(self, record: str, *, arrived: bool) -> None:
        """The call came to an end; what did not arrive, or was not taken, was no write."""
        self._calling.pop((PROCESS.get().name, record), None)
        if not arrived and record in self._before:
            self._last[record] = self._before[record]
        elif not arrived:
            self._last.pop(record, None)
