"""The transactional log over aiokafka: one producer of one partition, its errors sorted into the port's three.

aiokafka reports a producer it has given up by AssertionError (so never run with `-O`); what it gave up for is
remembered here. After Fenced or Unknown the producer is useless and the process must end.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidProducerEpoch,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    ProducerFenced,
    RecordListTooLargeError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    TransactionCoordinatorFenced,
)
from aiokafka.structs import RecordMetadata
from chassis.ledger.kafka_records import to_headers
from chassis.ledger.ports import Fenced, LogRecord, Refused, Unknown
from chassis.topics import MESSAGE_LIMIT

log = structlog.get_logger(__name__)

LARGEST = MESSAGE_LIMIT - 4096
"""Bytes of key, value and headers of one record; the rest is room for Kafka's own framing."""
BATCH_BYTES = 262_144
REQUEST_SECONDS = 10.0
TRANSACTION_SECONDS = 60.0
CLOSE_SECONDS = 5.0

_REFUSED = (
    MessageSizeTooLargeError,
    RecordTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    InvalidTopicError,
)
_FENCED = (ProducerFenced, InvalidProducerEpoch, TransactionCoordinatorFenced)


class KafkaLog:
    """TransactionalLog of one transactional id. Not shared between tasks; useless after Fenced or Unknown."""

    def __init__(self, *, bootstrap: str, transactional_id: str, start_seconds: float = 60.0) -> None:
        self._bootstrap = bootstrap
        self._id = transactional_id
        self._start_seconds = start_seconds
        self._producer: AIOKafkaProducer | None = None
        self._given_up: Fenced | Unknown | None = None

    async def initialise(self) -> None:
        """As the port says; the producer connects here."""
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            client_id=self._id,
            transactional_id=self._id,
            transaction_timeout_ms=int(TRANSACTION_SECONDS * 1000),
            request_timeout_ms=int(REQUEST_SECONDS * 1000),
            retry_backoff_ms=50,
            linger_ms=0,
            max_batch_size=BATCH_BYTES,
            max_request_size=MESSAGE_LIMIT,
        )
        try:
            async with asyncio.timeout(self._start_seconds):
                await self._producer.start()
        except (KafkaError, OSError) as failed:  # a time-out is an OSError
            raise Unknown(f"{self._id} was not initialised: {failed!r}") from failed

    async def begin(self) -> None:
        """As the port says."""
        async with self._sorted("begin"):
            await self._started().begin_transaction()

    async def send(self, record: LogRecord) -> Awaitable[int]:
        """As the port says. What is too large is refused before it gets near the broker."""
        headers = to_headers(record)
        size = len(record.key) + len(record.value) + sum(len(name) + len(value) for name, value in headers)
        if size > LARGEST:
            raise Refused(f"{record.topic} {record.key!r}: {size} bytes, at most {LARGEST} can be written")
        async with self._sorted(f"send to {record.topic}"):
            delivered = await self._started().send(
                record.topic,
                # Nothing at all, and no mark of an owner: the key is forgotten (a tombstone).
                value=record.value if record.value or record.kind else None,
                key=record.key,
                partition=record.partition,
                headers=headers,
            )
        delivered.add_done_callback(_seen)
        return _Acknowledgement(self._offset, delivered, record.topic)

    async def commit(self) -> None:
        """As the port says."""
        async with self._sorted("commit"):
            await self._started().commit_transaction()

    async def abort(self) -> None:
        """As the port says."""
        async with self._sorted("abort"):
            await self._started().abort_transaction()

    async def close(self) -> None:
        """As the port says."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await producer.stop()
        except Exception as failed:  # noqa: BLE001 - the connection is given up either way
            log.warning(
                "a producer did not close in good order", transactional_id=self._id, error=repr(failed)
            )

    async def _offset(self, delivered: Awaitable[RecordMetadata], topic: str) -> int:
        async with self._sorted(f"send to {topic}"):
            return int((await delivered).offset)

    def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise Unknown(f"{self._id} is not initialised, or closed")
        return self._producer

    @asynccontextmanager
    async def _sorted(self, doing: str) -> AsyncIterator[None]:
        """Turns what the client raises into the port's errors."""
        try:
            yield
        except _REFUSED as refused:
            raise Refused(f"{doing}: {refused}") from refused
        except _FENCED as fenced:
            self._given_up = Fenced(f"{self._id}: {doing}: {fenced}")
            raise self._given_up from fenced
        except (KafkaError, OSError, AssertionError) as failed:
            if self._given_up is None:
                self._given_up = Unknown(f"{self._id}: {doing}: {failed!r}")
            raise self._given_up from failed


class _Acknowledgement:
    """Yields the offset when awaited; may be left alone after another send of the transaction failed."""

    def __init__(
        self,
        offset: Callable[[Awaitable[RecordMetadata], str], Coroutine[Any, Any, int]],
        delivered: Awaitable[RecordMetadata],
        topic: str,
    ) -> None:
        self._offset = offset
        self._delivered = delivered
        self._topic = topic

    def __await__(self) -> Generator[Any, None, int]:
        return self._offset(self._delivered, self._topic).__await__()


def _seen(delivered: asyncio.Future[RecordMetadata]) -> None:
    """A failure nobody waits for any more is no news: the first one ended the transaction."""
    if not delivered.cancelled():
        delivered.exception()
