"""What the payment poller remembers: the vouchers it watches, and what it published of each."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ap_domain.payments.picture import PaymentStanding, VoucherException

__all__ = ["PublishedPicture", "WatchedVoucher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedVoucher:
    """A voucher that stands for an invoice (from `peoplesoft.vouchers`), keyed as its ledger entry.

    ``invoice_number``, ``invoice_date``, ``gross`` and ``currency`` are the invoice as PeopleSoft has it, where known;
    only the payment inquiry, which carries no voucher id, needs them. ``since`` is when we learned of the voucher.
    """

    connection_id: str
    invoice_id: str
    business_unit: str
    voucher_id: str
    since: datetime | None = None
    invoice_number: str = ""
    invoice_date: date | None = None
    gross: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPicture:
    """What is remembered of the last picture of a voucher: enough to see a change and how long it is so.

    ``seen_at`` is when the picture was first published as it is; ``settled_at`` since when it is settled.
    """

    digest: str
    invoice_id: str
    poll_offset: int
    seen_at: datetime
    standing: PaymentStanding
    settled_at: datetime | None = None
    exceptions: tuple[VoucherException, ...] = ()
