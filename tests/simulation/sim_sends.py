"""What may be sent, and when: watched at the moment of each send, whoever sends."""

from dataclasses import dataclass, field

from chassis.ledger.machine import Call, Kind

from .sim_broker import Broker
from .sim_flows import SimFlows
from .sim_loop import PROCESS, Process, SimLoop

SPACING = 1.0
REACTION = 0.5
"""Seconds within which a pause must reach whoever is about to send."""


@dataclass(slots=True, kw_only=True)
class Sent:
    """A call that was sent. `wrote` says whether it changed Basware's record, or may have."""

    connection_id: str
    remote: str
    process: Process
    at: float
    wrote: bool


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
    _writes: dict[str, list[Sent]] = field(default_factory=dict)
    """By record, those that the next one may be too close to."""
    _calling: dict[tuple[str, str], Sent] = field(default_factory=dict)
    """By process and record."""

    def began(self, record: str, connection_id: str, call: Call) -> None:
        """A call is about to be sent."""
        process, now = PROCESS.get(), self.loop.time()
        if (process.name, record) in self._calling:
            self.violations.append(f"two calls at once on {record}")
        writes = call.remote == "basware" and call.kind is Kind.REPEATABLE
        sent = self._calling[process.name, record] = Sent(
            connection_id=connection_id, remote=call.remote, process=process, at=now, wrote=writes
        )
        lane = (process, connection_id, call.remote)
        side_by_side = sum(
            (each.process, each.connection_id, each.remote) == lane for each in self._calling.values()
        )
        if side_by_side > self.places:
            self.violations.append(f"{side_by_side} calls of {connection_id} at once to {call.remote}")
        forbidden = self.flows.forbidden_since(connection_id, call)
        if forbidden is not None and now - forbidden > REACTION and not process.was_frozen:
            self.violations.append(f"{call.name} of {record} was sent although {call.remote} is not running")
        if not writes:
            return
        close = [each for each in self._writes.get(record, ()) if each.wrote and now - each.at < SPACING]
        self._writes[record] = [*close, sent]
        for before in close:
            if not self._exempt(before, sent):
                self.violations.append(
                    f"{call.name} of {record} came {now - before.at:.2f} s after another write"
                )

    def _exempt(self, before: Sent, after: Sent) -> bool:
        frozen = before.process.was_frozen or after.process.was_frozen
        clocks_differ = before.process.wall_offset != after.process.wall_offset
        return frozen or clocks_differ or self.broker.refused > 0

    def ended(self, record: str, *, arrived: bool) -> None:
        """The call came to an end; what did not arrive, or was not taken, was no write."""
        sent = self._calling.pop((PROCESS.get().name, record), None)
        if sent is not None and not arrived:
            sent.wrote = False
