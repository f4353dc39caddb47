"""ImportApi in memory: stores, works later, and can be as nasty as a test wants it.

Records are told apart by what is in their content: `bad` is refused by the API at once, `cursed` by P2P later.
"""

import asyncio
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chassis.connections import Connection
from masterdata.importing.core.answers import (
    Ended,
    ItemWord,
    LockedOut,
    NoAnswer,
    RequestWord,
    Seen,
    SendAnswer,
    Stored,
    TooLarge,
    TurnedDown,
)
from masterdata.importing.core.ports import Missed, Outgoing

from .virtual_time import seconds_of, this_loop

CURSED = "Record skipped due to wrong or missing CompanyCode (DataValidation)"
BAD = "SCHEMA_VALIDATION_ERROR: name is too long"


@dataclass(slots=True, kw_only=True)
class Item:
    """A record in a request, as it was stored."""

    code: str
    content: str
    at: float
    unchanged: bool
    seen: Seen = Seen.OPEN
    worked_at: float | None = None
    words: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Request:
    """What was stored by one call."""

    entity: str
    at: float
    works_at: float
    items: dict[str, Item]
    acknowledged: bool = False


@dataclass(slots=True, kw_only=True)
class Manners:
    """How it behaves: chances of each evil, seconds, and what it names when it refuses."""

    lost: float = 0.0
    away: float = 0.0
    throttled: float = 0.0
    conflict: float = 0.0
    nameless: float = 0.0
    warned: float = 0.0
    forgets: float = 0.0
    names: str = "guilty"
    most_bytes: int = 10_000_000
    latency: tuple[float, float] = (0.05, 0.5)
    works_within: tuple[float, float] = (1.0, 20.0)
    locked_out: bool = False

    def kind(self) -> "Manners":
        """The same without chance: what is wrong with records stays wrong."""
        return replace(
            self, lost=0.0, away=0.0, throttled=0.0, conflict=0.0, nameless=0.0, forgets=0.0, locked_out=False
        )


@dataclass(slots=True, kw_only=True)
class FakeBasware:
    """One tenant. `stored` is the API's layer, `p2p` what coders can pick, both by entity and code."""

    random: random.Random
    manners: Manners = field(default_factory=Manners)
    most: int = 5
    stored: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)
    p2p: dict[tuple[str, str], str] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    sends: list[tuple[float, str, tuple[str, ...]]] = field(default_factory=list)
    too_soon: list[str] = field(default_factory=list)
    least_spacing: float = 5.0

    def most_records(self, entity: str) -> int:
        return self.most

    async def send(self, connection: Connection, *, entity: str, records: Sequence[Outgoing]) -> SendAnswer:
        manners = self.manners
        assert 0 < len(records) <= self.most
        assert len({record.external_code for record in records}) == len(records)
        self.sends.append((this_loop().time(), entity, tuple(record.external_code for record in records)))
        await asyncio.sleep(self.random.uniform(*manners.latency) / 2)
        evil = self._turned_away(connection, records)
        if evil is not None:
            return evil
        request_id = self._store(entity, records)
        await asyncio.sleep(self.random.uniform(*manners.latency) / 2)
        if self.random.random() < manners.lost:
            await asyncio.sleep(30)
            return NoAnswer(said="no answer in time")
        return Stored(request_id=None if self.random.random() < manners.nameless else request_id)

    async def ask(self, connection: Connection, request_id: str) -> RequestWord | NoAnswer | LockedOut | None:
        await asyncio.sleep(self.random.uniform(*self.manners.latency))
        if self.manners.locked_out:
            return LockedOut(said="the credentials are refused", connection_version=connection.version)
        if self.random.random() < self.manners.away:
            return NoAnswer(said="503")
        self._work()
        request = self.requests.get(request_id)
        if request is None or self.random.random() < self.manners.forgets:
            return None
        return RequestWord(
            ended=self._ended(request),
            items={
                code: (ItemWord(seen=item.seen, words=item.words),) for code, item in request.items.items()
            },
        )

    async def acknowledge(
        self, connection: Connection, request_ids: Sequence[str]
    ) -> NoAnswer | LockedOut | None:
        await asyncio.sleep(self.random.uniform(*self.manners.latency))
        for request_id in request_ids:
            assert self._ended(self.requests[request_id]) is not Ended.OPEN
            self.requests[request_id].acknowledged = True
        return None

    async def missed(
        self, connection: Connection, *, entity: str, codes: Collection[str], since: datetime, besides: str
    ) -> Mapping[str, Missed] | NoAnswer | LockedOut:
        await asyncio.sleep(self.random.uniform(*self.manners.latency))
        self._work()
        items = [
            item
            for request_id, request in self.requests.items()
            if request.entity == entity and request_id != besides
            for item in request.items.values()
            if item.code in codes and (item.worked_at is None or item.worked_at >= seconds_of(since))
        ]
        found: dict[str, Missed] = {}
        for item in sorted(items, key=lambda item: item.worked_at or float("inf")):
            if item.seen in {Seen.OPEN, Seen.REFUSED, Seen.TAKEN, Seen.WARNED}:
                found[item.code] = Missed(seen=item.seen, words=item.words)
        return found

    def _turned_away(self, connection: Connection, records: Sequence[Outgoing]) -> SendAnswer | None:
        manners, chance = self.manners, self.random.random
        if manners.locked_out:
            return LockedOut(said="the credentials are refused", connection_version=connection.version)
        if chance() < manners.throttled:
            return NoAnswer(said="429", after=20.0, throttled=True)
        if chance() < manners.away:
            return NoAnswer(said="503")
        if chance() < manners.conflict:
            return NoAnswer(said="409", whole=False)
        if sum(len(record.content) for record in records) > manners.most_bytes:
            return TooLarge(said="Request Too Long")
        bad = [record.external_code for record in records if "bad" in record.content]
        if not bad:
            return None
        codes = {"guilty": bad, "nobody": [], "all": [record.external_code for record in records]}
        return TurnedDown(guilty=dict.fromkeys(codes[manners.names], (BAD,)), general=(BAD,))

    def _store(self, entity: str, records: Sequence[Outgoing]) -> str:
        self._work()
        now = this_loop().time()
        items = {}
        for record in records:
            place = (entity, record.external_code)
            before = self.stored.get(place)
            if before is not None and now - before[1] < self.least_spacing:
                self.too_soon.append(f"{place} after {now - before[1]:.2f} s")
            self.stored[place] = (record.content, now)
            items[record.external_code] = Item(
                code=record.external_code,
                content=record.content,
                at=now,
                unchanged=before is not None and before[0] == record.content,
            )
        request_id = f"request-{len(self.requests) + 1}"
        works_at = now + self.random.uniform(*self.manners.works_within)
        self.requests[request_id] = Request(entity=entity, at=now, works_at=works_at, items=items)
        return request_id

    def _work(self) -> None:
        """P2P works on what is due by now, in the order in which it was stored."""
        for request in self.requests.values():
            if request.works_at <= this_loop().time():
                for item in request.items.values():
                    if item.seen is Seen.OPEN:
                        self._work_on(request.entity, item)

    def _work_on(self, entity: str, item: Item) -> None:
        place = (entity, item.code)
        item.worked_at = this_loop().time()
        if self.stored[place][1] > item.at and not item.unchanged and self.stored[place][0] != item.content:
            item.seen = Seen.EXPIRED
        elif item.unchanged:
            item.seen = Seen.UNCHANGED
        elif "cursed" in item.content:
            item.seen, item.words = Seen.REFUSED, (CURSED,)
        else:
            self.p2p[place] = item.content
            warned = self.random.random() < self.manners.warned
            item.seen = Seen.WARNED if warned else Seen.TAKEN
            item.words = ("no name in en-US",) if warned else ()

    def _ended(self, request: Request) -> Ended:
        seen = {item.seen for item in request.items.values()}
        if Seen.OPEN in seen:
            return Ended.OPEN
        return Ended.BADLY if Seen.REFUSED in seen else Ended.WELL
