"""The codecs of the records whose types live in ap_domain or belong to all services."""

from dataclasses import dataclass, field
from datetime import datetime

from ap_domain.audit import AuditEvent
from ap_domain.desired_state import DesiredState
from ap_domain.document import AccountingDocument
from ap_domain.notification import Notification

from chassis.avro import AvroType

__all__ = ["ACCOUNTING_DOCUMENT", "AUDIT_EVENT", "DESIRED_STATE", "NOTIFICATION", "UNREADABLE", "Unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A record that could not be decoded: where it lay, its bytes, and why."""

    topic: str
    partition: int
    offset: int
    key: bytes | None = field(default=None, repr=False)
    value: bytes | None = field(default=None, repr=False)
    reason: str
    at: datetime
    service: str


NOTIFICATION = AvroType("Notification", Notification)
ACCOUNTING_DOCUMENT = AvroType("AccountingDocument", AccountingDocument)
AUDIT_EVENT = AvroType("AuditEvent", AuditEvent)
DESIRED_STATE = AvroType("DesiredState", DesiredState)
UNREADABLE = AvroType("Unreadable", Unreadable)
