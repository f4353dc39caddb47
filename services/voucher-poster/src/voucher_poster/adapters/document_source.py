"""The bytes of the document an entry points to: from the topic, or from Basware again if they are gone."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from ap_domain.approved_invoice import ApprovedInvoice, parse_document
from ap_domain.document_fault import DocumentFault
from ap_domain.invoice_state import DocumentRef
from basware import BaswareError, NotFound
from chassis import topics
from chassis.connections import Connection
from chassis.errors import NotAnswered, Undecodable
from chassis.record_reader import RecordReader
from chassis.records import ACCOUNTING_DOCUMENT

from voucher_poster.adapters.basware_clients import BaswareClients
from voucher_poster.core.documents import NOWHERE, nowhere


class NotReadableNow(Exception):
    """Neither Kafka nor Basware gave the document just then; nothing is wrong with it."""


class NotTheDocument(Exception):
    """What was found is not the content that was decided upon, or cannot be read: a person must look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerms:
    """Basware's codes of the terms and the method of payment; `gross` has the sign that Basware's amounts have."""

    code: str | None
    method: str | None
    gross: Decimal


class DocumentSource:
    """Reads documents by pointer; the digest, or for a fresh fetch the revision, must be the entry's."""

    def __init__(self, *, records: RecordReader, clients: BaswareClients) -> None:
        self._records = records
        self._clients = clients

    async def read(self, ref: DocumentRef, *, invoice_id: str, connection: Connection) -> ApprovedInvoice:
        """The invoice as fetched. Raises NotReadableNow or NotTheDocument."""
        invoice = await self._recorded(ref)
        if invoice is None:
            return await self._fetched_again(ref, invoice_id=invoice_id, connection=connection)
        return invoice

    async def terms(
        self, ref: DocumentRef, *, invoice_id: str, connection: Connection, traceparent: str | None = None
    ) -> PaymentTerms:
        """How the invoice is to be paid, as it was approved; as Basware has it by now where that is not kept.

        Raises BaswareError, NotReadableNow or NotTheDocument.
        """
        invoice = await self._recorded(ref)
        if invoice is None:
            client = self._clients.of(connection)
            invoice = _parsed((await client.get_document(invoice_id, traceparent=traceparent)).raw)
        fields = invoice.fields
        try:
            gross = fields.amount("grossSum")
        except DocumentFault as fault:
            raise NotTheDocument(str(fault)) from fault
        return PaymentTerms(
            code=fields.text("paymentTermCode"),
            method=fields.text("paymentMethod"),
            gross=gross or Decimal(0),
        )

    async def now(
        self, invoice_id: str, *, connection: Connection, at: datetime
    ) -> tuple[ApprovedInvoice, DocumentRef]:
        """The invoice as Basware has it at this moment, and a pointer to it that leads nowhere.

        Raises NotFound, NotReadableNow or NotTheDocument.
        """
        try:
            fetched = await self._clients.of(connection).get_document(invoice_id)
        except NotFound:
            raise
        except BaswareError as error:
            raise NotReadableNow(str(error)) from error
        invoice = _parsed(fetched.raw)
        ref = replace(
            nowhere(at=at),
            status=invoice.processing_status,
            revision=invoice.revision,
            digest=hashlib.sha256(fetched.raw).hexdigest(),
            batch_id=invoice.batch_id,
        )
        return invoice, ref

    async def _recorded(self, ref: DocumentRef) -> ApprovedInvoice | None:
        """As it lies on the topic; None if it never did, or is gone from there."""
        if ref.partition == NOWHERE:
            return None
        try:
            value = await self._records.read(topics.DOCUMENTS.name, ref.partition, ref.offset)
        except NotAnswered as failed:
            raise NotReadableNow(str(failed)) from failed
        if value is None:
            return None
        try:
            raw = ACCOUNTING_DOCUMENT.decode(value).raw
        except Undecodable as corrupt:
            raise NotTheDocument(f"the record of the document cannot be decoded: {corrupt}") from corrupt
        if hashlib.sha256(raw).hexdigest() != ref.digest:
            raise NotTheDocument(
                f"{topics.DOCUMENTS.name}/{ref.partition}/{ref.offset} does not hold the bytes of digest {ref.digest}"
            )
        return _parsed(raw)

    async def _fetched_again(
        self, ref: DocumentRef, *, invoice_id: str, connection: Connection
    ) -> ApprovedInvoice:
        try:
            fetched = await self._clients.of(connection).get_document(invoice_id)
        except BaswareError as error:
            raise NotReadableNow(f"the document's record is gone, and {error}") from error
        invoice = _parsed(fetched.raw)
        if invoice.revision != ref.revision:
            raise NotTheDocument(
                "the document's record is gone and Basware has other content by now "
                f"(revision {invoice.revision[:12]} instead of {ref.revision[:12]}); have it transferred again"
            )
        return invoice


def _parsed(raw: bytes) -> ApprovedInvoice:
    try:
        return parse_document(raw)
    except DocumentFault as fault:
        raise NotTheDocument(str(fault)) from fault
