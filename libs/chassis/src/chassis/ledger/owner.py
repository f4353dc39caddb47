"""The effect ledger of one partition: how nothing is lost and nothing is done twice.

The contract
- One `PartitionOwner` exists per assignment. `load` is called once, then `run`; `close` ends it. After `close`, and
  after any raise, the instance is useless.
- `load` fences every earlier owner, commits an owner record to every partition this producer writes, and only then
  reads the ledger up to the high watermark taken after that commit. It returns the next offset of each input.
- A decision is a pure function of (entry, event). All it writes commits in one transaction, together with the
  position of the input that caused it. What is decided is visible, and calls start, only after that commit.
- A call that may not be repeated starts only from an entry whose `started` this very owner committed, and only if its
  gate, asked right before the send, still finds it the owner and the decision young. A loaded `started` is in doubt.
- Never two calls at once on a record; the next one starts only when the outcome of the last is committed.
- What may wait: `load`, `run`, `close`, all bounded but `run`. What may raise: `Fenced` and `Unknown`, out of `load`
  and `run`, and the only right reaction is to end the process without initialising again. A caller that raises puts
  its record in doubt (a call of kind once) or parks it.
- An input that a parked record missed, because the log refused what followed, is read again from its topic as soon as a
  decision lets the record go on, and decided like one that comes then.
- A crash at any point leaves: before a commit, nothing; after it, everything it wrote. A call that was running is
  repeated if that is harmless, and settled as doubt by the next owner if not.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from chassis.errors import DoesNotFit
from chassis.failpoints import reached
from chassis.ledger.book import Book
from chassis.ledger.calls import Calls, Width
from chassis.ledger.clock_watch import ClockWatch
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.events import Arrived, Ended, Event, Loaded, Reassert, Undecodable, record_key
from chassis.ledger.inbox import Inbox
from chassis.ledger.journal import Draft, Held, Journal
from chassis.ledger.lane import Lane
from chassis.ledger.machine import Machine
from chassis.ledger.missed import MissedInputs
from chassis.ledger.policy import Policy
from chassis.ledger.ports import (
    Caller,
    Clock,
    Flows,
    LogReader,
    LogRecord,
    MemoryStore,
    Signals,
    Store,
    TransactionalLog,
    Unreadable,
    Wire,
)
from chassis.ledger.records import OWNER, POSITION, Layout, owner_records, read_position
from chassis.ledger.transaction import GroupRefused, commit
from chassis.ledger.words import words

B = TypeVar("B")


class PartitionOwner(Generic[B]):
    """Owns one partition of one ledger, from assignment to revocation. See the module for the contract."""

    def __init__(
        self,
        *,
        partition: int,
        layout: Layout,
        instance: str,
        machine: Machine[B],
        caller: Caller[B],
        flows: Flows,
        wire: Wire[B],
        log: TransactionalLog,
        reader: LogReader,
        clock: Clock,
        fraction: Callable[[], float],
        signals: Signals,
        policy: Policy,
        width: Width,
        store: Store[B] | None = None,
        committed: Callable[[Entry[B]], None] | None = None,
    ) -> None:
        """`committed` is told of every entry after the commit that wrote it; it must not raise or wait."""
        self.partition = partition
        self._layout = layout
        self._instance = instance
        self._wire = wire
        self._log = log
        self._reader = reader
        self._clock = clock
        self._fraction = fraction
        self._signals = signals
        self._policy = policy
        self._committed = committed
        self._book: Book[B] = Book(machine, store if store is not None else MemoryStore())
        self._held: Held[B] = Held(get=self._book.get, holders=self._book.holders)
        self._journal: Journal[B] = Journal(
            machine=machine, wire=wire, layout=layout, policy=policy, partition=partition, instance=instance
        )
        self._inbox = Inbox(policy)
        self._calls: Calls[B] = Calls(
            machine=machine,
            caller=caller,
            flows=flows,
            clock=clock,
            signals=signals,
            policy=policy,
            width=width,
            book=self._book,
            ended=self._put,
        )
        self._work = asyncio.Event()
        self._closing = False
        self._unreadable = 0
        self._missed: MissedInputs[B] = MissedInputs(
            reader=reader, wire=wire, book=self._book, signals=signals, found=self._put
        )
        self._clocks = ClockWatch(
            clock=clock, signals=signals, policy=policy, topic=layout.ledger, partition=partition
        )

    @property
    def fullness(self) -> float:
        """Inputs read and not yet decided, as a share of what may wait: above 1 intake must pause."""
        return self._inbox.fullness

    @property
    def intake(self) -> Mapping[str, int]:
        """How many inputs were read and wait to be decided, by topic; 0 for those that have none."""
        waiting = self._inbox.waiting
        return {topic: waiting[topic] for topic in self._layout.inputs}

    @property
    def book(self) -> Book[B]:
        """The committed entries."""
        return self._book

    @property
    def lanes(self) -> Iterable[tuple[tuple[str, str], Lane]]:
        """The lanes by connection and remote, for metrics."""
        return self._calls.lanes()

    @property
    def intake_stopped(self) -> bool:
        """Whether so many records in a row were unreadable that reading on would only set aside more."""
        return self._unreadable >= self._policy.unreadable_run

    async def load(self) -> dict[str, int]:
        """Take the partition over: fence, owner record, read. The next offset per input topic (absent: the first).

        Raises Fenced or Unknown (also when it takes longer than the bound), ValueError or UnknownSchema for a
        ledger record that cannot be decoded: then nobody may own this partition.
        """
        ledger, partition = self._layout.ledger, self.partition
        await self._log.initialise()
        reached("partition fenced")
        stable = await self._reader.last_stable_offset(ledger, partition)
        if stable < await self._reader.high_watermark(ledger, partition):
            self._signals.count("ledger_markers_missing", topic=ledger)
            self._signals.log(
                "warning", "committed records lack their markers", topic=ledger, partition=partition
            )
        owner = owner_records(self._layout, partition, instance=self._instance, now=self._clock.now())
        await commit(self._log, owner, bound=self._policy.commit_bound)
        reached("owner committed")
        until = await self._reader.high_watermark(ledger, partition)
        positions: dict[str, int] = {}
        async for record in self._reader.read(ledger, partition, until=until):
            self._read(record, positions)
        for entry in self._book.entries():
            if entry.phase is Phase.STARTED:
                self._inbox.put(Loaded(key=entry.key))
            self._missed.look_at(entry)
        self._work.set()
        reached("partition loaded")
        return positions

    async def run(self) -> None:
        """Decide and call until closed. Raises Fenced or Unknown: the process must end."""
        async with asyncio.TaskGroup() as tasks:
            self._calls.open(tasks, behind=self._clocks.behind())
            try:
                await self._decide_until_closed()
            finally:
                self._calls.stop()

    async def _decide_until_closed(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while group := await self._next_group():
                await self._decide(group)
            if self._closing:
                return

    async def _next_group(self) -> list[Event]:
        """What goes on again is told what it missed before anything else is taken in."""
        if not self._closing:
            await self._missed.read_missed()
        return self._inbox.take(inputs=not self._closing)

    def offer(self, record: LogRecord) -> None:
        """An input record was read. Raises UnknownSchema: the input must not be read on."""
        try:
            arrived = self._wire.read_input(record)
        except Unreadable as unreadable:
            self._unreadable += 1
            self._signals.count("unreadable", topic=record.topic)
            self._put(Undecodable(raw=record, reason=str(unreadable)))
        else:
            self._unreadable = 0
            self._put(Arrived(record=arrived))

    def reassert(self) -> None:
        """Commit an owner record: a partition this producer writes shows records without their markers."""
        self._put(Reassert())

    def flows_changed(self, *, connection_changed: str | None = None) -> None:
        """A desired state changed, or the connection with this id."""
        self._calls.flows_changed(connection_changed=connection_changed)

    async def close(self) -> None:
        """Give the partition up: running calls get `policy.revocation` seconds, what they brought is committed."""
        await self._calls.close()
        self._closing = True
        self._work.set()

    async def release(self) -> None:
        """Close the producer, however `load` or `run` ended."""
        await self._log.close()

    def _put(self, event: Event) -> None:
        self._inbox.put(event)
        self._work.set()

    def _read(self, record: LogRecord, positions: dict[str, int]) -> None:
        self._clocks.saw(record)
        if record.kind == POSITION:
            topic, offset = read_position(record)
            positions[topic] = offset
        elif record.kind == OWNER:
            return
        elif not record.value:
            self._book.erase(record.key.decode())
        else:
            entry = self._wire.read_entry(record.value)
            before = self._book.get(entry.key)
            if before is not None and entry.sequence <= before.sequence:
                self._signals.count("ledger_repeated_version", topic=record.topic)
                self._signals.log("error", "an entry's version repeats; the later one wins", record=entry.key)
            self._book.show(entry)

    async def _decide(self, group: Sequence[Event]) -> None:
        """One transaction for the group; if it cannot be written, one for each event, in order."""
        try:
            await self._write(group, self._draft(group))
        except (GroupRefused, DoesNotFit) as refused:
            if len(group) > 1:
                for event in group:
                    await self._decide([event])
                return
            self._signals.log(
                "error", "a decision cannot be written; its record is parked", reason=str(refused)
            )
            await self._write(
                group, self._parked(group[0], words(f"what was decided cannot be written: {refused}"))
            )

    def _draft(self, group: Sequence[Event]) -> Draft[B]:
        try:
            return self._journal.draft(group, self._held, now=self._clock.now(), fraction=self._fraction)
        except DoesNotFit:
            raise
        except Exception as bug:
            # A bug in the rules of one record must not end the process for all of them, again and again.
            raise GroupRefused(f"our own fault: {type(bug).__name__}: {bug}") from bug

    def _parked(self, event: Event, reason: str) -> Draft[B]:
        sent = self._calls.may_have_sent
        return self._journal.parked(event, self._held, reason=reason, now=self._clock.now(), sent=sent)

    async def _write(self, group: Sequence[Event], draft: Draft[B]) -> None:
        begun = self._clock.monotonic()
        if draft.records:
            bound = self._policy.commit_bound
            await commit(self._log, draft.records, bound=bound, reader=self._reader)
        for entry in draft.entries.values():
            self._book.show(entry)
            self._missed.look_at(entry)
            if self._committed is not None:
                self._committed(entry)
        self._signals.count("ledger_decisions", topic=self._layout.ledger)
        for connection_id in draft.alerts:
            self._signals.count("alerts", connection=connection_id)
        for event in group:
            key = record_key(event)
            if key is not None:
                self._calls.committed(key, begun=begun, outcome=isinstance(event, Ended))
