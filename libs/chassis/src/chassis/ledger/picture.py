"""What the owners look like at the moment of a scrape: depth and age by phase, circuits, waiting calls, intake."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from chassis import metrics
from chassis.ledger.entry import Phase
from chassis.ledger.owner import PartitionOwner
from chassis.ledger.ports import Clock
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

_PHASE = ("connection", "phase")
_LANE = ("connection", "remote")
ENTRIES = metrics.computed(
    "ledger_entries", "Records by phase (in_doubt and parked need eyes; final is done).", _PHASE
)
OLDEST = metrics.computed(
    "ledger_oldest_seconds", "How long the oldest record is in its phase; final is left out.", _PHASE
)
CIRCUIT_OPEN = metrics.computed(
    "ledger_circuit_open", "1 while no call but a canary goes to this remote.", _LANE
)
LANE_HELD = metrics.computed(
    "ledger_lane_held", "1 while the circuit is open because the remote asked to be left alone.", _LANE
)
CALLS_WAITING = metrics.computed(
    "ledger_calls_waiting", "Records whose call is due and waits for a free place.", _LANE
)
INTAKE_WAITING = metrics.computed(
    "ledger_intake_waiting", "Input records read and not yet taken up for a decision.", ("topic",)
)
INTAKE_FULLNESS = metrics.computed(
    "ledger_intake_fullness",
    "Share of what a partition may have waiting, by number or bytes; above 1 it reads no further.",
    ("partition",),
)
PARTITIONS_OWNED = metrics.computed("ledger_partitions_owned", "Partitions this process has loaded and owns.")


class LedgerPicture(Collector):
    """Computed at each scrape from what the owners hold. To be registered while the worker runs."""

    def __init__(self, owners: Callable[[], Iterable[PartitionOwner[Any]]], *, clock: Clock) -> None:
        self._owners = owners
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry need not look at the books to know the names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The gauges of this moment."""
        owners = list(self._owners())
        depth: Counter[tuple[str, Phase]] = Counter()
        oldest: dict[tuple[str, Phase], datetime] = {}
        for owner in owners:
            for entry in owner.book.entries():
                place = (entry.connection_id, entry.phase)
                depth[place] += 1
                # A start is as old as itself, however long the record waited for it.
                started = entry.started.at if entry.started and entry.phase is Phase.STARTED else None
                since = started or entry.since
                if since is not None and entry.phase is not Phase.FINAL:
                    oldest[place] = min(since, oldest.get(place, since))
        now = self._clock.now()
        yield ENTRIES.of((place, float(count)) for place, count in depth.items())
        yield OLDEST.of((place, (now - since).total_seconds()) for place, since in oldest.items())
        lanes = [lane for owner in owners for lane in owner.lanes]
        yield CIRCUIT_OPEN.of((place, float(lane.is_open)) for place, lane in lanes)
        yield LANE_HELD.of((place, float(lane.is_throttled)) for place, lane in lanes)
        yield CALLS_WAITING.of((place, float(lane.waiting)) for place, lane in lanes)
        waiting: Counter[str] = Counter()
        for owner in owners:
            waiting.update(owner.intake)
        yield INTAKE_WAITING.of(((topic,), float(count)) for topic, count in waiting.items())
        yield INTAKE_FULLNESS.of(((str(owner.partition),), owner.fullness) for owner in owners)
        yield PARTITIONS_OWNED.of([((), float(len(owners)))])
