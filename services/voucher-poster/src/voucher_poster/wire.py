"""The topics of the voucher poster and the types of their records."""

from ap_domain.command import Command
from ap_domain.document import AccountingDocument
from ap_domain.invoice_state import InvoiceState
from ap_domain.payments import PaymentPicture
from chassis import topics
from chassis.ledger.records import Layout
from chassis.ledger.wire import InputType, KafkaWire
from chassis.records import (
    ACCOUNTING_DOCUMENT,
    AUDIT_EVENT,
    COMMAND,
    PAYMENT_PICTURE,
    UNREADABLE,
    VOUCHER_ENTRY,
)

LAYOUT = Layout(
    service="voucher-poster",
    ledger=topics.VOUCHERS.name,
    audit=topics.AUDIT_VOUCHER_POSTER.name,
    unreadable=topics.UNREADABLE.name,
    facts=(),
    inputs=(topics.DOCUMENTS.name, topics.COMMANDS.name, topics.PAYMENTS.name),
)


def wire() -> KafkaWire[InvoiceState]:
    """The ledger's bytes: its entries, what it publishes, what it follows."""
    return KafkaWire(
        entries=VOUCHER_ENTRY,
        payloads={LAYOUT.audit: AUDIT_EVENT, LAYOUT.unreadable: UNREADABLE},
        inputs={
            topics.DOCUMENTS.name: InputType(codec=ACCOUNTING_DOCUMENT, about=_about),
            topics.COMMANDS.name: InputType(codec=COMMAND, about=_ordered_about),
            topics.PAYMENTS.name: InputType(codec=PAYMENT_PICTURE, about=_paid_about),
        },
    )


def _about(document: AccountingDocument) -> tuple[str, str]:
    return document.connection_id, document.invoice_id


def _ordered_about(command: Command) -> tuple[str, str]:
    return command.connection_id, command.record_id


def _paid_about(picture: PaymentPicture) -> tuple[str, str]:
    return picture.connection_id, picture.invoice_id
