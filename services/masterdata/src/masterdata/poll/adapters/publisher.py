"""Puts records on `peoplesoft.master-data`."""

import asyncio
from collections.abc import Callable, Container, Sequence

from ap_domain.masterdata.record import MasterRecord
from chassis import topics
from chassis.errors import NotDurable
from chassis.producer import DurableProducer
from chassis.records import MASTER_RECORD


class KafkaPublisher:
    """Keyed by connection, entity and external code."""

    def __init__(self, *, producer: DurableProducer, owned: Callable[[], Container[int]]) -> None:
        """``owned`` are the shards that are ours at this moment."""
        self._producer = producer
        self._owned = owned

    async def publish(self, records: Sequence[MasterRecord], *, shard: int) -> None:
        """As the port says."""
        if shard not in self._owned():
            # Its tables are empty here, so every record looks like one that was never published.
            raise NotDurable(f"shard {shard} has another owner, which polls on; nothing was published here")
        sends = [
            self._producer.send(
                topic=topics.MASTER_DATA.name,
                partition=shard,
                key=topics.record_key(record.connection_id, record.entity, record.external_code),
                value=MASTER_RECORD.encode(record),
            )
            for record in records
        ]
        # All are waited for, also after a failure: none may become durable behind the back of the next poll.
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
