"""What the ledger knows of one record: a frozen entry, replaced as a whole by each decision."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

B = TypeVar("B")


class Phase(StrEnum):
    """Where a record stands with the one call its step asks for."""

    WAITING = "waiting"
    """The step's call is wanted, not before `due`."""
    STARTED = "started"
    """A call that may not be repeated was committed as started; only its outcome moves the record."""
    IN_DOUBT = "in_doubt"
    """It was started and nobody knows whether it happened; only looking at the remote settles that."""
    STOPPED = "stopped"
    """The remote refused us as such (credentials, configuration): the flow is stopped and the record waits."""
    PARKED = "parked"
    """A person must decide; only this record waits. A `due` says when the remote is looked at once more meanwhile."""
    FINAL = "final"
    """Nothing is wanted, unless a `due` says when the remote is looked at once more. Never deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What was committed before a call that may not be repeated: enough to settle doubt without asking again.

    `settle_seconds` is how long the remote may still be working on it after we stopped listening.
    `request_digest` is the sha256 of what is sent, as hex; `number` counts the starts of this record.
    """

    at: datetime
    number: int
    settle_seconds: float
    request_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Where an input lies of which nothing could be decided, because the log refused what followed from it."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[B]):
    """The latest state of one record. `sequence` is one more than that of the entry it replaced.

    `since` is when it came into this phase (the ledger sets it, like `sequence`; starts that are given back do not
    end the wait at their step); `due` is an instant in UTC, read as "not before"; `attempts` counts failed calls of
    this step in a row; `tried` says that a call of this step that may be repeated may have taken effect (the ledger
    clears it with the step, unless the same decision set it); `looks` counts empty answers while in doubt; `stop`
    names the flow a refusal stopped and the connection version it was refused under; `missed` are inputs that are read
    again as soon as the record is not parked any more. `body` is the service's own.
    """

    key: str
    connection_id: str
    sequence: int
    phase: Phase
    step: str
    since: datetime | None = None
    due: datetime | None = None
    attempts: int = 0
    tried: bool = False
    looks: int = 0
    reason: str = ""
    started: Started | None = None
    stop: "Stop | None" = None
    missed: tuple[Missed, ...] = ()
    trace_id: str = ""
    body: B


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A flow that must stop for every service: repeated on every load.

    It is void once the connection has a newer version, or somebody resumed the flow after `at`.
    """

    flow: str
    connection_version: int
    at: datetime
    reason: str
