"""The topics of the document fetcher and the types of their records."""

from ap_domain.notification import Notification
from chassis import topics
from chassis.avro import AvroType
from chassis.ledger.entry import Entry
from chassis.ledger.records import Layout
from chassis.ledger.wire import InputType, KafkaWire
from chassis.records import ACCOUNTING_DOCUMENT, AUDIT_EVENT, NOTIFICATION, UNREADABLE

from ingress.documents.core.fetch_state import FetchState

LAYOUT = Layout(
    service="ingress-documents",
    ledger=topics.DOCUMENT_LEDGER.name,
    audit=topics.AUDIT_INGRESS.name,
    unreadable=topics.UNREADABLE.name,
    facts=(topics.DOCUMENTS.name,),
    inputs=(topics.NOTIFICATIONS.name,),
)
ENTRY: AvroType[Entry[FetchState]] = AvroType("DocumentLedgerEntry", Entry[FetchState])


def wire() -> KafkaWire[FetchState]:
    """The ledger's bytes: its entries, what it publishes, what it follows."""
    return KafkaWire(
        entries=ENTRY,
        payloads={
            topics.DOCUMENTS.name: ACCOUNTING_DOCUMENT,
            LAYOUT.audit: AUDIT_EVENT,
            LAYOUT.unreadable: UNREADABLE,
        },
        inputs={topics.NOTIFICATIONS.name: InputType(codec=NOTIFICATION, about=_about)},
    )


def _about(notification: Notification) -> tuple[str, str]:
    return notification.connection_id, notification.document_id
