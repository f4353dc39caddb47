"""Hears the audit of some shards from a moment on: how whoever gave an order learns what came of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from ap_domain.audit import AuditEvent
from confluent_kafka import Consumer, Message, TopicPartition

from chassis.errors import NotAnswered
from chassis.records import AUDIT_EVENT
from chassis.topic_scan import is_ledgers_own, partitions_of, reading
from chassis.topics import AUDIT_INGRESS, AUDIT_MASTERDATA, AUDIT_PAYMENTS, AUDIT_VOUCHER_POSTER

__all__ = ["AuditWatch"]

TOPICS = tuple(
    topic.name for topic in (AUDIT_INGRESS, AUDIT_VOUCHER_POSTER, AUDIT_MASTERDATA, AUDIT_PAYMENTS)
)
POLL_SECONDS = 0.2
QUESTION_SECONDS = 10.0


class AuditWatch:
    """The audit events of all services committed on these shards after the watch was entered.

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
                value = _event(message)
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
            places = [
                TopicPartition(each.topic, each.partition, self._end(consumer, each))
                for each in partitions_of(consumer, TOPICS, bootstrap=self._bootstrap)
                if each.partition in self._shards
            ]
            consumer.assign(places)
            self._consumer = consumer
            self._open = opening.pop_all()

    def _end(self, consumer: Consumer, place: TopicPartition) -> int:
        marks = consumer.get_watermark_offsets(place, timeout=QUESTION_SECONDS, cached=False)
        if marks is None:
            raise NotAnswered(f"the end of {place.topic}/{place.partition} is not known; try again")
        return marks[1]


def _event(message: Message) -> bytes | None:
    return None if message.error() is not None or is_ledgers_own(message) else message.value()
