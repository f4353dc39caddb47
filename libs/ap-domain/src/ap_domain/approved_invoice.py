"""The approved invoice: Basware's accounting document as the rest of the system sees it.

Field names and limits: Basware P2P OpenAPI 26.06, AccountingDocumentEntity. Every field but a few may be
absent or null, and there may be more fields than we know.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ap_domain.document_fault import DocumentFault
from ap_domain.document_fields import DocumentFields
from ap_domain.money import exact_sum
from ap_domain.revision import batch_id, revision


class ProcessingStatus(StrEnum):
    """The states of a document that a transfer to accounting passes through, as Basware names them.

    A document may be in others (prebooking, removal, completion): those are kept as the text they came in.
    """

    WAITING_FOR_TRANSFER = "WaitingForTransfer"
    TRANSFER_IN_PROGRESS = "TransferInProgress"
    TRANSFERRED = "Transferred"
    TRANSFER_FAILED = "TransferFailed"
    PAID = "Paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingRow:
    """One posting of the invoice. Amounts are in the invoice's currency; other fields through `fields`."""

    row_index: int
    account_code: str | None
    cost_center_code: str | None
    fields: DocumentFields = field(repr=False)

    @property
    def net_total(self) -> Decimal:
        return self.fields.required_amount("netTotal")

    @property
    def gross_total(self) -> Decimal:
        return self.fields.required_amount("grossTotal")

    @property
    def tax_sum(self) -> Decimal | None:
        return _sum_of_two(self.fields.amount("taxSum"), self.fields.amount("taxSum2"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedInvoice:
    """The essentials, typed, and everything else through `fields`.

    `supplier_code` and `currency` are empty when Basware sent none: an invoice like that goes back to the
    clerk by the mapping's fault, it does not park unread.
    """

    invoice_id: str
    processing_status: str
    company_code: str
    supplier_code: str
    supplier_source_system: str | None
    invoice_number: str | None
    currency: str
    gross_sum: Decimal | None
    net_sum: Decimal | None
    payment_block: bool
    coding_rows: tuple[CodingRow, ...]
    batch_id: str | None
    revision: str
    fields: DocumentFields = field(repr=False)

    @property
    def waits_for_transfer(self) -> bool:
        return self.processing_status == ProcessingStatus.WAITING_FOR_TRANSFER

    @property
    def invoice_date(self) -> date | None:
        return self.fields.day("invoiceDate")

    @property
    def last_updated(self) -> str | None:
        return self.fields.text("lastUpdated")

    @property
    def tax_sum(self) -> Decimal | None:
        """Tax of the header, both taxes together; None when Basware sent neither."""
        return _sum_of_two(self.fields.amount("taxSum1"), self.fields.amount("taxSum2"))


def parse_document(raw: bytes) -> ApprovedInvoice:
    """The invoice in Basware's bytes: the document itself, or an `accountingDocuments` list that holds just
    one.

    Raises DocumentFault naming field and value when it is not JSON, when something that identifies the
    invoice is missing, or when an amount does not fit the topics' decimal.
    """
    return read_document(load_document(raw))


def load_document(raw: bytes) -> Mapping[str, object]:
    """The JSON object of the one document in `raw`, numbers as Decimal or int. Raises DocumentFault."""
    try:
        parsed: object = json.loads(raw, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise DocumentFault(field="document", value=_beginning(raw), rule=f"not JSON ({error})") from error
    if isinstance(parsed, dict) and isinstance(parsed.get("accountingDocuments"), list):
        parsed = parsed["accountingDocuments"]
    if isinstance(parsed, list):
        if len(parsed) != 1:
            raise DocumentFault(field="accountingDocuments", value=parsed, rule="one document was expected")
        parsed = parsed[0]
    if not isinstance(parsed, dict):
        raise DocumentFault(field="document", value=_beginning(raw), rule="a JSON object was expected")
    return parsed


def read_document(document: Mapping[str, object]) -> ApprovedInvoice:
    """The invoice in an already parsed document (numbers as Decimal or int). Raises DocumentFault."""
    invoice_id = DocumentFields(values=document).required_text("invoiceId")
    header = DocumentFields(values=document, invoice_id=invoice_id)
    payment_block = header.flag("paymentBlock")
    if payment_block is None:
        raise header.missing("paymentBlock")
    return ApprovedInvoice(
        invoice_id=invoice_id,
        processing_status=header.required_text("processingStatus"),
        company_code=header.required_text("companyCode"),
        supplier_code=header.text("supplierCode") or "",
        supplier_source_system=header.text("supplierSourceSystemId"),
        invoice_number=header.text("invoiceNumber"),
        currency=header.text("currencyCode") or "",
        gross_sum=header.amount("grossSum"),
        net_sum=header.amount("netSum"),
        payment_block=payment_block,
        coding_rows=_coding_rows(header),
        batch_id=batch_id(document),
        revision=revision(document),
        fields=header,
    )


def _coding_rows(header: DocumentFields) -> tuple[CodingRow, ...]:
    """In the order of rowIndex (it may have gaps); rows without one keep their place behind those that have
    one.
    """
    indexed = [
        (row.whole_number("rowIndex"), position, row)
        for position, row in enumerate(header.rows("codingRows"))
    ]
    indexed.sort(key=lambda entry: (entry[0] is None, entry[0] or 0, entry[1]))
    return tuple(
        CodingRow(
            row_index=position if row_index is None else row_index,
            account_code=row.text("accountCode"),
            cost_center_code=row.text("costCenterCode"),
            fields=row,
        )
        for row_index, position, row in indexed
    )


def _sum_of_two(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return None if first is None and second is None else exact_sum(part for part in (first, second) if part)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _beginning(raw: bytes) -> str:
    return raw[:60].decode("utf-8", errors="replace")
