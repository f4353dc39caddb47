"""Committed records of some topics, message by message, decoded by the published schemas."""

import io
import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import apstream_schemas
import fastavro
from confluent_kafka import OFFSET_BEGINNING, Consumer, IsolationLevel, KafkaError, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

Value = Mapping[str, Any]
Place = tuple[str, int]
"""Topic and partition."""
_AT_ONCE, _WITHIN, _ENDS_WITHIN = 2000, 0.2, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What is made of one message: the end of a partition, a ledger's position, something opaque, or a value."""

    place: Place
    next: int
    key: str = ""
    position: Value | None = None
    opaque: bool = False
    value: Value | None = None


class TopicFeed:
    """Partitions from their beginning. `opaque` topics are not decoded.

    `fetch` blocks and belongs into a thread, which may outlive who waits for it: what it brought is there at the next
    turn at the latest.
    """

    def __init__(self, bootstrap: str, partitions: Sequence[Place], *, opaque: Collection[str]) -> None:
        self._bootstrap = bootstrap
        self._partitions = partitions
        self._opaque = opaque
        self._consumer: Consumer | None = None
        self._fetching = threading.Lock()
        self._came: deque[Read] = deque()

    def fetch(self) -> bool:
        """Whether anything came within a moment; KafkaException."""
        with self._fetching:
            if self._consumer is None:
                self._consumer = self._begin()
            messages = self._consumer.consume(_AT_ONCE, _WITHIN)
            self._came.extend(read for read in map(self._read, messages) if read is not None)
        return bool(messages)

    def came(self) -> Iterator[Read]:
        """What was fetched and not yet taken."""
        while self._came:
            yield self._came.popleft()

    def begin_anew(self) -> None:
        """The next fetch begins with the first records once more."""
        self._consumer = None

    def ends(self) -> dict[Place, int]:
        """How far the partitions were written, uncommitted records too: a transaction that nobody ends holds up every
        reader. KafkaException.
        """
        latest: Callable[[], OffsetSpec] = OffsetSpec.latest
        admin = AdminClient({"bootstrap.servers": self._bootstrap}, logger=_QUIET)
        found = admin.list_offsets(
            {TopicPartition(*each): latest() for each in self._partitions},
            isolation_level=IsolationLevel.READ_UNCOMMITTED,
            request_timeout=_ENDS_WITHIN,
        )
        return {(each.topic, each.partition): told.result().offset for each, told in found.items()}

    def _begin(self) -> Consumer:
        consumer = Consumer(
            {
                "bootstrap.servers": self._bootstrap,
                "group.id": "chaos-load",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 100,
                "reconnect.backoff.max.ms": 1000,
            },
            logger=_QUIET,
        )
        consumer.assign([TopicPartition(*each, OFFSET_BEGINNING) for each in self._partitions])
        return consumer

    def _read(self, message: Any) -> Read | None:
        place = (message.topic(), message.partition())
        error = message.error()
        if error is not None:
            # Where a transaction ends there is an offset without a message: only the end tells that it was reached.
            at_end = error.code() == KafkaError._PARTITION_EOF
            return Read(place=place, next=message.offset()) if at_end else None
        here = Read(place=place, next=message.offset() + 1)
        kinds = [kind for name, kind in message.headers() or () if name == "kind"]
        if kinds:
            return replace(here, position=json.loads(message.value()) if kinds == [b"position"] else None)
        if message.topic() in self._opaque:
            return replace(here, opaque=True)
        if message.value() is None:
            return here
        return replace(here, key=message.key().decode(), value=_decoded(message.value()))


def _schemas() -> dict[bytes, Any]:
    parsed = [parse_schema(json.loads(text)) for text in apstream_schemas.current().values()]
    return {
        bytes.fromhex(fingerprint(to_parsing_canonical_form(each), "CRC-64-AVRO")): each for each in parsed
    }


_SCHEMAS = _schemas()
_QUIET = logging.getLogger("tests.chaos.load.librdkafka")
_QUIET.setLevel(logging.CRITICAL)


def _decoded(data: bytes) -> Value:
    """Avro single-object encoding: C3 01, the schema's CRC-64-AVRO, the body."""
    value = fastavro.schemaless_reader(io.BytesIO(data[10:]), _SCHEMAS[data[2:10]], None)
    assert isinstance(value, dict)
    return value
