"""The codecs of the records whose types live in ap_domain, ledger entries included."""

from ap_domain.audit import AuditEvent
from ap_domain.command import Command
from ap_domain.desired_state import DesiredState
from ap_domain.document import AccountingDocument
from ap_domain.fetch_state import FetchState
from ap_domain.invoice_state import InvoiceState
from ap_domain.mapping_version import MappingVersion
from ap_domain.masterdata.record import ImportState, MasterRecord, PublishedRecord
from ap_domain.masterdata.standing import Standing
from ap_domain.notification import Notification
from ap_domain.payments import PaymentPicture, PublishedPicture, WatchedVoucher
from ap_domain.poll import PollDue, PollResult
from ap_domain.reconciliation import Reconciliation
from ap_domain.unreadable import UnreadableRecord

from chassis.avro import AvroType
from chassis.ledger.entry import Entry

__all__ = [
    "ACCOUNTING_DOCUMENT",
    "AUDIT_EVENT",
    "COMMAND",
    "DESIRED_STATE",
    "DOCUMENT_ENTRY",
    "IMPORT_STANDING",
    "IMPORT_STATE",
    "MAPPING_VERSION",
    "MASTER_RECORD",
    "NOTIFICATION",
    "PAYMENT_PICTURE",
    "POLL_DUE",
    "POLL_RESULT",
    "PUBLISHED_PICTURE",
    "PUBLISHED_RECORD",
    "RECONCILIATION",
    "UNREADABLE",
    "VOUCHER_ENTRY",
    "WATCHED_VOUCHER",
]


NOTIFICATION = AvroType("Notification", Notification)
ACCOUNTING_DOCUMENT = AvroType("AccountingDocument", AccountingDocument)
AUDIT_EVENT = AvroType("AuditEvent", AuditEvent)
DESIRED_STATE = AvroType("DesiredState", DesiredState)
COMMAND = AvroType("Command", Command)
MAPPING_VERSION = AvroType("MappingVersion", MappingVersion)
POLL_DUE = AvroType("PollDue", PollDue)
POLL_RESULT = AvroType("PollResult", PollResult)
MASTER_RECORD = AvroType("MasterRecord", MasterRecord)
PUBLISHED_RECORD = AvroType("PublishedRecord", PublishedRecord)
IMPORT_STATE = AvroType("ImportState", ImportState)
IMPORT_STANDING = AvroType("ImportStanding", Standing)
PAYMENT_PICTURE = AvroType("PaymentPicture", PaymentPicture)
PUBLISHED_PICTURE = AvroType("PublishedPicture", PublishedPicture)
WATCHED_VOUCHER = AvroType("WatchedVoucher", WatchedVoucher)
RECONCILIATION = AvroType("Reconciliation", Reconciliation)
UNREADABLE = AvroType("Unreadable", UnreadableRecord)
DOCUMENT_ENTRY: AvroType[Entry[FetchState]] = AvroType("DocumentLedgerEntry", Entry[FetchState])
VOUCHER_ENTRY: AvroType[Entry[InvoiceState]] = AvroType("VoucherLedgerEntry", Entry[InvoiceState])
