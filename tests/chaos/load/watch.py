"""What the ledgers and the polls say, read from the topics as it comes: how people know what waits for them."""

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import apstream_schemas
import fastavro
from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec
from devstack.program import PARTITIONS
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

Value = Mapping[str, Any]

FETCHES, INVOICES, PICTURES = "ledger.documents", "peoplesoft.vouchers", "peoplesoft.payments"
RECORDS, IMPORTS = "peoplesoft.master-data", "masterdata.imports"
RESULTS = ("masterdata.poll-results", "payments.poll-results")
FLOWS = "ap.desired-state"
LEDGERS = (FETCHES, INVOICES)
_INPUTS = ("basware.notifications", "basware.accounting-documents", PICTURES)
"""What the ledgers are fed with: how far each has got stands in their position records."""
_KEPT = (*LEDGERS, RECORDS, IMPORTS)
_OF_SHARDS = (*_KEPT, *_INPUTS, *RESULTS)
_PARTITIONS = [*((topic, number) for topic in _OF_SHARDS for number in range(PARTITIONS)), (FLOWS, 0)]
AT_REST = ("final", "parked")
"""Phases in which an entry wants nothing of a remote."""
_TOLD = ("confirmed", "refused")
"""The words on a master record after which nothing is sent any more."""
_AT_ONCE, _WITHIN, _ENDS_WITHIN = 2000, 0.2, 10.0


class Watch:
    """The latest committed record of each key. `read_on` brings it up to date; nothing is read in between."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._consumer: Consumer | None = None
        self._latest: dict[str, dict[str, Value]] = {topic: {} for topic in (*_KEPT, FLOWS)}
        self._results: dict[tuple[str, str, str], Value] = {}
        self._reached: dict[tuple[str, int], int] = {}
        self._written: dict[tuple[str, int], int] = {}
        self._decided: dict[tuple[str, int], int] = {}
        self._reading = asyncio.Lock()
        self.moved = 0
        """Records read that are no poll's result: it stands still when nothing moves."""

    async def read_on(self, *, within: float = 5.0) -> None:
        """Take in what is there. While Kafka is away this brings nothing and raises nothing."""
        async with self._reading:
            try:
                async with asyncio.timeout(within):
                    while await asyncio.to_thread(self._take):
                        pass
            except TimeoutError:
                return
            except KafkaException:
                self._consumer = None  # begun anew; what was read once is read again

    async def behind(self) -> list[str]:
        """Partitions of which something durable was not read, such as a transaction that nobody ended, and inputs
        that their ledger has not taken in.
        """
        async with self._reading:
            unread = await asyncio.to_thread(self._unread)
        return unread + [
            f"{topic}/{partition}: taken in up to {self._decided.get((topic, partition), 0)} of {end}"
            for (topic, partition), end in sorted(self._written.items())
            if self._decided.get((topic, partition), 0) < end
        ]

    def entries(self, topic: str, connection: str) -> Iterator[Value]:
        """The entries of a ledger, or the last words of another topic, of a connection."""
        return (each for each in self._latest[topic].values() if each["connection_id"] == connection)

    def entry(self, topic: str, connection: str, invoice_id: str) -> Value:
        """An invoice's entry in a ledger; empty before the first."""
        return next(
            (each for each in self.entries(topic, connection) if each["body"]["invoice_id"] == invoice_id), {}
        )

    def parked(self, connection: str) -> list[tuple[str, Value]]:
        """The entries of both ledgers that wait for a person, each with its topic."""
        return [
            (topic, each)
            for topic in LEDGERS
            for each in self.entries(topic, connection)
            if each["phase"] == "parked"
        ]

    def halted(self, connection: str) -> list[Value]:
        """The last word on each flow that does not run."""
        return [each for each in self.entries(FLOWS, connection) if each["state"] != "running"]

    def full_poll(self, connection: str, subject: str, *, since: datetime) -> Value | None:
        """The last complete reading of all of a subject, if it began not before."""
        found = self._results.get((connection, subject, "full"))
        return found if found and found["outcome"] == "complete" and found["started_at"] >= since else None

    def moving(self, connection: str) -> list[str]:
        """Everything of a connection that is not at rest, in words."""
        return [*self._unfinished(connection), *self._untold(connection)]

    def take_in(self, topic: str, key: str, value: Value) -> None:
        """One committed record."""
        if topic in RESULTS:
            self._results[value["connection_id"], value["subject"], value["kind"]] = value
        else:
            self._latest[topic][key] = value
            self.moved += 1

    def _unfinished(self, connection: str) -> Iterator[str]:
        for topic in LEDGERS:
            for each in self.entries(topic, connection):
                if each["phase"] not in AT_REST:
                    yield (
                        f"{topic} {connection}/{each['body']['invoice_id']}: {each['step']} {each['phase']}, "
                        f"{each['reason'] or 'no reason'}"
                    )

    def _untold(self, connection: str) -> Iterator[str]:
        told = self._latest[IMPORTS]
        for key, record in self._latest[RECORDS].items():
            if record["connection_id"] != connection:
                continue
            word = told.get(key)
            if word is None or word["digest"] != record["digest"] or word["step"] not in _TOLD:
                yield f"{RECORDS} {key}: {word['step'] if word else 'nothing was told'}"

    def _take(self) -> bool:
        """Whether anything came."""
        if self._consumer is None:
            self._consumer = self._begin()
        messages = self._consumer.consume(_AT_ONCE, _WITHIN)
        for message in messages:
            self._note(message)
        return bool(messages)

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
        consumer.assign([TopicPartition(*each, OFFSET_BEGINNING) for each in _PARTITIONS])
        return consumer

    def _note(self, message: Any) -> None:
        place = message.topic(), message.partition()
        error = message.error()
        if error is not None:
            if error.code() == KafkaError._PARTITION_EOF:
                self._reached[place] = message.offset()
            return
        topic = message.topic()
        self._reached[place] = message.offset() + 1
        kinds = [kind for name, kind in message.headers() or () if name == "kind"]
        if kinds == [b"position"]:
            position = json.loads(message.value())
            self._decided[position["topic"], message.partition()] = position["offset"]
        elif not kinds and topic in _INPUTS:
            self._written[place] = message.offset() + 1
            self.moved += 1
        elif not kinds and message.value() is not None:
            self.take_in(topic, message.key().decode(), _decoded(message.value()))

    def _unread(self) -> list[str]:
        latest: Callable[[], OffsetSpec] = OffsetSpec.latest
        asked = {TopicPartition(*each): latest() for each in _PARTITIONS}
        admin = AdminClient({"bootstrap.servers": self._bootstrap}, logger=_QUIET)
        try:
            # Uncommitted ones count: a transaction that nobody ends holds up every reader.
            found = admin.list_offsets(
                asked, isolation_level=IsolationLevel.READ_UNCOMMITTED, request_timeout=_ENDS_WITHIN
            )
            ends = {(each.topic, each.partition): told.result().offset for each, told in found.items()}
        except KafkaException as error:
            return [f"Kafka does not say how far its topics go: {error}"]
        return [
            f"{topic}/{number}: read up to {self._reached.get((topic, number), 0)} of {end}"
            for (topic, number), end in sorted(ends.items())
            # Schedules poll on; what a poll finds comes to the other topics.
            if topic not in RESULTS and self._reached.get((topic, number), 0) < end
        ]


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
