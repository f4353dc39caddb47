"""The codecs of the records whose types live in ap_domain."""

from ap_domain.audit import AuditEvent
from ap_domain.desired_state import DesiredState
from ap_domain.document import AccountingDocument
from ap_domain.notification import Notification
from ap_domain.unreadable import UnreadableRecord

from chassis.avro import AvroType

__all__ = ["ACCOUNTING_DOCUMENT", "AUDIT_EVENT", "DESIRED_STATE", "NOTIFICATION", "UNREADABLE"]


NOTIFICATION = AvroType("Notification", Notification)
ACCOUNTING_DOCUMENT = AvroType("AccountingDocument", AccountingDocument)
AUDIT_EVENT = AvroType("AuditEvent", AuditEvent)
DESIRED_STATE = AvroType("DesiredState", DesiredState)
UNREADABLE = AvroType("Unreadable", UnreadableRecord)
