"""A record as it lies in Kafka, and what its bytes say: read with the published schemas and nothing of ours."""

import io
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fastavro
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

Json = Mapping[str, Any]
NOTIFICATIONS = "basware.notifications"
DOCUMENTS = "basware.accounting-documents"
FETCHES = "ledger.documents"
INVOICES = "peoplesoft.vouchers"
PICTURES = "peoplesoft.payments"
MASTER_DATA = "peoplesoft.master-data"
IMPORTS = "masterdata.imports"
MASTER_DATA_RESULTS = "masterdata.poll-results"
PAYMENT_RESULTS = "payments.poll-results"
AUDIT_INGRESS = "audit.ingress"
AUDIT_POSTER = "audit.voucher-poster"
AUDIT_MASTER_DATA = "audit.masterdata"
AUDIT_PAYMENTS = "audit.payment-poller"
UNREADABLE = "ap.unreadable"
COMMANDS = "ap.commands"
DESIRED_STATE = "ap.desired-state"
CONNECTIONS = "ap.connections"
PUBLISHED_TABLE = "masterdata-poll-published-changelog"
PICTURES_TABLE = "payment-poller-pictures-changelog"

_SINGLE_OBJECT = b"\xc3\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One committed record; `kind` names a ledger's own record (owner, position), whose value is JSON.

    `raw` is empty for a tombstone. `at` is Kafka's time of the record: its writer's clock, in milliseconds.
    """

    topic: str
    partition: int
    offset: int
    key: str
    value: Json = field(repr=False)
    raw: bytes = field(default=b"", repr=False)
    headers: bytes = field(default=b"", repr=False)
    kind: str = ""
    at: int = 0

    @property
    def place(self) -> str:
        """Where to look."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def written(self) -> datetime:
        """When it was written, by its writer's clock."""
        return datetime.fromtimestamp(self.at / 1000, UTC)


class Decoder:
    """Avro single-object encoding: C3 01, the CRC-64-AVRO of the schema, the body."""

    def __init__(self, schemas: Path) -> None:
        parsed = [parse_schema(json.loads(file.read_text())) for file in sorted(schemas.rglob("*.avsc"))]
        self._schemas = {
            bytes.fromhex(fingerprint(to_parsing_canonical_form(each), "CRC-64-AVRO")): each
            for each in parsed
        }

    def decode(self, data: bytes) -> Json:
        """The value. Raises ValueError for bytes of another form, or of a schema that is not published."""
        if data[:2] != _SINGLE_OBJECT:
            raise ValueError(f"not in single-object encoding: {data[:10].hex()}")
        schema = self._schemas.get(data[2:10])
        if schema is None:
            raise ValueError(f"no published schema has the fingerprint {data[2:10].hex()}")
        value = fastavro.schemaless_reader(io.BytesIO(data[10:]), schema, None)
        if not isinstance(value, dict):
            raise TypeError(f"not a record: {value!r}")
        return value


def key_of(*parts: str) -> str:
    """A record's key: parts in NFC, percent-encoded, joined by slashes."""
    return "/".join(quote(unicodedata.normalize("NFC", part), safe="") for part in parts)
