"""What is to be done for one connection, by entity: kept beside the table, so that no look has to go through it."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import ceil

from ap_domain.masterdata.entity import import_rank
from ap_domain.masterdata.record import ImportState, ImportStep
from ap_domain.masterdata.standing import Standing, told
from chassis.keys import split_key
from chassis.ledger.ports import Clock

from masterdata.importing.core.pace import Pace

__all__ = ["NO_REQUEST", "EntityWork", "Pick", "Workload"]

NO_REQUEST = ""
"""Stands for the request of a record that was sent without learning of any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A record taken up to be sent, and where its content lies."""

    key: bytes
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A record whose wanted version was not found where it should lie; it is looked for again from `until` on."""

    since: float
    until: float


@dataclass(slots=True, kw_only=True)
class EntityWork:
    """One entity. `turns` orders what is pending by when it may be sent, then by where it lies.

    `held` gives the monotonic second by key before which a record is not sent, `since` the begin of its wait; a batch
    is gathered since `gathering_since`, and the entity is left alone until `rest_until`.
    """

    entity: str
    pending: dict[bytes, tuple[float, int]] = field(default_factory=dict)
    turns: list[tuple[float, int, bytes]] = field(default_factory=list)
    in_hand: set[bytes] = field(default_factory=set)
    held: dict[bytes, float] = field(default_factory=dict)
    since: dict[bytes, float] = field(default_factory=dict)
    asking: dict[bytes, str] = field(default_factory=dict)
    refused: set[bytes] = field(default_factory=set)
    missing: dict[bytes, Missing] = field(default_factory=dict)
    last_arrival: float = float("-inf")
    gathering_since: float = float("-inf")
    rest_until: float = float("-inf")

    @property
    def unsettled(self) -> bool:
        """Whether Basware must still be told of something, or its word on something is awaited."""
        return bool(self.pending or self.asking)

    def oldest_pending(self) -> float | None:
        """Since when the record waits that waits longest, in monotonic seconds."""
        return min((self.since[key] for key in self.pending if key in self.since), default=None)


class Workload:
    """All entities of one connection. Called on the event loop only; never waits.

    What the process itself made known is remembered until the table shows it, so that nothing is sent or said twice
    in between.
    """

    def __init__(
        self,
        *,
        standing: Callable[[bytes], Standing | None],
        spacing: Callable[[], float],
        clock: Clock,
        pace: Pace,
    ) -> None:
        """`standing` reads the table; `spacing` is the connection's, in seconds."""
        self._table = standing
        self._spacing = spacing
        self._clock = clock
        self._pace = pace
        self._ahead: dict[bytes, ImportState] = {}
        self._entities: dict[bytes, EntityWork] = {}
        self._requests: dict[str, dict[bytes, None]] = {}

    def entities(self) -> Iterator[EntityWork]:
        """Those that ever had work here, in the order of import."""
        return iter(sorted(self._entities.values(), key=lambda work: (import_rank(work.entity), work.entity)))

    def requests(self) -> Iterable[str]:
        """The requests whose outcome is awaited."""
        return tuple(self._requests)

    def keys_of(self, request_id: str) -> tuple[bytes, ...]:
        """The records whose last send is in this request."""
        return tuple(self._requests.get(request_id, ()))

    def standing(self, key: bytes) -> Standing | None:
        """Where the record stands, with what this process made known since."""
        held = self._table(key)
        ahead = self._ahead.get(key)
        return told(held, ahead) if ahead is not None else held

    def made_known(self, key: bytes, state: ImportState) -> None:
        """`state` is durable; the table will show it later."""
        held = self._ahead.get(key)
        if held is None or state.sequence > held.sequence:
            self._ahead[key] = state
        self.changed(key)

    def changed(self, key: bytes) -> None:
        """The record's standing changed, or is looked at for the first time."""
        held = self._table(key)
        ahead = self._ahead.get(key)
        if ahead is not None and held is not None and held.told and held.told.sequence >= ahead.sequence:
            del self._ahead[key]
        standing = self.standing(key)
        work = self._work(key)
        self._put_pending(work, key, standing)
        self._put_asking(work, key, standing)
        if standing is not None and not standing.pending and _step(standing) is ImportStep.REFUSED:
            work.refused.add(key)
        else:
            work.refused.discard(key)
        if key not in work.pending and key not in work.asking:
            work.since.pop(key, None)
        elif key not in work.since:
            work.since[key] = work.last_arrival = self._clock.monotonic()

    def take(self, work: EntityWork, most: int) -> list[Pick]:
        """Up to so many records that may be sent, into the caller's hand until they are released."""
        now = self._clock.monotonic()
        picks: list[Pick] = []
        while work.turns and len(picks) < most and work.turns[0][0] <= now:
            ready, offset, key = heapq.heappop(work.turns)
            if key not in work.in_hand and work.pending.get(key) == (ready, offset):
                work.in_hand.add(key)
                picks.append(Pick(key=key, offset=offset))
        return sorted(picks, key=lambda pick: pick.offset)

    def ready(self, work: EntityWork, most: int) -> int:
        """How many records may be sent, counted up to `most`; those overtaken in the queue may be among them."""
        now = self._clock.monotonic()
        if not work.turns or work.turns[0][0] > now:
            return 0
        waiting = len(work.pending) - len(work.in_hand)
        return min(most, max(waiting, 0))

    def hold(self, key: bytes, seconds: float) -> None:
        """The record is not sent within so many seconds, whatever its standing says."""
        work = self._work(key)
        until = self._clock.monotonic() + seconds
        work.held[key] = max(until, work.held.get(key, until))

    def miss(self, key: bytes, *, seconds: float) -> float:
        """The version that is wanted was not found. For how long it has been missing; it rests for `seconds`."""
        work, now = self._work(key), self._clock.monotonic()
        since = work.missing[key].since if key in work.missing else now
        work.missing[key] = Missing(since=since, until=now + seconds)
        return now - since

    def release(self, picks: Iterable[Pick]) -> None:
        """Gives records back; what is still pending comes again when it may."""
        for pick in picks:
            work = self._work(pick.key)
            work.in_hand.discard(pick.key)
            self._put_pending(work, pick.key, self.standing(pick.key), again=True)

    def _work(self, key: bytes) -> EntityWork:
        part = key.split(b"/", 2)[1]
        work = self._entities.get(part)
        if work is None:
            work = self._entities[part] = EntityWork(entity=split_key(key)[1])
        return work

    def _put_pending(
        self, work: EntityWork, key: bytes, standing: Standing | None, *, again: bool = False
    ) -> None:
        if standing is None or not standing.pending:
            work.pending.pop(key, None)
            work.missing.pop(key, None)
            return
        known = work.pending.get(key)
        if known is not None and known[1] != standing.wanted_offset:
            work.missing.pop(key, None)
        entry = (self._may_go_at(work, key, standing), standing.wanted_offset)
        if known == entry and not again:
            return
        if len(work.pending) == len(work.in_hand):
            work.gathering_since = self._clock.monotonic()
        work.pending[key] = entry
        if key not in work.in_hand:
            heapq.heappush(work.turns, (*entry, key))

    def _may_go_at(self, work: EntityWork, key: bytes, standing: Standing) -> float:
        """Whole seconds, so that what may go at about the same time is read in the order in which it lies."""
        now = self._clock.monotonic()
        at = work.held.get(key, 0.0)
        if at <= now:
            work.held.pop(key, None)
        if key in work.missing:
            at = max(at, work.missing[key].until)
        last = standing.told
        if last is not None:
            wait = self._spacing()
            if last.step is ImportStep.DUE and last.attempts > 1:
                wait = max(wait, self._pace.repeat.seconds(attempt=last.attempts - 1, fraction=1.0))
            left = (last.at - self._clock.now()).total_seconds() + wait
            at = max(at, now + min(left, wait))
        return float(ceil(at)) if at > now else 0.0

    def _put_asking(self, work: EntityWork, key: bytes, standing: Standing | None) -> None:
        request = _awaited(standing)
        before = work.asking.get(key)
        if before == request:
            return
        if before is not None:
            del work.asking[key]
            keys = self._requests[before]
            del keys[key]
            if not keys:
                del self._requests[before]
        if request is not None:
            work.asking[key] = request
            self._requests.setdefault(request, {})[key] = None


def _step(standing: Standing) -> ImportStep | None:
    return standing.told.step if standing.told is not None else None


def _awaited(standing: Standing | None) -> str | None:
    """The request whose outcome says what became of the record; None when nothing is awaited."""
    last = standing.told if standing is not None else None
    if last is None or last.step is not ImportStep.SENT:
        return None
    return last.request_id or NO_REQUEST
