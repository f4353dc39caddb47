"""How many differences the last reconciliation of each connection found: for metrics, also after a restart."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from ap_domain.reconciliation import DifferenceKind, Reconciliation
from chassis.errors import ChassisError
from chassis.ledger.words import words
from chassis.records import RECONCILIATION
from chassis.topic_scan import Scanned, scan
from chassis.topics import RECONCILIATIONS

__all__ = ["Counted", "Differences", "read_reconciliations"]

TICK_SECONDS = 5.0
READ_WITHIN = 60.0

log = structlog.get_logger("payment_poller")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One reconciliation: when it ran, and its differences by kind and whether they are explained."""

    run_at: datetime
    numbers: Counter[tuple[DifferenceKind, bool]]


class Differences:
    """Kept from what this process publishes, and read from the topic where a shard becomes ours."""

    def __init__(
        self,
        *,
        owned: Callable[[], frozenset[int]],
        read: Callable[[int], Awaitable[Sequence[Reconciliation]]],
    ) -> None:
        """``read`` gives what lies on a shard's partition of the topic; raises ChassisError."""
        self._owned = owned
        self._read = read
        self._shards: dict[int, dict[str, Counted]] = {}
        self._known: set[int] = set()

    async def follow(self) -> None:
        """Until cancelled. What cannot be read is tried again: metrics are all that lacks it."""
        while True:
            await self.look()
            await asyncio.sleep(TICK_SECONDS)

    async def look(self) -> None:
        """Once."""
        self._keep()
        for shard in self._owned() - self._known:
            try:
                for each in await self._read(shard):
                    self.put(each, shard=shard)
            except ChassisError as failed:
                log.warning("earlier reconciliations were not read", shard=shard, reason=words(failed))
            else:
                self._known.add(shard)

    def put(self, found: Reconciliation, *, shard: int) -> None:
        """The last one counts."""
        held = self._shards.setdefault(shard, {})
        before = held.get(found.connection_id)
        if before is None or before.run_at <= found.run_at:
            numbers = Counter((each.kind, bool(each.explained)) for each in found.differences)
            held[found.connection_id] = Counted(run_at=found.run_at, numbers=numbers)

    def connections(self) -> Iterator[tuple[str, Counted]]:
        """The last one of every connection that is ours."""
        self._keep()
        for held in self._shards.values():
            yield from held.items()

    def _keep(self) -> None:
        owned = self._owned()
        self._known &= owned
        for shard in self._shards.keys() - owned:
            del self._shards[shard]


async def read_reconciliations(shard: int, *, bootstrap: str) -> Sequence[Reconciliation]:
    """What lies on the shard's partition. Raises ChassisError."""
    found: list[Reconciliation] = []

    def take(record: Scanned) -> None:
        if record.value is not None:
            found.append(RECONCILIATION.decode(record.value))

    await scan(
        bootstrap=bootstrap,
        topics=(RECONCILIATIONS.name,),
        partition=shard,
        take=take,
        within=READ_WITHIN,
    )
    return found
