"""How long the call of each entry has still to wait: what its due time says, and what this host has waited itself.

Clocks of hosts differ and are set back. So a wait that was sat through here is over, doubt that was loaded waits for
its settle time from the load, and no wait is longer than the longest back-off or the settle time.
"""

from datetime import datetime
from typing import Generic, TypeVar

from chassis.ledger.entry import Entry, Phase
from chassis.ledger.policy import Policy
from chassis.ledger.ports import Clock

B = TypeVar("B")


class DueTimes(Generic[B]):
    """Those of the entries of one owner."""

    def __init__(self, *, clock: Clock, policy: Policy) -> None:
        self._clock = clock
        self._policy = policy
        self._afresh: set[str] = set()
        self._ripe: dict[str, datetime | None] = {}

    def loaded(self, entry: Entry[B]) -> None:
        """The entry was loaded: doubt waits anew, whatever the earlier owner had waited."""
        if entry.phase is Phase.IN_DOUBT:
            self._afresh.add(entry.key)

    def delay(self, entry: Entry[B]) -> float:
        """Seconds its call has to wait from this moment; it is due where they are not above 0."""
        if entry.started is not None and entry.key in self._afresh:
            return entry.started.settle_seconds
        if entry.due is None or self._ripe.get(entry.key) == entry.due:
            return 0.0
        longest = self._policy.backoff.longest
        if entry.started is not None:
            longest = max(longest, entry.started.settle_seconds)
        return min((entry.due - self._clock.now()).total_seconds(), longest)

    def waited(self, key: str, entry: Entry[B] | None) -> None:
        """The wait is over, also where the wall's clock was set back meanwhile."""
        if key in self._afresh:
            self._afresh.discard(key)
        elif entry is not None:
            self.at_once(entry)

    def at_once(self, entry: Entry[B]) -> None:
        """What it waits for is no reason to wait any more, until it is due at another time."""
        self._ripe[entry.key] = entry.due

    def came_due(self, key: str) -> None:
        """Its call is due: what waited anew has done so."""
        self._afresh.discard(key)

    def forget(self, key: str) -> None:
        """Its call starts, or it wants none: the next wait counts from its due time again."""
        self._ripe.pop(key, None)
