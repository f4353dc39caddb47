"""Ways to break the mechanism that the simulation must notice. Each is one rule taken away, as a patch.

`SABOTAGES` maps a name to a context manager; while it is active the ledger runs without that rule.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from chassis.ledger import owner, transaction, transition
from chassis.ledger.journal import Draft, Journal
from chassis.ledger.ports import LogRecord, Refused, TransactionalLog

from . import sim_broker, sim_callers, sim_ports


@contextlib.contextmanager
def without_the_fence() -> Iterator[None]:
    """A new owner takes the id over without raising its epoch: the old one can still write."""

    async def initialise(self: sim_ports.SimLog) -> None:
        await self._broker.network()
        self._epoch = self._broker.transaction(self._name).epoch

    with patch.object(sim_ports.SimLog, "initialise", initialise):
        yield


@contextlib.contextmanager
def without_the_owner_record() -> Iterator[None]:
    """A new owner reads what looks like the end (the last stable offset) and commits nothing first."""

    async def stable(self: sim_ports.SimReader, topic: str, partition: int) -> int:
        return await self.last_stable_offset(topic, partition)

    real = transaction.commit

    async def commit(log: TransactionalLog, records: Sequence[LogRecord], *, bound: float) -> tuple[int, ...]:
        if all(record.kind == "owner" for record in records):
            return ()
        return await real(log, records, bound=bound)

    with patch.object(sim_ports.SimReader, "high_watermark", stable), patch.object(owner, "commit", commit):
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
def without_the_settle_time() -> Iterator[None]:
    """Doubt is looked at at once, while PeopleSoft may still be working."""
    real = transition._doubt

    def doubt(entry: Any, reason: str, *, now: datetime) -> Any:
        return replace(real(entry, reason, now=now), due=now)

    with patch.object(transition, "_doubt", doubt), patch.object(transition, "EMPTY_LOOKS", 1):
        yield


@contextlib.contextmanager
def without_the_find() -> Iterator[None]:
    """Nobody asks PeopleSoft what is there: every look finds nothing."""

    async def nothing(self: Any, key: Any) -> tuple[()]:
        return ()

    with patch.object(sim_callers.InvoiceCaller, "_find", nothing):
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
def sending_whatever_the_age() -> Iterator[None]:
    """The last check before a send is skipped: a process that slept sends what it decided long ago."""
    real = sim_callers.InvoiceCaller.call

    async def call(self: Any, entry: Any, call: Any, *, gate: Any, repeat: bool) -> Any:
        return await real(self, entry, call, gate=lambda: None, repeat=repeat)

    with patch.object(sim_callers.InvoiceCaller, "call", call):
        yield


@contextlib.contextmanager
def starting_calls_before_the_commit() -> Iterator[None]:
    """What was decided is acted on although it is not yet, and may never be, committed."""
    real = owner.PartitionOwner._write

    async def write(self: Any, group: Any, draft: Draft[Any]) -> None:
        begun = self._clock.monotonic()
        for entry in draft.entries.values():
            self._book.show(entry)
            if entry.phase == "started":
                self._calls._begun[entry.key] = begun
                self._calls._tasks.create_task(
                    self._calls._caller.call(
                        entry, self._calls._machine.call(entry), gate=lambda: None, repeat=False
                    )
                )
        await real(self, group, draft)

    with patch.object(owner.PartitionOwner, "_write", write):
        yield


SABOTAGES: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "skip the fence": without_the_fence,
    "skip the owner record": without_the_owner_record,
    "ignore a refused send": ignoring_a_refused_send,
    "skip the settle time": without_the_settle_time,
    "skip Find": without_the_find,
    "publish outside the transaction": publishing_outside_the_transaction,
    "move the input position first": moving_the_position_first,
    "skip the last check before a send": sending_whatever_the_age,
}

__all__ = ["SABOTAGES", "Journal", "sim_broker"]
