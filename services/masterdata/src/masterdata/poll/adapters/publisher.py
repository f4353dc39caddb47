"""Puts records on `peoplesoft.master-data`."""

from collections.abc import Callable, Container, Sequence

from ap_domain.masterdata.record import MasterRecord
from chassis import topics
from chassis.producer import DurableProducer
from chassis.records import MASTER_RECORD
from chassis.streams.poll_publisher import ShardPublisher


class KafkaPublisher:
    """Keyed by connection, entity and external code."""

    def __init__(self, *, producer: DurableProducer, owned: Callable[[], Container[int]]) -> None:
        """``owned`` are the shards that are ours at this moment."""
        self._publisher = ShardPublisher(producer=producer, owned=owned)

    async def publish(self, records: Sequence[MasterRecord], *, shard: int) -> None:
        """As the port says."""
        keyed = (
            (
                topics.record_key(record.connection_id, record.entity, record.external_code),
                MASTER_RECORD.encode(record),
            )
            for record in records
        )
        await self._publisher.publish(topics.MASTER_DATA, keyed, shard=shard)
