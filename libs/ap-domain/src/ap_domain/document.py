"""An approved invoice as fetched from Basware, as it travels on ``basware.accounting-documents``."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

__all__ = ["AccountingDocument"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountingDocument:
    """Basware's bytes as received (``raw``) and the essentials that services decide on without parsing them.

    ``fetch_number`` counts the differing fetches of the invoice from 1 and gives the order; ``revision`` is a hash of
    what a coder or approver can change; ``content_digest`` is the SHA-256 of ``raw`` in hex. Sums are in the invoice
    currency. ``shadow``: fetched for a connection in shadow mode. What Basware's model leaves optional (API 26.06) is
    optional here.
    """

    connection_id: str
    invoice_id: str
    fetch_number: int
    fetched_at: datetime
    processing_status: str
    company_code: str
    supplier_code: str
    supplier_source_system: str | None = None
    invoice_number: str | None = None
    currency: str | None = None
    gross_sum: Decimal | None = None
    net_sum: Decimal | None = None
    invoice_date: date | None = None
    payment_block: bool
    last_updated: datetime | None = None
    batch_id: str | None = None
    content_digest: str
    revision: str
    raw: bytes = field(repr=False)
    shadow: bool = False
