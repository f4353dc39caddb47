"""Inputs that a parked record missed, because the log refused what followed from them: read again once it goes on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Generic, TypeVar

from chassis.ledger.book import Book
from chassis.ledger.entry import Entry, Missed, Phase
from chassis.ledger.events import ReadAgain
from chassis.ledger.machine import Decision, Input, Machine, Note
from chassis.ledger.ports import LogReader, LogRecord, Signals, UnknownSchema, Unreadable, Wire

B = TypeVar("B")


class MissedInputs(Generic[B]):
    """Those of one owner. Level-triggered: an entry that is not parked and still remembers some is told of them."""

    def __init__(
        self,
        *,
        reader: LogReader,
        wire: Wire[B],
        book: Book[B],
        signals: Signals,
        found: Callable[[ReadAgain], None],
    ) -> None:
        self._reader = reader
        self._wire = wire
        self._book = book
        self._signals = signals
        self._found = found
        self._wanting: dict[str, None] = {}

    def look_at(self, entry: Entry[B]) -> None:
        """The entry was loaded or committed."""
        if entry.missed and entry.phase is not Phase.PARKED:
            self._wanting[entry.key] = None

    async def read_missed(self) -> None:
        """Read what is wanted, and tell. Raises Unknown. Rare: decisions wait for it as they do for a commit."""
        while self._wanting:
            key = next(iter(self._wanting))
            entry = self._book.get(key)
            for place in entry.missed if entry is not None else ():
                self._tell(key, place, await self._lying_at(place))
            del self._wanting[key]

    async def _lying_at(self, place: Missed) -> LogRecord | None:
        """The record that lies there; None if it does not any more."""
        reading = self._reader.read(place.topic, place.partition, until=place.offset + 1, start=place.offset)
        found = [record async for record in reading if record.offset == place.offset]
        return found[0] if found else None

    def _tell(self, key: str, place: Missed, record: LogRecord | None) -> None:
        try:
            again = self._wire.read_input(record) if record is not None and record.value else None
        except (Unreadable, UnknownSchema) as unreadable:
            # It was readable once; it stays remembered for a release that can read it.
            self._signals.log(
                "error", "a missed input cannot be read again", record=key, error=str(unreadable)
            )
            return
        self._found(ReadAgain(key=key, place=place, record=again))


def on_read_again(
    machine: Machine[B], entry: Entry[B], place: Missed, record: Input | None, *, now: datetime
) -> Decision[B] | None:
    """An input that the record missed was read again: it is decided as if it came at this moment."""
    if place not in entry.missed:
        return None
    taken = replace(entry, missed=tuple(each for each in entry.missed if each != place))
    if record is None:
        where = f"{place.topic}/{place.partition}/{place.offset}"
        reason = f"{where}, of which nothing could be decided, is not there any more"
        return Decision(entry=taken, notes=(Note(action="input gone", detail={"reason": reason}),))
    decision = machine.received(taken, record, now=now)
    return decision if decision.entry is not None else replace(decision, entry=taken)
