"""The topics of the document fetcher and the types of their records."""

from ap_domain.command import Command
from ap_domain.fetch_state import FetchState
from ap_domain.notification import Notification
from chassis import topics
from chassis.ledger.records import Layout
from chassis.ledger.wire import InputType, KafkaWire
from chassis.records import (
    ACCOUNTING_DOCUMENT,
    AUDIT_EVENT,
    COMMAND,
    DOCUMENT_ENTRY,
    NOTIFICATION,
    UNREADABLE,
)

LAYOUT = Layout(
    service="ingress-documents",
    ledger=topics.DOCUMENT_LEDGER.name,
    audit=topics.AUDIT_INGRESS.name,
    unreadable=topics.UNREADABLE.name,
    facts=(topics.DOCUMENTS.name,),
    inputs=(topics.NOTIFICATIONS.name, topics.COMMANDS.name),
)


def wire() -> KafkaWire[FetchState]:
    """The ledger's bytes: its entries, what it publishes, what it follows."""
    return KafkaWire(
        entries=DOCUMENT_ENTRY,
        payloads={
            topics.DOCUMENTS.name: ACCOUNTING_DOCUMENT,
            LAYOUT.audit: AUDIT_EVENT,
            LAYOUT.unreadable: UNREADABLE,
        },
        inputs={
            topics.NOTIFICATIONS.name: InputType(codec=NOTIFICATION, about=_about),
            topics.COMMANDS.name: InputType(codec=COMMAND, about=_ordered_about),
        },
    )


def _about(notification: Notification) -> tuple[str, str]:
    return notification.connection_id, notification.document_id


def _ordered_about(command: Command) -> tuple[str, str]:
    return command.connection_id, command.record_id
