"""The record on ``ap.connections``: the document in clear, its secrets sealed to exactly this document."""

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from ap_domain.posting_calendar import read_calendar

from chassis.avro import AvroType
from chassis.connections.connection import (
    BASWARE_CONCURRENCY,
    PEOPLESOFT_CONCURRENCY,
    REFUSALS_IN_A_ROW,
    SWEEP_SECONDS,
    BaswareSide,
    ComponentInterface,
    Connection,
    PeopleSoftSide,
    WebhookTimestamp,
)
from chassis.connections.model import ConnectionDocument
from chassis.connections.secret import Secret
from chassis.connections.secrets import KeyRing, SealedSecrets
from chassis.keys import record_key

__all__ = ["CONNECTION", "ConnectionRecord", "seal_connection", "unseal_connection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRecord:
    """``document`` is canonical JSON without secrets; ``version`` is the previous one + 1."""

    connection_id: str
    version: int
    shard: int
    applied_at: datetime
    applied_by: str
    document: str
    secrets: SealedSecrets

    @property
    def fields(self) -> dict[str, Any]:
        """The document, parsed."""
        parsed: dict[str, Any] = json.loads(self.document)
        return parsed


CONNECTION = AvroType("Connection", ConnectionRecord)


def seal_connection(
    document: ConnectionDocument,
    *,
    keys: KeyRing,
    version: int,
    shard: int,
    applied_at: datetime,
    applied_by: str,
) -> ConnectionRecord:
    """Binds the secrets to id, version and document: nobody can move them to another connection or address."""
    clear = json.dumps(document.without_secrets(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    secrets = json.dumps(document.secrets()).encode()
    return ConnectionRecord(
        connection_id=document.connection,
        version=version,
        shard=shard,
        applied_at=applied_at,
        applied_by=applied_by,
        document=clear,
        secrets=keys.seal(secrets, bound_to=_bound_to(document.connection, version, clear)),
    )


def unseal_connection(record: ConnectionRecord, *, keys: KeyRing) -> Connection:
    """Raises KeyMissing or SealBroken, or almost anything for a document that is none.

    A field that the record is older than has its default, a key that a newer release wrote is passed over.
    """
    bound_to = _bound_to(record.connection_id, record.version, record.document)
    secrets = json.loads(keys.open(record.secrets, bound_to=bound_to))
    fields = record.fields
    basware, peoplesoft = fields["basware"], fields["peoplesoft"]
    sweep = basware.get("sweep_seconds", SWEEP_SECONDS)
    unsigned = basware.get("unsigned_connection_test_until")
    return Connection(
        id=record.connection_id,
        version=record.version,
        shard=record.shard,
        stage=fields["stage"],
        basware=BaswareSide(
            base_url=basware["base_url"],
            client_id=basware["client_id"],
            client_secret=Secret(secrets["basware.client_secret"][0]),
            company_codes=tuple(basware["company_codes"]),
            webhook_secrets=tuple(Secret(text) for text in secrets["basware.webhook_secrets"]),
            record_spacing=timedelta(seconds=basware["record_spacing_seconds"]),
            concurrency=basware.get("concurrency", BASWARE_CONCURRENCY),
            sweep_every=timedelta(seconds=sweep) if sweep else None,
            timestamp=_timestamp(basware.get("timestamp")),
            unsigned_test_until=datetime.fromisoformat(unsigned) if unsigned else None,
        ),
        peoplesoft=PeopleSoftSide(
            base_url=peoplesoft["base_url"],
            node=peoplesoft["node"],
            operator=peoplesoft["operator"],
            password=Secret(secrets["peoplesoft.password"][0]),
            authentication=peoplesoft["authentication"],
            component_interface=_component_interface(peoplesoft["component_interface"]),
            business_units=tuple(peoplesoft["business_units"]),
            settle_time=timedelta(seconds=peoplesoft["settle_seconds"]),
            match=tuple(peoplesoft["match"]),
            concurrency=peoplesoft.get("concurrency", PEOPLESOFT_CONCURRENCY),
            messages=peoplesoft.get("messages", {}),
            adopt_found_vouchers=peoplesoft.get("adopt_found_vouchers", False),
            refusals_in_a_row=peoplesoft.get("refusals_in_a_row", REFUSALS_IN_A_ROW),
            calendar=read_calendar(peoplesoft.get("posting", {})),
        ),
        mapping=fields["mapping"],
        masterdata=fields.get("masterdata", {}),
        payments=fields.get("payments", {}),
        mode=fields.get("mode", "live"),
    )


def _component_interface(section: dict[str, Any]) -> ComponentInterface:
    known = {field.name for field in fields(ComponentInterface)}
    return ComponentInterface(**{name: value for name, value in section.items() if name in known})


def _timestamp(section: dict[str, Any] | None) -> WebhookTimestamp | None:
    if section is None:
        return None
    return WebhookTimestamp(
        header=section["header"], tolerance=timedelta(seconds=section["tolerance_seconds"])
    )


def _bound_to(connection_id: str, version: int, document: str) -> bytes:
    return record_key(connection_id, str(version), hashlib.sha256(document.encode()).hexdigest())
