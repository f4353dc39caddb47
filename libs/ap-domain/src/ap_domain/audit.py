"""The audit event: what was done to which record, why, by whom, caused by what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["AuditEvent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One transition of one record, published in the transaction that made it.

    ``event_id`` is deterministic (a repeat is the same event), ``record`` is the record's key as in its ledger and
    ``sequence`` the number of the ledger entry it came with. Digests are SHA-256 in hex; ``cause_*`` point to the
    Kafka record that caused it, and are all None when a timer or a call's outcome did. ``detail`` never holds secrets.
    """

    event_id: str
    connection_id: str
    record: str
    service: str
    at: datetime
    action: str
    detail: Mapping[str, str] = field(default_factory=dict)
    attempt: int
    actor: str
    mapping_digest: str | None = None
    request_digest: str | None = None
    answer_digest: str | None = None
    cause_topic: str | None = None
    cause_partition: int | None = None
    cause_offset: int | None = None
    trace_id: str | None = None
    sequence: int
