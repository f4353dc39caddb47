"""What the stream application looks like at the moment of a scrape."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from chassis import metrics
from chassis.streams.app_shards import OwnShards
from chassis.streams.ports import StreamService

__all__ = ["StreamPicture"]

SHARDS_OWNED = metrics.computed(
    "stream_shards_owned", "Shards this process owns: recovered, and caught up with what they follow."
)
TABLE_KEYS = metrics.computed("stream_table_keys", "Keys a table holds in this process.", ("table",))
RECOVERY_SECONDS = metrics.computed(
    "stream_recovery_seconds", "How long the last take-over of shards took, tables read whole."
)
FETCH_AGE = metrics.computed(
    "stream_fetch_age_seconds",
    "How long ago the last fetch ended, empty ones included; the watchdog's measure.",
)


class StreamPicture(Collector):
    """Computed at each scrape. ``fetch_age`` gives seconds, or None before the first fetch."""

    def __init__(
        self, shards: OwnShards, service: StreamService, *, fetch_age: Callable[[], float | None]
    ) -> None:
        self._shards = shards
        self._service = service
        self._fetch_age = fetch_age

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry need not look to know the names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The values of this moment."""
        shards = self._shards
        yield SHARDS_OWNED.of([((), float(len(shards.owned())))])
        yield TABLE_KEYS.of(
            ((table.name,), float(shards.tables.size(table))) for table in self._service.tables
        )
        yield RECOVERY_SECONDS.of([((), shards.recovery_seconds)])
        if (age := self._fetch_age()) is not None:
            yield FETCH_AGE.of([((), age)])
