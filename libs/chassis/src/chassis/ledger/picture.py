"""What the owners' books look like at the moment of a scrape: depth and age by phase, circuits, waiting calls."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from chassis import metrics
from chassis.ledger.entry import Phase
from chassis.ledger.owner import PartitionOwner
from chassis.ledger.ports import Clock
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import REGISTRY, Collector, CollectorRegistry

_PHASE = ("connection", "phase")
_LANE = ("connection", "remote")
_GAUGES = {
    "ledger_entries": ("Records by phase (in_doubt and parked need eyes; final is done).", _PHASE),
    "ledger_oldest_seconds": ("How long the oldest record is in its phase; final is left out.", _PHASE),
    "ledger_circuit_open": ("1 while no call but a canary goes to this remote.", _LANE),
    "ledger_calls_waiting": ("Records whose call is due and waits for a free place.", _LANE),
    "ledger_partitions_owned": ("Partitions this process has loaded and owns.", ()),
}


def define_gauges() -> None:
    """Put the gauges into the catalogue of metrics, from which the page is made."""
    for name, (text, labels) in _GAUGES.items():
        full = f"{metrics.PREFIX}{name}"
        metrics.CATALOGUE[full] = metrics.Metric(name=full, kind="gauge", help=text, labels=labels)


define_gauges()


class LedgerPicture(Collector):
    """Computed at each scrape from what the owners hold. Use `watch` while the worker runs."""

    def __init__(self, owners: Callable[[], Iterable[PartitionOwner[Any]]], *, clock: Clock) -> None:
        self._owners = owners
        self._clock = clock

    def watch(self, registry: CollectorRegistry = REGISTRY) -> Callable[[], None]:
        """Add this picture to the registry; the result takes it out again."""
        registry.register(self)
        return lambda: registry.unregister(self)

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
                if entry.since is not None and entry.phase is not Phase.FINAL:
                    oldest[place] = min(entry.since, oldest.get(place, entry.since))
        now = self._clock.now()
        yield _gauge("ledger_entries", ((place, float(count)) for place, count in depth.items()))
        yield _gauge(
            "ledger_oldest_seconds",
            ((place, (now - since).total_seconds()) for place, since in oldest.items()),
        )
        lanes = [lane for owner in owners for lane in owner.lanes]
        yield _gauge("ledger_circuit_open", ((place, float(lane.is_open)) for place, lane in lanes))
        yield _gauge("ledger_calls_waiting", ((place, float(lane.waiting)) for place, lane in lanes))
        yield _gauge("ledger_partitions_owned", [((), float(len(owners)))])


def _gauge(name: str, values: Iterable[tuple[tuple[str, ...], float]]) -> GaugeMetricFamily:
    text, labels = _GAUGES[name]
    family = GaugeMetricFamily(f"{metrics.PREFIX}{name}", text, labels=labels)
    for place, value in values:
        family.add_metric([str(part) for part in place], value)
    return family
