"""The ledger's ports that need no broker, as one process sees them: clock, signals and wire."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.ledger.entry import Entry
from chassis.ledger.machine import Input
from chassis.ledger.ports import LogRecord

from .sim_loop import Process, SimLoop

EPOCH = datetime(2026, 11, 22, 8, tzinfo=UTC)


class SimClock:
    """Clock: virtual time, and a wall clock that may be wrong by as much as its process's host says."""

    def __init__(self, loop: SimLoop, process: Process) -> None:
        self._loop = loop
        self._process = process

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self._loop.time() + self._process.wall_offset)

    def monotonic(self) -> float:
        return self._loop.time()


class SimSignals:
    """Signals: counted by name."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def count(self, name: str, **labels: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    def log(self, level: str, event: str, **fields: object) -> None:
        if level == "error":
            self.count(f"error: {event}")


class SimWire:
    """Wire: the types themselves travel; encoding has tests of its own."""

    def entry(self, entry: Entry[Any]) -> Any:
        return entry

    def read_entry(self, value: Any) -> Entry[Any]:
        return value  # type: ignore[no-any-return]

    def payload(self, topic: str, payload: object) -> Any:
        return payload

    def read_input(self, record: LogRecord) -> Input:
        payload: Any = record.value
        return Input(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record_id(payload),
            connection_id=payload.connection_id,
            payload=payload,
        )


def record_id(payload: Any) -> str:
    """The ledger's key of an input: the invoice."""
    names = ("invoice_id", "document_id", "record_id")
    name = next(getattr(payload, name) for name in names if hasattr(payload, name))
    return f"{payload.connection_id}/{name}"
