"""What a service supplies: pure functions that decide, and the words they speak."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, Rejected, Retry

B = TypeVar("B")


class Kind(StrEnum):
    """How a call may be treated."""

    READ = "read"
    """Changes nothing."""
    REPEATABLE = "repeatable"
    """Changes the remote; harmless to repeat."""
    ONCE = "once"
    """Must not be repeated: only sent after its `started` is committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The one call an entry asks for. `goes_on_when_paused`: it settles or confirms, and starts nothing."""

    name: str
    remote: str
    kind: Kind
    goes_on_when_paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A record for another topic, at the same partition; `payload` is encoded by the topic's schema."""

    topic: str
    key: bytes
    payload: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the audit shall say: `action` is a fixed word, `detail` carries no secret and no bank detail.

    `alert` "yes" in the detail is counted: somebody must look at once.
    """

    action: str
    detail: Mapping[str, str] = field(default_factory=dict)
    request_digest: str | None = None
    answer_digest: str | None = None
    mapping_digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Generic[B]):
    """What follows from one event. `entry` None leaves the ledger as it is; facts and notes still go out.

    The ledger sets the sequence number; whatever the machine puts there is ignored.
    """

    entry: Entry[B] | None
    facts: tuple[Fact, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One decoded record of a followed topic, with where it stood."""

    topic: str
    partition: int
    offset: int
    key: str
    connection_id: str
    payload: object
    size: int = 0
    trace_id: str = ""


Others = Callable[[str], tuple[Entry[B], ...]]
"""The other entries of this partition that hold a claim, as of this transaction."""


class Machine(Protocol[B]):
    """The pure rules of one kind of record. Nothing here reads a clock, waits or raises on bad data."""

    def received(self, entry: Entry[B] | None, record: Input, *, now: datetime) -> Decision[B]:
        """Take in an input record (which may be a repetition or older than what is known)."""
        ...

    def succeeded(self, entry: Entry[B], value: object, *, now: datetime, others: Others[B]) -> Decision[B]:
        """Go on after `Done(value)` of the entry's call."""
        ...

    def rejected(self, entry: Entry[B], outcome: Rejected, *, now: datetime) -> Decision[B]:
        """Go on after a business no."""
        ...

    def adopted(self, entry: Entry[B], value: object, *, now: datetime, others: Others[B]) -> Decision[B]:
        """Go on after a look found that the call in doubt did happen; `value` is what was sighted."""
        ...

    def withdrawn(self, entry: Entry[B], *, now: datetime) -> Entry[B]:
        """The entry as before its `started`: by an answer, or by empty looks, it is known not to have happened.

        Due at `now`; at another step where an input that had to wait replaces the work.
        """
        ...

    def wrote(self, entry: Entry[B], outcome: Done | Retry, *, now: datetime) -> Entry[B]:
        """The entry after a call that may be repeated did, or may have done, something.

        Asked whatever became of the record during the call, so that its next write keeps the distance it must keep.
        """
        ...

    def rested(self, entry: Entry[B]) -> Entry[B]:
        """The entry, which the ledger parked, with when the remote is looked at once more if it is to be."""
        ...

    def call(self, entry: Entry[B]) -> Call | None:
        """The call this entry asks for once due; None if it asks for nothing."""
        ...

    def claims(self, entry: Entry[B]) -> tuple[str, ...]:
        """Names of what this entry holds (a natural key): `others` finds it by them."""
        ...
