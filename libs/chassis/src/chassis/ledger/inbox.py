"""Events that wait to be decided: outcomes first, then inputs in the order they were read."""

from collections import Counter, deque

from chassis.ledger.events import Arrived, Ended, Event, Loaded, ReadAgain, Reassert, Undecodable, record_key
from chassis.ledger.policy import Policy


class Inbox:
    """Takes events in, hands out groups: at most one event a record, bounded in number and bytes.

    Inputs are never taken out of order: the first whose record is already in the group ends it, so a position
    never passes an input that was not decided.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._own: deque[Ended | Loaded | ReadAgain | Reassert] = deque()
        self._inputs: deque[Arrived | Undecodable] = deque()
        self._bytes = 0

    @property
    def fullness(self) -> float:
        """Inputs that wait, as a share of how many, or how many bytes of them, may wait: 1 is full."""
        return max(len(self._inputs) / self._policy.intake_high, self._bytes / self._policy.intake_bytes)

    @property
    def waiting(self) -> Counter[str]:
        """How many inputs wait, by topic; those of a group that was taken do not wait any more."""
        return Counter(_topic(event) for event in self._inputs)

    def put(self, event: Event) -> None:
        """Add an event at the end of its queue."""
        if isinstance(event, Arrived | Undecodable):
            self._inputs.append(event)
            self._bytes += _weight(event)
        else:
            self._own.append(event)

    def take(self, *, inputs: bool = True) -> list[Event]:
        """The next group; empty if nothing waits. Without `inputs` only what came out of our own calls."""
        group: list[Event] = []
        keys: set[str] = set()
        self._take_own(group, keys)
        size = 0
        while inputs and self._inputs and len(group) < self._policy.group_decisions:
            event = self._inputs[0]
            key = record_key(event)
            weight = _weight(event)
            if key in keys or (size and size + weight > self._policy.group_bytes):
                break
            size += weight
            self._bytes -= weight
            if key is not None:
                keys.add(key)
            group.append(self._inputs.popleft())
        return group

    def _take_own(self, group: list[Event], keys: set[str]) -> None:
        later: list[Ended | Loaded | ReadAgain | Reassert] = []
        while self._own and len(group) < self._policy.group_decisions:
            event = self._own.popleft()
            key = record_key(event)
            if key in keys:
                later.append(event)
                continue
            if key is not None:
                keys.add(key)
            group.append(event)
        self._own.extendleft(reversed(later))


def _topic(event: Arrived | Undecodable) -> str:
    return event.record.topic if isinstance(event, Arrived) else event.raw.topic


def _weight(event: Arrived | Undecodable) -> int:
    return event.record.size if isinstance(event, Arrived) else len(event.raw.value)
