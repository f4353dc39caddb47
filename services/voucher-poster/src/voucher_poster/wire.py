"""The topics of the voucher poster and the types of their records."""

from ap_domain.document import AccountingDocument
from chassis import topics
from chassis.avro import AvroType
from chassis.ledger.entry import Entry
from chassis.ledger.records import Layout
from chassis.ledger.wire import InputType, KafkaWire
from chassis.records import ACCOUNTING_DOCUMENT, AUDIT_EVENT, UNREADABLE

from voucher_poster.core.invoice_state import InvoiceState

LAYOUT = Layout(
    service="voucher-poster",
    ledger=topics.VOUCHERS.name,
    audit=topics.AUDIT_VOUCHER_POSTER.name,
    unreadable=topics.UNREADABLE.name,
    facts=(),
    inputs=(topics.DOCUMENTS.name,),
)
ENTRY: AvroType[Entry[InvoiceState]] = AvroType("VoucherLedgerEntry", Entry[InvoiceState])


def wire() -> KafkaWire[InvoiceState]:
    """The ledger's bytes: its entries, what it publishes, what it follows."""
    return KafkaWire(
        entries=ENTRY,
        payloads={LAYOUT.audit: AUDIT_EVENT, LAYOUT.unreadable: UNREADABLE},
        inputs={topics.DOCUMENTS.name: InputType(codec=ACCOUNTING_DOCUMENT, about=_about)},
    )


def _about(document: AccountingDocument) -> tuple[str, str]:
    return document.connection_id, document.invoice_id
