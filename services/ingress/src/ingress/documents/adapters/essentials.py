"""From Basware's bytes to the record that is published: the essentials typed, the bytes kept."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime

from ap_domain.approved_invoice import ApprovedInvoice, read_document
from ap_domain.document import AccountingDocument
from ap_domain.document_fault import DocumentFault
from ap_domain.document_fields import DocumentFields
from ap_domain.revision import batch_id, content_digest

from ingress.documents.core.fingerprint import Fingerprint


def accounting_document(
    raw: bytes, content: Mapping[str, object], *, connection_id: str, asked_at: datetime, shadow: bool
) -> AccountingDocument:
    """The document without a fetch number (0); `content` is `raw` parsed, numbers as Decimal or int.

    Raises DocumentFault naming the field when something that identifies the invoice is missing or an amount does
    not fit. Dates that cannot be read are left out: whoever needs them reads the bytes and says so to the clerk.
    """
    invoice = read_document(content)
    return AccountingDocument(
        connection_id=connection_id,
        invoice_id=invoice.invoice_id,
        fetch_number=0,
        fetched_at=asked_at,
        processing_status=invoice.processing_status,
        company_code=invoice.company_code,
        supplier_code=invoice.supplier_code,
        supplier_source_system=invoice.supplier_source_system,
        invoice_number=invoice.invoice_number,
        currency=invoice.currency or None,
        gross_sum=invoice.gross_sum,
        net_sum=invoice.net_sum,
        invoice_date=_invoice_date(invoice),
        payment_block=invoice.payment_block,
        last_updated=_instant(content.get("lastUpdated")),
        batch_id=invoice.batch_id,
        content_digest=_digest(raw),
        revision=invoice.revision,
        raw=raw,
        shadow=shadow,
    )


def fingerprint(raw: bytes, content: Mapping[str, object]) -> Fingerprint:
    """What `accounting_document` would have as its fingerprint, also of a document with faults."""
    try:
        status = DocumentFields(values=content).text("processingStatus")
    except DocumentFault:
        status = None
    return Fingerprint.made(
        content_digest=_content(raw, content),
        batch_id=batch_id(content),
        processing_status=status,
        last_updated=_instant(content.get("lastUpdated")),
    )


def _content(raw: bytes, content: Mapping[str, object]) -> str:
    try:
        return content_digest(content)
    except DocumentFault:
        return _digest(raw)


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _invoice_date(invoice: ApprovedInvoice) -> date | None:
    try:
        return invoice.invoice_date
    except DocumentFault:
        return None


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
