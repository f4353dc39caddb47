"""What a scrape shows of the import: computed at that moment from what is owned."""

from collections.abc import Callable, Iterable, Iterator

from chassis.ledger.ports import Clock
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from masterdata.importing import metrics
from masterdata.importing.core.workload import EntityWork, Workload

__all__ = ["ImportPicture"]


class ImportPicture(Collector):
    """Of the connections whose shard this process owns."""

    def __init__(self, workloads: Callable[[], Iterable[tuple[str, Workload]]], *, clock: Clock) -> None:
        self._workloads = workloads
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry need not look at the workloads to know the names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The gauges of this moment."""
        ours = [
            ((connection_id, entity.entity), entity)
            for connection_id, workload in self._workloads()
            for entity in workload.entities()
        ]
        yield metrics.PENDING.of((labels, float(len(entity.pending))) for labels, entity in ours)
        yield metrics.ASKING.of((labels, float(len(entity.asking))) for labels, entity in ours)
        yield metrics.REFUSED_NOW.of((labels, float(len(entity.refused))) for labels, entity in ours)
        yield metrics.OLDEST.of((labels, self._age(entity)) for labels, entity in ours)

    def _age(self, entity: EntityWork) -> float:
        since = entity.oldest_pending()
        return self._clock.monotonic() - since if since is not None else 0.0
