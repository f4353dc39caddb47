"""One bounded pass over what lies in topics, for people who ask: committed records only, nothing is owned by it."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, TopicPartition

from chassis.errors import NotAnswered, TopicMissing
from chassis.topics import MESSAGE_LIMIT

__all__ = ["Scanned", "is_ledgers_own", "partitions_of", "reading", "scan"]

METADATA_SECONDS = 10.0
POLL_SECONDS = 0.05
BATCH = 2000
END_OF_PARTITION = "_PARTITION_EOF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A committed record. ``value`` is None for a tombstone."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes | None = field(repr=False)


async def scan(
    *,
    bootstrap: str,
    topics: Sequence[str],
    partition: int | None,
    take: Callable[[Scanned], None],
    within: float,
) -> None:
    """Hands every record that lay in the topics when they were reached to ``take``, in order per partition.

    Records of the ledger's own (owner, position) are left out. ``partition`` limits the pass to the shard of one
    connection. ``take`` runs in another thread. Raises NotAnswered after ``within`` seconds or without Kafka,
    TopicMissing, and what ``take`` raises.
    """
    given_up = threading.Event()
    try:
        await asyncio.to_thread(
            _scan,
            bootstrap=bootstrap,
            topics=topics,
            partition=partition,
            take=take,
            within=within,
            given_up=given_up,
        )
    finally:
        given_up.set()


@contextmanager
def reading(bootstrap: str) -> Iterator[Consumer]:
    """A consumer that joins no group and commits nothing; only committed records reach it."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "client.id": "apstream-reader",
            "group.id": "apstream-reader",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 20,
            "max.partition.fetch.bytes": MESSAGE_LIMIT,
        },
        logger=logging.getLogger("chassis.librdkafka"),
    )
    try:
        yield consumer
    except KafkaException as error:
        raise NotAnswered(f"no answer from Kafka at {bootstrap}: {error}; try again") from error
    finally:
        consumer.close()


def partitions_of(consumer: Consumer, topics: Iterable[str], *, bootstrap: str) -> list[TopicPartition]:
    """All partitions of the topics. Raises NotAnswered or TopicMissing."""
    known = _metadata(consumer, bootstrap)
    found = []
    for topic in topics:
        if topic not in known:
            raise TopicMissing(f"{topic} does not exist: run `apstream topics apply`")
        found += [TopicPartition(topic, number, OFFSET_BEGINNING) for number in sorted(known[topic])]
    return found


def is_ledgers_own(message: Message) -> bool:
    """Whether the record only says who owns a partition or how far it has read: it carries a kind."""
    return any(header[0] == "kind" for header in message.headers() or ())


def _metadata(consumer: Consumer, bootstrap: str) -> dict[str, list[int]]:
    try:
        listed = consumer.list_topics(timeout=METADATA_SECONDS)
    except KafkaException as error:
        raise NotAnswered(f"no Kafka at {bootstrap}: {error}") from error
    return {name: list(topic.partitions) for name, topic in listed.topics.items()}


def _scan(
    *,
    bootstrap: str,
    topics: Sequence[str],
    partition: int | None,
    take: Callable[[Scanned], None],
    within: float,
    given_up: threading.Event,
) -> None:
    until = time.monotonic() + within
    with reading(bootstrap) as consumer:
        wanted = [
            each
            for each in partitions_of(consumer, topics, bootstrap=bootstrap)
            if partition in {None, each.partition}
        ]
        left = {(each.topic, each.partition) for each in wanted}
        if not left:
            return
        consumer.assign(wanted)
        while left and not given_up.is_set():
            if time.monotonic() > until:
                names = ", ".join(sorted({topic for topic, _ in left}))
                raise NotAnswered(
                    f"{names}: not read to the end in {within:g} s; name the connection, or try again"
                )
            for message in consumer.consume(BATCH, POLL_SECONDS):
                _take(message, left, take)


def _take(message: Message, left: set[tuple[str, int]], take: Callable[[Scanned], None]) -> None:
    place = (message.topic() or "", message.partition() if message.partition() is not None else -1)
    error = message.error()
    if error is not None:
        if error.name() == END_OF_PARTITION:
            left.discard(place)
        elif error.fatal() or not error.retriable():
            raise KafkaException(error)
    elif place in left and not is_ledgers_own(message):
        take(
            Scanned(
                topic=place[0],
                partition=place[1],
                offset=message.offset() or 0,
                key=message.key() or b"",
                value=message.value(),
            )
        )
