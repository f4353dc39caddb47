"""One process of a ledger service: joins the group, owns what it is assigned, ends when it may not go on.

Assignment is co-partitioned: every followed topic has the same partitions, and the same ones land here. Loading
happens outside the rebalance callback (no heartbeats run inside it) with intake paused. A revoked owner waits a
bounded time for its calls. `Fenced` and `Unknown` end the process: whoever owns the partition next settles the rest.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NoReturn, Protocol, TypeVar

from chassis.ledger.owner import PartitionOwner
from chassis.ledger.policy import Policy
from chassis.ledger.ports import Clock, Fenced, LogRecord, Signals, Unknown, UnknownSchema

B = TypeVar("B")

TopicPartition = tuple[str, int]


class Assignments(Protocol):
    """What the group tells its member. Called one at a time; an error in them must end the process."""

    async def revoked(self) -> None: ...

    async def assigned(self, partitions: Sequence[TopicPartition]) -> None: ...


class GroupMember(Protocol):
    """Membership of a consumer group and reading of the assigned inputs. Nothing is read while paused."""

    async def join(self, topics: Sequence[str], listener: Assignments) -> None:
        """Join; the listener is told of each rebalance. Raises Unknown when the brokers cannot be reached."""
        ...

    async def poll(self) -> Sequence[LogRecord]:
        """What was read since the last poll, waiting a bounded time. Records of revoked partitions never come."""
        ...

    def assignment(self) -> frozenset[TopicPartition]:
        """The partitions held at this moment."""
        ...

    def pause(self, partitions: Iterable[TopicPartition]) -> None: ...

    def resume(self, partitions: Iterable[TopicPartition]) -> None: ...

    async def seek(self, partition: TopicPartition, offset: int | None) -> None:
        """Read on from `offset`; None is the first that exists."""
        ...

    async def dangling(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Those whose last stable offset is below the high watermark, with that offset."""
        ...

    async def leave(self) -> None:
        """Leave the group; bounded."""
        ...


RESUMED_AT = 0.5
"""Fullness at which a paused intake goes on."""


class LedgerWorker(Generic[B]):
    """Runs until `stop` is set or the process must end."""

    def __init__(
        self,
        *,
        member: GroupMember,
        inputs: Sequence[str],
        written: Sequence[str],
        make_owner: Callable[[int], PartitionOwner[B]],
        clock: Clock,
        signals: Signals,
        policy: Policy,
        die: Callable[[str], NoReturn],
        static: bool = False,
    ) -> None:
        self._member = member
        self._inputs = tuple(inputs)
        self._written = tuple(written)
        self._make_owner = make_owner
        self._clock = clock
        self._signals = signals
        self._policy = policy
        self._die = die
        self._static = static
        self._owners: dict[int, PartitionOwner[B]] = {}
        self._ready: set[int] = set()
        self._paused: set[int] = set()
        self._stuck: set[int] = set()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._rejoins: deque[float] = deque()
        self._leaving = False

    @property
    def ready(self) -> bool:
        """Whether every assigned partition is loaded."""
        return set(self._owners) == self._ready

    @property
    def owners(self) -> Iterable[PartitionOwner[B]]:
        """The owners that are loaded."""
        return [self._owners[partition] for partition in sorted(self._ready)]

    async def run(self, stop: asyncio.Event) -> None:
        """Own and decide until `stop` is set; then give everything up and leave."""
        watch = asyncio.create_task(self._watch_stability())
        watch.add_done_callback(self._watch_ended)
        try:
            await self._member.join(self._inputs, self)
            while not stop.is_set():
                for record in await self._member.poll():
                    self._take(record)
                self._throttle()
        except Unknown as unknown:
            self._die(f"the group or its topics cannot be read: {unknown}")
        finally:
            watch.cancel()
        self._leaving = True
        await self.revoked()
        await self._member.leave()

    async def revoked(self) -> None:
        """Give up everything owned (rebalancing is eager: all of it is taken at once)."""
        owners, tasks = list(self._owners.values()), list(self._tasks.values())
        for partition in set(self._owners) - self._ready:
            self._tasks[partition].cancel()
        await asyncio.gather(*(owner.close() for owner in owners))
        if tasks:
            await asyncio.wait(tasks, timeout=self._policy.commit_bound)
        self._owners.clear()
        self._tasks.clear()
        self._ready.clear()
        self._paused.clear()
        self._stuck.clear()

    async def assigned(self, partitions: Sequence[TopicPartition]) -> None:
        """Take over what was assigned: intake stays paused until each is loaded."""
        self._member.pause(partitions)
        if self._leaving:
            # A rebalance that ends while the member leaves: nobody would close what began.
            return
        if self._owners:
            self._die("partitions were assigned while others were still owned")
        topics: defaultdict[int, set[str]] = defaultdict(set)
        for topic, partition in partitions:
            topics[partition].add(topic)
        for partition, found in topics.items():
            if found != set(self._inputs):
                self._die(
                    f"partition {partition} of {sorted(set(self._inputs) - found)} went to another process"
                )
        self._count_rejoin()
        for partition in sorted(topics):
            owner = self._owners[partition] = self._make_owner(partition)
            self._tasks[partition] = asyncio.create_task(self._own(partition, owner))

    def flows_changed(self, *, connection_changed: str | None = None) -> None:
        """A desired state changed, or the connection with this id."""
        for owner in self._owners.values():
            owner.flows_changed(connection_changed=connection_changed)

    async def _own(self, partition: int, owner: PartitionOwner[B]) -> None:
        try:
            await self._load_and_run(partition, owner)
        except* TimeoutError:
            self._die(f"partition {partition} did not load within {self._policy.load_bound} s")
        except* (Fenced, Unknown) as ended:
            self._die(f"partition {partition} can no longer be written: {ended.exceptions[0]!r}")
        except* Exception as bug:  # noqa: BLE001 - whatever it was, this process cannot own the partition
            self._die(f"partition {partition} failed: {bug.exceptions[0]!r}")
        finally:
            await owner.release()

    async def _load_and_run(self, partition: int, owner: PartitionOwner[B]) -> None:
        if not self._still_assigned(partition):
            return
        async with asyncio.timeout(self._policy.load_bound):
            positions = await owner.load()
            for topic in self._inputs:
                await self._member.seek((topic, partition), positions.get(topic))
        self._ready.add(partition)
        self._member.resume([(topic, partition) for topic in self._inputs])
        self._signals.log("info", "partition loaded", partition=partition)
        await owner.run()

    def _still_assigned(self, partition: int) -> bool:
        return {(topic, partition) for topic in self._inputs} <= self._member.assignment()

    def _take(self, record: LogRecord) -> None:
        if record.partition in self._stuck or record.partition not in self._ready:
            return
        try:
            self._owners[record.partition].offer(record)
        except UnknownSchema as unknown:
            self._stuck.add(record.partition)
            self._member.pause([(topic, record.partition) for topic in self._inputs])
            self._signals.count("intake_stopped", topic=record.topic)
            self._signals.log(
                "error",
                "intake stopped: written by a schema this release does not know",
                topic=record.topic,
                partition=record.partition,
                error=str(unknown),
            )

    def _throttle(self) -> None:
        """Pause what has too much waiting, resume what has little again. Paused partitions are still polled."""
        for partition in self._ready - self._stuck:
            owner = self._owners[partition]
            full = owner.intake_stopped or owner.fullness > 1
            if full and partition not in self._paused:
                self._paused.add(partition)
                if owner.intake_stopped:
                    self._signals.count("intake_stopped", topic=self._inputs[0])
                    self._signals.log(
                        "error", "intake stopped: a long run of unreadable records", partition=partition
                    )
                self._member.pause([(topic, partition) for topic in self._inputs])
            elif partition in self._paused and not full and owner.fullness <= RESUMED_AT:
                self._paused.discard(partition)
                self._member.resume([(topic, partition) for topic in self._inputs])

    def _count_rejoin(self) -> None:
        """With an instance id of its own a member is not moved about: repeated rejoins mean two hold the id."""
        now = self._clock.monotonic()
        self._rejoins.append(now)
        while self._rejoins and now - self._rejoins[0] > 60:
            self._rejoins.popleft()
        if self._static and len(self._rejoins) > 3:
            self._die(
                "rejoined more than three times in a minute: does another process hold this instance id?"
            )

    def _watch_ended(self, watch: "asyncio.Task[None]") -> None:
        if not watch.cancelled() and (bug := watch.exception()) is not None:
            self._die(f"nobody watches for missing markers any more: {bug!r}")

    async def _watch_stability(self) -> None:
        """A broker crash can leave committed records without their markers: the next commit there releases them."""
        before: dict[TopicPartition, int] = {}
        while True:
            await asyncio.sleep(self._policy.stability_check)
            ours = [(topic, partition) for partition in self._ready for topic in self._written]
            try:
                dangling = await self._member.dangling(ours) if ours else {}
            except Unknown:
                continue
            for (topic, partition), stable in dangling.items():
                if before.get((topic, partition)) == stable and partition in self._ready:
                    self._signals.count("ledger_markers_missing", topic=topic)
                    self._owners[partition].reassert()
            before = dangling
