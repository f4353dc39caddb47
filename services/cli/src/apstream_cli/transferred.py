"""Invoices that Basware shows as transferred, read from its lists."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import aiohttp
from ap_domain.document_fault import DocumentFault
from ap_domain.document_fields import DocumentFields
from basware import BaswareClient, BaswareError, FetchedDocument, ProcessingStatus
from chassis.connections import Connection

from apstream_cli.refusal import Refusal
from apstream_cli.screen import error_console

__all__ = ["Transferred", "transferred"]

STEP = 100
"""Documents between two words of progress."""
SCOPES = ("accountingDocuments.read",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """One document. ``fault`` says what of it cannot be read."""

    invoice_id: str
    number: str = ""
    company_code: str = ""
    voucher_number: str = ""
    fault: str = ""


async def transferred(connection: Connection, *, since: date, paid: bool) -> AsyncIterator[Transferred]:
    """Those of the connection's companies that are transferred, and with ``paid`` those that are paid, each once.
    Raises Refusal when Basware does not answer.

    They are asked for from a day before ``since``: the time zone of the filter is not published.
    """
    updated = datetime.combine(since, time(), tzinfo=UTC) - timedelta(days=1)
    states = [ProcessingStatus.TRANSFERRED, *([ProcessingStatus.PAID] if paid else [])]
    side = connection.basware
    met: set[str] = set()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        client = BaswareClient(
            base_url=side.base_url,
            client_id=side.client_id,
            client_secret=side.client_secret.reveal(),
            session=session,
            scopes=SCOPES,
        )
        with error_console.status("reading from Basware") as status:
            for company, state in ((company, state) for company in side.company_codes for state in states):
                listed = client.list_documents(
                    processing_status=state, company_code=company, last_updated=updated
                )
                try:
                    async for document in listed:
                        if document.invoice_id in met:
                            continue
                        met.add(document.invoice_id)
                        if len(met) % STEP == 0:
                            status.update(f"{len(met)} documents read from Basware")
                        yield _essentials(document)
                except BaswareError as error:
                    raise Refusal(f"company {company}, {state}: not read from Basware: {error}") from None


def _essentials(document: FetchedDocument) -> Transferred:
    fields = DocumentFields(values=document.content, invoice_id=document.invoice_id)
    try:
        return Transferred(
            invoice_id=document.invoice_id,
            number=fields.text("invoiceNumber") or "",
            company_code=fields.text("companyCode") or "",
            voucher_number=fields.text("voucherNumber1") or "",
        )
    except DocumentFault as fault:
        return Transferred(invoice_id=document.invoice_id, fault=str(fault))
