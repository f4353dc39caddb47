"""What may be sent, and when: watched at the moment of each send, whoever sends."""

from dataclasses import dataclass, field

from chassis.ledger.machine import Call, Kind

from .sim_broker import Broker
from .sim_loop import PROCESS, Process, SimLoop
from .sim_ports import SimFlows

SPACING = 1.0
REACTION = 0.5
"""Seconds within which a pause must reach whoever is about to send."""


@dataclass(slots=True)
class Sends:
    """Two writes on one record keep their spacing; nothing goes out that a paused or stopped flow forbids.

    A process that was frozen may send what it had decided before, of two hosts whose clocks disagree one cannot know
    when the other wrote, and nobody knows of a write that could not be written down: none of these counts.
    """

    loop: SimLoop
    flows: SimFlows
    broker: Broker
    violations: list[str] = field(default_factory=list)
    _last: dict[str, tuple[float, Process]] = field(default_factory=dict)
    _before: dict[str, tuple[float, Process]] = field(default_factory=dict)
    _calling: set[tuple[str, str]] = field(default_factory=set)

    def began(self, record: str, connection_id: str, call: Call) -> None:
        """A call is about to be sent."""
        process, now = PROCESS.get(), self.loop.time()
        if (process.name, record) in self._calling:
            self.violations.append(f"two calls at once on {record}")
        self._calling.add((process.name, record))
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
        self._calling.discard((PROCESS.get().name, record))
        if not arrived and record in self._before:
            self._last[record] = self._before[record]
        elif not arrived:
            self._last.pop(record, None)
