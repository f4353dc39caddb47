"""Which connections are swept by this process, and when: those whose shard it owns."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import structlog
from ap_domain.fetch_state import FetchState
from chassis.connections import Connection, ConnectionDirectory
from chassis.keys import record_key
from chassis.ledger.book import Book
from chassis.ledger.entry import Entry
from chassis.ledger.owner import PartitionOwner
from chassis.ledger.ports import Clock

from ingress.documents import metrics
from ingress.documents.adapters.sweep import Outcome, Sweep

FIRST_SECONDS = 3.0
"""The first turn comes within so long of taking ownership, or of a change of the connection."""
JITTER = 0.1
"""Part of the period by which a turn may come sooner or later, so that connections do not go in step."""
AT_ONCE = 16
"""Turns at once in one process: each may hold a page of documents in memory."""

log = structlog.get_logger("ingress.sweep")


@dataclass(slots=True)
class _Plan:
    """When the next turn of a connection is due, in monotonic seconds, under which version of it."""

    version: int
    due: float
    turn: asyncio.Task[None] | None = None


class SweepSchedule:
    """Level-triggered: looks every `tick` seconds at what is owned and starts what is due.

    Never two turns of one connection at once. What is no longer owned, or was taken off the schedule, is cancelled
    at the next look; until then it may only tell what it found, which is harmless to repeat.
    """

    def __init__(
        self,
        *,
        sweep: Sweep,
        directory: ConnectionDirectory,
        owners: Callable[[], Iterable[PartitionOwner[FetchState]]],
        clock: Clock,
        random: Callable[[], float],
        tick: float = 1.0,
    ) -> None:
        """`random` gives numbers in [0, 1)."""
        self._sweep = sweep
        self._directory = directory
        self._owners = owners
        self._clock = clock
        self._random = random
        self._tick = tick
        self._plans: dict[str, _Plan] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Until cancelled; a turn's own faults do not end it."""
        async with asyncio.TaskGroup() as turns:
            while True:
                self._look(turns)
                await asyncio.sleep(self._tick)

    def _look(self, turns: asyncio.TaskGroup) -> None:
        books = {owner.partition: owner.book for owner in self._owners()}
        ours = {
            connection.id: connection
            for connection in self._directory.all()
            if connection.shard in books and connection.basware.sweep_every
        }
        for connection_id in self._plans.keys() - ours.keys():
            self._give_up(connection_id)
        now = self._clock.monotonic()
        for connection in ours.values():
            plan = self._plans.get(connection.id)
            if plan is None:
                plan = self._plans[connection.id] = _Plan(connection.version, self._soon(now))
                metrics.SWEEP_COMPLETE.labels(connection.id).set(self._clock.now().timestamp())
            if plan.turn is not None and not plan.turn.done():
                continue
            if plan.version != connection.version:
                plan.version, plan.due = connection.version, self._soon(now)
            if now >= plan.due and self._sweep.may_run(connection.id):
                plan.turn = turns.create_task(self._turn(connection, books[connection.shard], plan))

    def _soon(self, now: float) -> float:
        return now + FIRST_SECONDS * self._random()

    def _give_up(self, connection_id: str) -> None:
        plan = self._plans.pop(connection_id)
        if plan.turn is not None:
            plan.turn.cancel()
        metrics.SWEEP_COMPLETE.remove(connection_id)

    async def _turn(self, connection: Connection, book: Book[FetchState], plan: _Plan) -> None:
        left_alone = 0.0
        try:
            async with self._places:
                left_alone = await self._sweep.turn(connection, partial(_entry, book, connection.id))
        except Exception:  # a bug met in one customer's documents must not end the sweeps of all
            log.exception("sweep failed by our own fault", connection=connection.id)
            metrics.SWEEPS.labels(connection.id, Outcome.FAILED).inc()
        every = connection.basware.sweep_every
        period = every.total_seconds() if every else 0.0
        spread = period * JITTER * (2 * self._random() - 1)
        plan.due = self._clock.monotonic() + max(period + spread, left_alone)


def _entry(book: Book[FetchState], connection_id: str, invoice_id: str) -> Entry[FetchState] | None:
    return book.get(record_key(connection_id, invoice_id).decode())
