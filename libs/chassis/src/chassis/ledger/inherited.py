"""Which calls the earlier owner may have sent, and whose answers it then lost."""

from datetime import datetime
from typing import Generic, TypeVar

from chassis.ledger.entry import Entry
from chassis.ledger.machine import Call, Kind

B = TypeVar("B")


class Inherited(Generic[B]):
    """Calls that are harmless to repeat and were due when their entries were loaded, until the step is left."""

    def __init__(self) -> None:
        self._steps: dict[str, str] = {}

    def loaded(self, entry: Entry[B], call: Call | None, *, now: datetime) -> None:
        """An entry was loaded that asks for `call`. What is due later cannot have been sent before.

        `now` is by the clock that wrote the entry.
        """
        if call is not None and call.kind is Kind.REPEATABLE and (entry.due is None or entry.due <= now):
            self._steps[entry.key] = entry.step

    def covers(self, entry: Entry[B]) -> bool:
        """Whether the call of this entry may have been sent by the earlier owner."""
        return self._steps.get(entry.key) == entry.step

    def moved(self, entry: Entry[B]) -> None:
        """The entry was replaced: at another step nothing is inherited."""
        if not self.covers(entry):
            self._steps.pop(entry.key, None)
