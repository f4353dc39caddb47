"""The simulated broker's consumer group: sessions that expire, eager rebalances, ranges of partitions."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from chassis.ledger.worker import TopicPartition

from .sim_loop import Process, SimLoop

SESSION = 6.0
"""Seconds without a sign of life after which a member is out."""


@dataclass(slots=True)
class Member:
    """One member of a group."""

    process: Process
    topics: tuple[str, ...]
    generation: int = 0
    taken: int = 0
    wants: asyncio.Event = field(default_factory=asyncio.Event)
    joined: bool = False
    expelled: bool = False


class Group:
    """One group, coordinated by a broker that is down until a time that it says."""

    def __init__(self, loop: SimLoop, *, partitions: int, down_until: Callable[[], float]) -> None:
        self.generation = 0
        self._loop = loop
        self._partitions = partitions
        self._down_until = down_until
        self._members: list[Member] = []
        self._last_seen: dict[str, float] = {}

    def join(self, member: Member) -> None:
        """A member (re)joined: once all have, partitions are assigned by range."""
        if member not in self._members:
            self._members.append(member)
            self._rebalance()
        member.joined = True
        self._assign_if_all()

    def leave(self, member: Member) -> None:
        if member in self._members:
            self._members.remove(member)
            self._rebalance()
            self._assign_if_all()

    def watch(self) -> None:
        """Expel members that gave no sign of life for a session; runs every few seconds in the world."""
        now = self._loop.time()
        down_until = self._down_until()
        if now < down_until:
            # A coordinator that comes back gives every member a whole session again.
            self._last_seen = dict.fromkeys(self._last_seen, down_until)
        else:
            for member in list(self._members):
                if not self._responsive(member, now):
                    member.expelled = True
                    member.wants.set()
                    self.leave(member)
        self._loop.world_later(2.5, self.watch)

    def assignment(self, member: Member) -> list[TopicPartition]:
        """The range assignor: contiguous partitions, the same of every topic."""
        ranked = sorted(self._members, key=lambda each: each.process.name)
        place, count = ranked.index(member), len(ranked)
        share, rest = divmod(self._partitions, count)
        first = place * share + min(place, rest)
        size = share + (1 if place < rest else 0)
        return [(topic, number) for topic in member.topics for number in range(first, first + size)]

    def _responsive(self, member: Member, now: float) -> bool:
        process = member.process
        last = self._last_seen.get(process.name, now)
        if process.alive and process.frozen_until <= now:
            self._last_seen[process.name] = now
            return True
        self._last_seen.setdefault(process.name, last)
        return now - last < SESSION

    def _rebalance(self) -> None:
        """Every member must give up what it has and join again."""
        self.generation += 1
        generation = self.generation
        for member in self._members:
            member.joined = False
            member.wants.set()
        self._loop.world_later(60.0, self._give_up, generation)

    def _give_up(self, generation: int) -> None:
        """The rebalance time-out: who has not joined is out."""
        if generation == self.generation and any(not member.joined for member in self._members):
            for member in [each for each in self._members if not each.joined]:
                member.expelled = True
                self._members.remove(member)
            self._assign_if_all()

    def _assign_if_all(self) -> None:
        if self._members and all(member.joined for member in self._members):
            for member in self._members:
                member.generation = self.generation
                member.wants.set()
