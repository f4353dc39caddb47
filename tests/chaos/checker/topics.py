"""Reads every topic of a cluster once, committed records only, and says what nobody can read."""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from .records import Decoder, Json, Record

LARGEST = 10 * 1024 * 1024
UNMARKED_SECONDS = 9.0
"""How long a partition may have records without a verdict: a running owner mends that after five seconds."""

_QUIET = 0
"""What goes wrong is raised; the client says every attempt on stderr besides."""

_AGAIN = 0.5

Partition = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How far a partition reached: `high` when the reading began, `stable` when it ended waiting for it."""

    low: int
    stable: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The records of a cluster by topic, in order of partition and offset; `undecoded` names what no schema reads."""

    records: Mapping[str, Sequence[Record]]
    ends: Mapping[Partition, End] = field(default_factory=dict)
    undecoded: Sequence[str] = ()

    def of(self, topic: str) -> Sequence[Record]:
        """The records of a topic, a ledger's own ones too."""
        return self.records.get(topic, ())

    def partitions(self, topic: str) -> int:
        """How many a topic has."""
        return sum(name == topic for name, _ in self.ends)


def read_log(bootstrap: str, *, decoder: Decoder, only: Collection[str] = (), within: float = 60.0) -> Log:
    """Everything (or of some topics) up to the high watermarks of this moment. Blocks; TimeoutError names what could
    not be read.
    """
    deadline = time.monotonic() + within
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": _QUIET})
    described = admin.list_topics(timeout=within).topics
    places = [
        (name, number)
        for name, topic in sorted(described.items())
        if not name.startswith("__") and (not only or name in only)
        for number in sorted(topic.partitions)
    ]
    committed, uncommitted = IsolationLevel.READ_COMMITTED, IsolationLevel.READ_UNCOMMITTED
    low = _offsets(admin, places, OffsetSpec.earliest, uncommitted, deadline)
    high = _offsets(admin, places, OffsetSpec.latest, uncommitted, deadline)
    stable = _offsets(admin, places, OffsetSpec.latest, committed, deadline)
    patience = min(deadline, time.monotonic() + UNMARKED_SECONDS)
    while (open_ones := [each for each in places if stable[each] < high[each]]) and (
        time.monotonic() < patience
    ):
        time.sleep(0.1)
        stable |= _offsets(admin, open_ones, OffsetSpec.latest, committed, deadline)
    ends = {each: End(low=low[each], stable=stable[each], high=high[each]) for each in places}
    messages = _read(bootstrap, {each: end for each, end in ends.items() if end.stable > end.low}, deadline)
    undecoded: list[str] = []
    records = _decoded(messages, decoder, undecoded)
    return Log(records=records, ends=ends, undecoded=undecoded)


def _offsets(
    admin: AdminClient,
    places: Sequence[Partition],
    spec: Callable[[], OffsetSpec],
    level: IsolationLevel,
    deadline: float,
) -> dict[Partition, int]:
    """Asked again while the broker has just come back: its leaders are newer or older than the client knows."""
    asked = {TopicPartition(*each): spec() for each in places}
    while True:
        answers = admin.list_offsets(asked, isolation_level=level, request_timeout=20)
        try:
            return {(each.topic, each.partition): answer.result().offset for each, answer in answers.items()}
        except KafkaException:
            if time.monotonic() > deadline:
                raise
        time.sleep(_AGAIN)


def _read(bootstrap: str, ends: Mapping[Partition, End], deadline: float) -> dict[Partition, list[Message]]:
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "chaos-checker",
            "enable.auto.commit": False,
            "log_level": _QUIET,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            "isolation.level": "read_committed",
            "max.partition.fetch.bytes": LARGEST,
            "fetch.max.bytes": 8 * LARGEST,
            "queued.max.messages.kbytes": 512 * 1024,
            "fetch.wait.max.ms": 20,
        }
    )
    found: defaultdict[Partition, list[Message]] = defaultdict(list)
    left = dict(ends)
    try:
        consumer.assign([TopicPartition(*each, OFFSET_BEGINNING) for each in left])
        while left:
            if time.monotonic() > deadline:
                raise TimeoutError(f"not read to their ends: {sorted(left)}")
            for message in consumer.consume(10_000, timeout=0.1):
                place, offset = _place(message)
                error = message.error()
                if error is None:
                    found[place].append(message)
                    ended = offset + 1 >= ends[place].stable
                elif error.code() == KafkaError._PARTITION_EOF:
                    ended = True
                else:
                    raise KafkaException(error)
                if ended:
                    left.pop(place, None)
    finally:
        consumer.close()
    return found


def _decoded(
    messages: Mapping[Partition, Sequence[Message]], decoder: Decoder, undecoded: list[str]
) -> dict[str, list[Record]]:
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for place in sorted(messages):
        for message in messages[place]:
            try:
                found[place[0]].append(_record(message, decoder))
            except ValueError as error:
                undecoded.append(f"{message.topic()}/{message.partition()}/{message.offset()}: {error}")
    return dict(found)


def _place(message: Message) -> tuple[Partition, int]:
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    if topic is None or partition is None or offset is None:
        raise TypeError("the client gave a message without a place")
    return (topic, partition), offset


def _record(message: Message, decoder: Decoder) -> Record:
    (topic, partition), offset = _place(message)
    headers = _headers(message)
    raw = message.value() or b""
    kind = headers.get("kind", b"").decode()
    value: Json = {}
    if raw and kind:
        value = json.loads(raw) if raw.startswith(b"{") else {}
    elif raw:
        value = decoder.decode(raw)
    return Record(
        topic=topic,
        partition=partition,
        offset=offset,
        key=(message.key() or b"").decode("utf-8", "replace"),
        value=value,
        raw=raw,
        headers=b" ".join(name.encode() + b"=" + value for name, value in headers.items()),
        kind=kind,
        at=message.timestamp()[1],
    )


def _headers(message: Message) -> dict[str, bytes]:
    pairs: Any = message.headers() or ()
    return {name: value or b"" for name, value in pairs}
