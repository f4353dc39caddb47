"""Basware's invoices, read page by page and reduced at once to what is compared."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from sys import intern
from typing import TypeVar
from zoneinfo import ZoneInfo

from ap_domain.approved_invoice import ApprovedInvoice, read_document
from ap_domain.document_fault import DocumentFault
from ap_domain.document_fields import DocumentFields
from ap_domain.mapping import ConfigurationFault, MappingFault, VoucherMapping
from ap_domain.mapping.credit_notes import judged
from ap_domain.mapping.header_facts import invoice_number, supplier
from ap_domain.reconciliation import BaswareInvoice
from basware import BaswareError, FetchedDocument, NotFound, ProcessingStatus
from chassis.ledger.words import words

from reconciliation.coding import coding_of
from reconciliation.errors import ReconciliationFailed
from reconciliation.ports import Documents

__all__ = ["BaswareSide", "InvoiceReader"]

T = TypeVar("T")

NOT_TRANSFERRED = (
    ProcessingStatus.WAITING_FOR_TRANSFER,
    ProcessingStatus.TRANSFER_IN_PROGRESS,
    ProcessingStatus.TRANSFER_FAILED,
)
"""Listed whole, however old: what is not posted has to be accrued."""
TRANSFERRED = (ProcessingStatus.TRANSFERRED, ProcessingStatus.PAID)
"""In the order an invoice comes through them, so that one that moves on meanwhile is met at least once."""
MOST = 1_000_000
"""Documents of one company in one status."""
SLACK = timedelta(days=1)
"""Basware advises to ask for what was updated from a day earlier: the zone of its filter is not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceReader:
    """Documents as `BaswareInvoice`, by one connection's mapping."""

    mapping: VoucherMapping
    zone: ZoneInfo
    today: date

    def read(self, document: FetchedDocument) -> BaswareInvoice:
        """The invoice. What of a document cannot be read stays blank: it is listed even so."""
        fields = DocumentFields(values=document.content, invoice_id=document.invoice_id)
        updated = _instant(_read(fields.text, "lastUpdated"))
        company = _read(fields.text, "companyCode") or ""
        paid, block = _told(fields)
        invoice = BaswareInvoice(
            invoice_id=document.invoice_id,
            status=intern(str(document.processing_status or "")),
            invoice_number=_read(fields.text, "invoiceNumber") or "",
            supplier_code=intern(_read(fields.text, "supplierCode") or ""),
            business_unit=self.mapping.business_units.get(company, ""),
            gross=_read(fields.amount, "grossSum"),
            currency=intern(_read(fields.text, "currencyCode") or ""),
            voucher_id=_voucher_number(fields),
            updated_at=updated,
            updated_on=updated.astimezone(self.zone).date() if updated is not None else None,
            paid_total=paid,
            told_block=block,
        )
        try:
            return self._as_mapped(invoice, read_document(document.content))
        except DocumentFault:
            return invoice

    def _as_mapped(self, invoice: BaswareInvoice, approved: ApprovedInvoice) -> BaswareInvoice:
        if invoice.awaits_transfer:
            invoice = replace(invoice, coding=coding_of(approved, self.mapping, today=self.today))
        try:
            setid, vendor_id, _ = supplier(approved, self.mapping)
            number, _ = invoice_number(approved, self.mapping)
            gross, paid = invoice.gross, invoice.paid_total
            if gross is not None and judged(approved, gross, self.mapping.credit_notes).negated:
                gross, paid = gross.copy_negate(), paid.copy_negate()
        except (MappingFault, ConfigurationFault, DocumentFault):
            return invoice
        return replace(
            invoice,
            vendor_setid=intern(setid),
            vendor_id=intern(vendor_id),
            # most are the same text, which then is there once
            mapped_number=invoice.invoice_number if number == invoice.invoice_number else number,
            gross=gross,
            paid_total=paid,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BaswareSide:
    """Reads the documents of a connection's companies. Raises ReconciliationFailed with Basware's words."""

    documents: Documents
    companies: Sequence[str]
    reader: InvoiceReader

    async def invoices(self, *, first_day: date) -> AsyncIterator[BaswareInvoice]:
        """All that wait for their voucher, and those with one that changed since the first day. One that moves on
        meanwhile comes twice; the later word counts.
        """
        begins = self._begins(first_day)
        wanted: list[tuple[ProcessingStatus, datetime | None]] = [(each, None) for each in NOT_TRANSFERRED]
        async for invoice in self._listed([*wanted, *((each, begins) for each in TRANSFERRED)]):
            yield invoice

    async def transferred(self, *, first_day: date) -> AsyncIterator[BaswareInvoice]:
        """Those with a voucher that changed since the first day."""
        begins = self._begins(first_day)
        async for invoice in self._listed([(each, begins) for each in TRANSFERRED]):
            yield invoice

    def _begins(self, first_day: date) -> datetime:
        return datetime.combine(first_day, time(), self.reader.zone).astimezone(UTC) - SLACK

    async def _listed(
        self, wanted: Sequence[tuple[ProcessingStatus, datetime | None]]
    ) -> AsyncIterator[BaswareInvoice]:
        try:
            for status, since in wanted:
                for company in self.companies:
                    found = self.documents.list_documents(
                        processing_status=status,
                        company_code=company,
                        last_updated=since,
                        max_documents=MOST,
                    )
                    async for document in found:
                        yield self.reader.read(document)
        except BaswareError as error:
            raise _failed(error) from error

    async def invoice(self, invoice_id: str) -> BaswareInvoice | None:
        """One that no list showed; None when Basware does not have it."""
        try:
            return self.reader.read(await self.documents.get_document(invoice_id))
        except NotFound:
            return None
        except BaswareError as error:
            raise _failed(error) from error


def _failed(error: BaswareError) -> ReconciliationFailed:
    return ReconciliationFailed(f"Basware could not be read: {words(error)}")


def _voucher_number(fields: DocumentFields) -> str:
    """The header's number; that of the newest response that told one where the header has none."""
    number = _read(fields.text, "voucherNumber1")
    if number:
        return number
    told = (_read(each.text, "voucherNumber1") for each in reversed(_rows(fields, "transferResponses")))
    return next((each for each in told if each), "")


def _told(fields: DocumentFields) -> tuple[Decimal, bool | None]:
    """The sum paid and the block that Basware was told last. That lists of responses end with the newest is an
    assumption: no response carries a time, and Basware publishes no order.
    """
    payments = [each for each in _rows(fields, "paymentResponses") if each.values.get("success") is True]
    if payments:
        newest = payments[-1]
        paid = _read(newest.amount, "paidTotal") or Decimal(0)
        return paid, _read(newest.flag, "paymentBlock")
    transfers = [each for each in _rows(fields, "transferResponses") if each.values.get("success") is True]
    return Decimal(0), _read(transfers[-1].flag, "paymentBlock") if transfers else None


def _rows(fields: DocumentFields, name: str) -> tuple[DocumentFields, ...]:
    return _read(fields.rows, name) or ()


def _read(read: Callable[[str], T | None], name: str) -> T | None:
    """The field's value, None where it is not what it should be: it must not hide the invoice."""
    try:
        return read(name)
    except DocumentFault:
        return None


def _instant(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
