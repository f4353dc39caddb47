"""The entries an owner holds, and who holds which claim."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

from chassis.ledger.entry import Entry
from chassis.ledger.machine import Machine
from chassis.ledger.ports import Store

B = TypeVar("B")


class Book(Generic[B]):
    """Committed entries only. `show` is called after the commit that wrote the entry, or while loading."""

    def __init__(self, machine: Machine[B], store: Store[B]) -> None:
        self._machine = machine
        self._store = store
        self._holders: defaultdict[str, set[str]] = defaultdict(set)

    def get(self, key: str) -> Entry[B] | None:
        """The entry of a record; None if nothing is known of it."""
        return self._store.get(key)

    def entries(self) -> Iterable[Entry[B]]:
        """All entries, in no order."""
        return self._store.entries()

    def holders(self, claim: str) -> frozenset[str]:
        """The keys of the entries that hold the claim."""
        return frozenset(self._holders.get(claim, ()))

    def show(self, entry: Entry[B]) -> None:
        """Replace the record's entry and its claims."""
        self._release(entry.key)
        self._store.put(entry)
        for claim in self._machine.claims(entry):
            self._holders[claim].add(entry.key)

    def erase(self, key: str) -> None:
        """Forget the record (its entry was erased with a tombstone)."""
        self._release(key)
        self._store.remove(key)

    def _release(self, key: str) -> None:
        before = self._store.get(key)
        if before is None:
            return
        for claim in self._machine.claims(before):
            held = self._holders[claim]
            held.discard(key)
            if not held:
                del self._holders[claim]
