"""Hears the audit of master data from a moment on: how whoever gave an order learns what came of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from ap_domain.audit import AuditEvent
from chassis.errors import NotAnswered
from chassis.records import AUDIT_EVENT
from chassis.topic_scan import partitions_of, reading
from chassis.topics import AUDIT_MASTERDATA
from confluent_kafka import Consumer, TopicPartition

__all__ = ["MasterDataAudit"]

POLL_SECONDS = 0.2
QUESTION_SECONDS = 10.0


class MasterDataAudit:
    """As `chassis.audit_watch.AuditWatch`, of the services of master data.

    Use as an async context manager. Raises NotAnswered or TopicMissing.
    """

    def __init__(self, *, bootstrap: str, shards: Collection[int]) -> None:
        self._bootstrap = bootstrap
        self._shards = frozenset(shards)
        self._open = ExitStack()
        self._consumer: Consumer | None = None

    async def events(self, *, within: float) -> AsyncIterator[AuditEvent]:
        """Each event as it is committed; ends after ``within`` seconds."""
        if self._consumer is None:
            raise RuntimeError("an audit is heard inside `async with`")
        until = time.monotonic() + within
        while time.monotonic() < until:
            for message in await asyncio.to_thread(self._consumer.consume, 500, POLL_SECONDS):
                value = message.value() if message.error() is None else None
                if value is not None:
                    yield AUDIT_EVENT.decode(value)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._begin)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._open.close)

    def _begin(self) -> None:
        with ExitStack() as opening:
            consumer = opening.enter_context(reading(self._bootstrap))
            known = partitions_of(consumer, [AUDIT_MASTERDATA.name], bootstrap=self._bootstrap)
            consumer.assign(
                [self._at_end(consumer, each) for each in known if each.partition in self._shards]
            )
            self._consumer = consumer
            self._open = opening.pop_all()

    def _at_end(self, consumer: Consumer, place: TopicPartition) -> TopicPartition:
        marks = consumer.get_watermark_offsets(place, timeout=QUESTION_SECONDS, cached=False)
        if marks is None:
            raise NotAnswered(f"the end of {place.topic}/{place.partition} is not known; try again")
        return TopicPartition(place.topic, place.partition, marks[1])
