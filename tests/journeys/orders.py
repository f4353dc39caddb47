"""What a person orders about what is polled, written as the published schema of `ap.commands` has it."""

import io
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import apstream_schemas
import fastavro
from aiokafka import AIOKafkaProducer
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

from tests.journeys.evidence import shard_of
from tests.journeys.topic_records import COMMANDS

_SCHEMA = parse_schema(json.loads(apstream_schemas.current()["Command"]))
_MARK = b"\xc3\x01" + bytes.fromhex(fingerprint(to_parsing_canonical_form(_SCHEMA), "CRC-64-AVRO"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order that was given, and when."""

    command_id: str
    at: datetime


async def give(
    bootstrap: str, connection_id: str, action: str, record: str, *, ledger: str, by: str = "pat"
) -> Order:
    """Durable when it returns; it holds for ten minutes."""
    order = Order(command_id=str(uuid.uuid4()), at=datetime.now(UTC))
    value = {
        "command_id": order.command_id,
        "connection_id": connection_id,
        "ledger": ledger,
        "record_id": record,
        "action": action,
        "reason": "a journey",
        "actor": by,
        "issued_at": order.at,
        "expires_at": order.at + timedelta(minutes=10),
        "expected_sequence": 0,
    }
    body = io.BytesIO()
    fastavro.schemaless_writer(body, _SCHEMA, value)
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        await producer.send_and_wait(
            COMMANDS,
            key=f"{connection_id}/{order.command_id}".encode(),
            value=_MARK + body.getvalue(),
            partition=shard_of(connection_id),
        )
    return order
