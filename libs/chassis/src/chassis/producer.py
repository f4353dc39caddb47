"""A producer whose `send` returns only after Kafka has the record on all in-sync replicas."""

import asyncio
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from chassis.errors import NotDurable, RecordTooLarge
from chassis.topics import MESSAGE_LIMIT

__all__ = ["Delivered", "DurableProducer", "Headers"]

Headers = Sequence[tuple[str, bytes]]

LARGEST = MESSAGE_LIMIT - 4096
"""Bytes of key, value and headers together; the rest is room for Kafka's own framing."""
POLL_SECONDS = 0.1
QUEUED_RECORDS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Where the record lies."""

    partition: int
    offset: int


class DurableProducer:
    """Idempotent, acks=all; many sends may be in flight at once, in order per partition.

    `send` raises NotDurable after ``timeout`` seconds at the latest, also when the local queue is full.
    Nothing blocks the event loop. Use as an async context manager; `close` waits for what is in flight.
    """

    def __init__(self, *, bootstrap: str, client_id: str, timeout: float = 10.0, linger_ms: int = 2) -> None:
        self._timeout = timeout
        self._fatal: str | None = None
        self._closing = threading.Event()
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "client.id": client_id,
                "acks": "all",
                "enable.idempotence": True,
                "linger.ms": linger_ms,
                "partitioner": "murmur2_random",
                "message.max.bytes": MESSAGE_LIMIT,
                "delivery.timeout.ms": int(timeout * 1000),
                "request.timeout.ms": int(timeout * 500),
                "queue.buffering.max.messages": QUEUED_RECORDS,
                "queue.buffering.max.kbytes": 256 * 1024,
            },
            logger=logging.getLogger("chassis.librdkafka"),
        )
        self._poller = threading.Thread(target=self._poll, name="kafka-delivery", daemon=True)
        self._poller.start()

    @property
    def fatal(self) -> str | None:
        """Why this producer can never send again (the process should end), or None."""
        return self._fatal

    async def send(
        self, *, topic: str, partition: int, key: bytes, value: bytes | None, headers: Headers | None = None
    ) -> Delivered:
        """Returns once the record is durable. Raises NotDurable (it may be there or not), RecordTooLarge."""
        size = len(key) + len(value or b"") + sum(len(name) + len(content) for name, content in headers or ())
        if size > LARGEST:
            raise RecordTooLarge(f"{topic} {key!r}: {size} bytes, at most {LARGEST} can be sent")
        loop = asyncio.get_running_loop()
        delivered: asyncio.Future[Delivered] = loop.create_future()

        def on_delivery(error: KafkaError | None, message: Message) -> None:
            try:
                loop.call_soon_threadsafe(_settle, delivered, error, message)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return

        try:
            self._producer.produce(
                topic,
                value=value,
                key=key,
                partition=partition,
                headers=list(headers or ()),
                on_delivery=on_delivery,
            )
        except (BufferError, KafkaException) as error:
            raise NotDurable(f"{topic}/{partition} {key!r}: not accepted for sending: {error}") from error
        try:
            # One second more than librdkafka's own bound, so that its reason is reported where it has one.
            return await asyncio.wait_for(delivered, self._timeout + 1)
        except TimeoutError as error:
            raise NotDurable(
                f"{topic}/{partition} {key!r}: no word from Kafka in {self._timeout} s"
            ) from error
        except KafkaException as error:
            raise NotDurable(f"{topic}/{partition} {key!r}: {error}") from error

    async def close(self) -> None:
        """Waits for records in flight, at most ``timeout`` seconds."""
        if not self._closing.is_set():
            await asyncio.to_thread(self._producer.flush, self._timeout)
            self._closing.set()
            await asyncio.to_thread(self._poller.join)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _poll(self) -> None:
        while not self._closing.is_set():
            try:
                self._producer.poll(POLL_SECONDS)
            except KafkaException as error:
                # The client raises a fatal error here, once, and tells no callback of it.
                self._fatal = self._fatal or str(error)


def _settle(delivered: asyncio.Future[Delivered], error: KafkaError | None, message: Message) -> None:
    if delivered.done():
        return
    if error is not None:
        delivered.set_exception(KafkaException(error))
        return
    partition, offset = message.partition(), message.offset()
    if partition is None or offset is None:
        delivered.set_exception(KafkaException(KafkaError(KafkaError.UNKNOWN)))
        return
    delivered.set_result(Delivered(partition=partition, offset=offset))
