"""Puts what a poll found on its topic, as long as the shard is ours."""

import asyncio
from collections.abc import Callable, Container, Iterable

from chassis.errors import NotDurable
from chassis.producer import DurableProducer
from chassis.topics import Topic

__all__ = ["ShardPublisher"]


class ShardPublisher:
    """Publishes several records at once. ``owned`` are the shards that are ours at this moment."""

    def __init__(self, *, producer: DurableProducer, owned: Callable[[], Container[int]]) -> None:
        self._producer = producer
        self._owned = owned

    async def publish(self, topic: Topic, records: Iterable[tuple[bytes, bytes]], *, shard: int) -> None:
        """Keys and encoded values; returns once all are durable. Raises NotDurable: some may be there; none, if the
        shard is not ours.
        """
        if shard not in self._owned():
            # Its tables are empty here, so every record looks like one that was never published.
            raise NotDurable(f"shard {shard} has another owner, which polls on; nothing was published here")
        sends = [
            self._producer.send(topic=topic.name, partition=shard, key=key, value=value)
            for key, value in records
        ]
        # All are waited for, also after a failure: none may become durable behind the back of the next poll.
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
