"""Bytes to types and back for one ledger service, by the Avro schemas of its topics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from chassis.avro import AvroType
from chassis.errors import Undecodable
from chassis.errors import UnknownSchema as UnknownToAvro
from chassis.keys import record_key
from chassis.ledger.entry import Entry
from chassis.ledger.machine import Input
from chassis.ledger.ports import LogRecord, UnknownSchema, Unreadable
from chassis.trace import HEADER

B = TypeVar("B")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputType:
    """How a followed topic is read: its codec, and which record of which connection a payload is about."""

    codec: AvroType[Any]
    about: Callable[[Any], tuple[str, str]]


class KafkaWire(Generic[B]):
    """Wire. An entry's key is its Kafka key as text: connection and record, percent-encoded.

    `trace_id` of an input is the whole W3C traceparent of its header, so that it can be passed on as it is.
    """

    def __init__(
        self,
        *,
        entries: AvroType[Entry[B]],
        payloads: Mapping[str, AvroType[Any]],
        inputs: Mapping[str, InputType],
    ) -> None:
        self._entries = entries
        self._payloads = dict(payloads)
        self._inputs = dict(inputs)

    def entry(self, entry: Entry[B]) -> bytes:
        """As the port says. Raises DoesNotFit naming the field."""
        return self._entries.encode(entry)

    def read_entry(self, value: bytes) -> Entry[B]:
        """As the port says. Raises UnknownSchema, or ValueError for bytes that are no entry."""
        try:
            return self._entries.decode(value)
        except UnknownToAvro as unknown:
            raise UnknownSchema(str(unknown)) from unknown
        except Undecodable as corrupt:
            raise ValueError(f"a ledger entry cannot be decoded: {corrupt}") from corrupt

    def payload(self, topic: str, payload: object) -> bytes:
        """As the port says. Raises DoesNotFit naming the field, KeyError for a topic that is not written here."""
        return self._payloads[topic].encode(payload)

    def read_input(self, record: LogRecord) -> Input:
        """As the port says."""
        kind = self._inputs[record.topic]
        try:
            payload = kind.codec.decode(record.value)
        except UnknownToAvro as unknown:
            raise UnknownSchema(str(unknown)) from unknown
        except Undecodable as corrupt:
            raise Unreadable(str(corrupt)) from corrupt
        connection_id, record_id = kind.about(payload)
        return Input(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record_key(connection_id, record_id).decode(),
            connection_id=connection_id,
            payload=payload,
            size=len(record.value),
            trace_id=record.headers.get(HEADER, b"").decode("ascii", "replace"),
        )
