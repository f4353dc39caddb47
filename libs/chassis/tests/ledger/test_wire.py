"""Bytes to types: what cannot be read is told apart, and the key of a record is that of its invoice."""

from datetime import UTC, datetime

import pytest
from ap_domain.notification import Notification, NotificationSource
from chassis.avro import AvroType
from chassis.errors import DoesNotFit
from chassis.ledger.entry import Entry
from chassis.ledger.kafka_records import to_headers
from chassis.ledger.ports import LogRecord, UnknownSchema, Unreadable
from chassis.ledger.wire import InputType, KafkaWire
from chassis.ledger.words import LONGEST, words
from chassis.records import NOTIFICATION

TOPIC = "basware.notifications"
NEWER_SCHEMA = b"\xc3\x01" + b"\x00" * 8 + b"whatever"


@pytest.fixture
def wire() -> KafkaWire[object]:
    return KafkaWire(
        entries=AvroType("DocumentLedgerEntry", Entry[object]),
        payloads={TOPIC: NOTIFICATION},
        inputs={TOPIC: InputType(codec=NOTIFICATION, about=lambda n: (n.connection_id, n.document_id))},
    )


def notification(document_id: str = "inv/1") -> Notification:
    return Notification(
        connection_id="acme",
        task_id="t-1",
        document_id=document_id,
        task_type="x",
        task_status="y",
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
        source=NotificationSource.WEBHOOK,
        body=b"{}",
    )


def record(value: bytes, **headers: bytes) -> LogRecord:
    return LogRecord(topic=TOPIC, partition=3, key=b"k", value=value, offset=9, headers=headers)


def test_an_input_is_about_its_invoice_and_carries_its_trace(wire: KafkaWire[object]) -> None:
    value = wire.payload(TOPIC, notification())
    found = wire.read_input(record(value, traceparent=b"00-a-b-01"))
    assert (found.key, found.connection_id, found.partition, found.offset) == ("acme/inv%2F1", "acme", 3, 9)
    assert found.payload == notification()
    assert found.size == len(value)
    assert found.trace_id == "00-a-b-01"


@pytest.mark.parametrize("value", [b"", b"rubbish", NOTIFICATION.encode(notification())[:-1]])
def test_what_cannot_be_decoded_is_unreadable(wire: KafkaWire[object], value: bytes) -> None:
    with pytest.raises(Unreadable):
        wire.read_input(record(value))
    with pytest.raises(ValueError, match="cannot be decoded"):
        wire.read_entry(value if value[:2] != b"\xc3\x01" else b"rubbish")


def test_a_newer_schema_is_never_taken_for_rubbish(wire: KafkaWire[object]) -> None:
    with pytest.raises(UnknownSchema):
        wire.read_input(record(NEWER_SCHEMA))
    with pytest.raises(UnknownSchema):
        wire.read_entry(NEWER_SCHEMA)


def test_a_value_that_does_not_fit_names_its_field(wire: KafkaWire[object]) -> None:
    with pytest.raises(DoesNotFit):
        wire.payload(TOPIC, notification(document_id="\ud800"))


def test_the_kind_of_a_record_travels_beside_its_headers() -> None:
    assert to_headers(record(b"", a=b"1")) == [("a", b"1")]
    owner = LogRecord(topic=TOPIC, partition=0, key=b"k", value=b"", kind="owner", headers={"a": b"1"})
    assert to_headers(owner) == [("a", b"1"), ("kind", b"owner")]


def test_words_are_bounded_and_can_always_be_written() -> None:
    assert words("plain") == "plain"
    assert words("\ud83d!").encode()
    assert len(words("x" * 5000)) == LONGEST
