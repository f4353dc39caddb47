"""What the payment poller remembers: the vouchers it watches, and what it published of each."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ap_domain.payments.picture import PaymentPicture, PaymentStanding, VoucherException
from ap_domain.payments.status_rules import COUNTING

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

    ``seen_at`` is when the picture was first published as it is; ``settled_at`` since when it is settled;
    ``posted_at`` that of the picture. ``shown`` are the numbers of the instalments it showed; ``paid`` of those that
    counted as paid, also when they are shown no more.
    """

    digest: str
    invoice_id: str
    poll_offset: int
    seen_at: datetime
    standing: PaymentStanding
    settled_at: datetime | None = None
    exceptions: tuple[VoucherException, ...] = ()
    posted_at: datetime | None = None
    shown: tuple[int, ...] = ()
    paid: tuple[int, ...] = ()

    @classmethod
    def of(cls, picture: PaymentPicture, *, settled_at: datetime | None) -> "PublishedPicture":
        """What is remembered of ``picture`` once it is published."""
        return cls(
            digest=picture.digest,
            invoice_id=picture.invoice_id,
            poll_offset=picture.poll_offset,
            seen_at=picture.observed_at,
            standing=picture.standing,
            settled_at=settled_at,
            exceptions=picture.exceptions,
            posted_at=picture.posted_at,
            shown=tuple(each.number for each in picture.instalments),
            paid=tuple(
                sorted(
                    {*picture.gone, *(each.number for each in picture.instalments if each.state in COUNTING)}
                )
            ),
        )
