"""Rules of the ledger taken away, each as a patch: whose a partition is, what a commit holds, what doubt means."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from chassis.ledger import missed, owner, transaction, transition, worker
from chassis.ledger.entry import Phase
from chassis.ledger.events import Ended, Event, Loaded, record_key
from chassis.ledger.ports import LogRecord, Refused, TransactionalLog
from chassis.ledger.records import owner_records

from . import sim_log


@contextlib.contextmanager
def without_the_fence() -> Iterator[None]:
    """A new owner takes the id over without raising its epoch: the old one can still write."""

    async def initialise(self: sim_log.SimLog) -> None:
        await self._broker.network()
        self._epoch = self._broker.transaction(self._name).epoch

    with patch.object(sim_log.SimLog, "initialise", initialise):
        yield


@contextlib.contextmanager
def without_the_owner_record() -> Iterator[None]:
    """A new owner reads what looks like the end (the last stable offset) and commits nothing first."""

    async def stable(self: sim_log.SimReader, topic: str, partition: int) -> int:
        return await self.last_stable_offset(topic, partition)

    real = transaction.commit

    async def commit(log: TransactionalLog, records: Sequence[LogRecord], *, bound: float) -> tuple[int, ...]:
        if all(record.kind == "owner" for record in records):
            return ()
        return await real(log, records, bound=bound)

    with patch.object(sim_log.SimReader, "high_watermark", stable), patch.object(owner, "commit", commit):
        yield


@contextlib.contextmanager
def loading_before_the_fence() -> Iterator[None]:
    """A new owner reads first and shuts the old one out seconds later: what that produced in between is not known."""

    async def load(self: Any) -> dict[str, int]:
        ledger, positions = self._layout.ledger, {}
        until = await self._reader.last_stable_offset(ledger, self.partition)
        async for record in self._reader.read(ledger, self.partition, until=until):
            self._read(record, positions)
        await asyncio.sleep(4)
        await self._log.initialise()
        records = owner_records(self._layout, self.partition, instance=self._instance, now=self._clock.now())
        await transaction.commit(self._log, records, bound=self._policy.commit_bound)
        for entry in self._book.entries():
            if entry.phase is Phase.STARTED:
                self._inbox.put(Loaded(key=entry.key))
        self._work.set()
        return positions

    with patch.object(owner.PartitionOwner, "load", load):
        yield


@contextlib.contextmanager
def ignoring_a_revoked_partition() -> Iterator[None]:
    """What was taken away is not given up: the old owner goes on beside the new one until a write tells it."""

    async def revoked(self: Any) -> None:
        for owned in (self._owners, self._tasks, self._ready, self._paused, self._stuck):
            owned.clear()

    with patch.object(worker.LedgerWorker, "revoked", revoked):
        yield


@contextlib.contextmanager
def ignoring_a_refused_send() -> Iterator[None]:
    """The commit does not look at the sends: what was refused is left out and the rest counts."""

    async def commit(log: TransactionalLog, records: Sequence[LogRecord], *, bound: float) -> tuple[int, ...]:
        await log.begin()
        sent = [await log.send(record) for record in records]
        for acknowledged in sent:
            with contextlib.suppress(Refused):
                await acknowledged
        await log.commit()
        return ()

    with patch.object(owner, "commit", commit):
        yield


@contextlib.contextmanager
def publishing_outside_the_transaction() -> Iterator[None]:
    """Ledger entries go out before the transaction, as a plain producer would send them."""
    real = transaction.commit

    async def commit(log: Any, records: Sequence[LogRecord], *, bound: float) -> tuple[int, ...]:
        for record in records:
            if not record.kind:
                await log._broker.network()
                log._broker.publish(record)
        return await real(log, [record for record in records if record.kind] or records[:1], bound=bound)

    with patch.object(owner, "commit", commit):
        yield


@contextlib.contextmanager
def moving_the_position_first() -> Iterator[None]:
    """The position of an input is committed before what follows from it."""
    real = transaction.commit

    async def commit(log: TransactionalLog, records: Sequence[LogRecord], *, bound: float) -> tuple[int, ...]:
        positions = [record for record in records if record.kind == "position"]
        rest = [record for record in records if record.kind != "position"]
        if positions and rest:
            await real(log, positions, bound=bound)
        return await real(log, rest or positions, bound=bound)

    with patch.object(owner, "commit", commit):
        yield


@contextlib.contextmanager
def acting_before_it_is_durable() -> Iterator[None]:
    """An outcome is visible and acted on before it is committed: death in between forgets what was done."""

    async def write(self: Any, group: Sequence[Event], draft: Any) -> None:
        begun = self._clock.monotonic()
        for entry in draft.entries.values():
            self._book.show(entry)
        for event in group:
            key = record_key(event)
            if key is not None:
                self._calls.committed(key, begun=begun, outcome=isinstance(event, Ended))
        if draft.records:
            await transaction.commit(self._log, draft.records, bound=self._policy.commit_bound)

    with patch.object(owner.PartitionOwner, "_write", write):
        yield


@contextlib.contextmanager
def without_the_settle_time() -> Iterator[None]:
    """Doubt is looked at at once, while PeopleSoft may still be working."""
    real = transition._doubt

    def doubt(entry: Any, reason: str, *, now: datetime) -> Any:
        return replace(real(entry, reason, now=now), due=now)

    with patch.object(transition, "_doubt", doubt), patch.object(transition, "EMPTY_LOOKS", 1):
        yield


@contextlib.contextmanager
def forgetting_what_a_refusal_missed() -> Iterator[None]:
    """A parked entry remembers what it missed, and nobody reads that again."""
    with patch.object(missed.MissedInputs, "look_at", lambda self, entry: None):
        yield
