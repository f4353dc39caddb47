"""What an owner decides upon, one at a time per record."""

from dataclasses import dataclass

from chassis.ledger.entry import Missed
from chassis.ledger.machine import Call, Input
from chassis.ledger.outcomes import Outcome
from chassis.ledger.ports import LogRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """An input record was read."""

    record: Input


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecodable:
    """An input record's bytes cannot be decoded; it is set aside with the reason."""

    raw: LogRecord
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The call of a record came to an end. `sequence` is that of the entry it was made for."""

    key: str
    call: Call
    outcome: Outcome
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A new owner found the record `started`."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAgain:
    """An input that a record missed was read again; `record` is None where nothing lies there any more."""

    key: str
    place: Missed
    record: Input | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassert:
    """Commit an owner record: releases what a broker crash left without its marker."""


Event = Arrived | Undecodable | Ended | Loaded | ReadAgain | Reassert


def record_key(event: Event) -> str | None:
    """The record the event is about; None for those that touch no entry."""
    match event:
        case Arrived(record=record):
            return record.key
        case Ended(key=key) | Loaded(key=key) | ReadAgain(key=key):
            return key
        case _:
            return None
