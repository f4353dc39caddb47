"""What each side says of one invoice, reduced to what is compared."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from ap_domain.natural_key import as_compared
from ap_domain.posting import Standing, standing

__all__ = ["BaswareInvoice", "InvoiceKey", "LedgerInvoice", "LedgerOutcome", "PeopleSoftVoucher"]

InvoiceKey = tuple[str, str, str, str]
"""Business unit, supplier's SetID, supplier and invoice number, as PeopleSoft compares them."""

TRANSFERRED = frozenset({"Transferred", "Paid"})
"""Basware's statuses of an invoice that has its voucher."""
APPROVED = frozenset({"WaitingForTransfer", "TransferInProgress", "TransferFailed"})
"""Basware's statuses of an approved invoice that has none yet."""


class LedgerOutcome(StrEnum):
    """What came of an invoice here."""

    ON_ITS_WAY = "on_its_way"
    """It waits, is worked on, or waits for a person."""
    POSTED = "posted"
    RETURNED = "returned"
    """Sent back to the clerk."""
    WITHDRAWN = "withdrawn"
    """Basware took it back, another consumer took it, or it was only rehearsed."""
    DISCARDED = "discarded"
    """A person dealt with it outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerInvoice:
    """An entry of our ledger. ``posted_on`` is a day of the site; ``changed_at`` is when the entry came where it is.

    ``words`` say where it stands and why; of what was sent back, what the clerk was told. ``undecided``: a voucher of
    it may exist that nobody has seen yet. ``payment_waits`` says why Basware was not told of the payment yet; blank: it
    knows all we know. ``known`` are vouchers under the same number that were found to be other invoices'. ``linked``: a
    person named its voucher. What was never mapped has no supplier.

    ``told_paid`` and ``told_held`` are what Basware confirmed to us of the payment. ``settled_at`` is when the ledger
    learned that nothing more is to be paid, None while something is. Basware did not change the invoice last before
    ``unchanged_before``, as far as that can be told.
    """

    invoice_id: str
    outcome: LedgerOutcome
    invoice_number: str = ""
    business_unit: str = ""
    voucher_id: str = ""
    vendor_setid: str = ""
    vendor_id: str = ""
    mapped_number: str = ""
    gross: Decimal | None = None
    currency: str = ""
    posted_on: date | None = None
    changed_at: datetime | None = None
    words: str = ""
    undecided: bool = False
    payment_waits: str = ""
    known: tuple[str, ...] = ()
    linked: bool = False
    told_paid: Decimal = Decimal(0)
    told_held: bool = False
    settled_at: datetime | None = None
    unchanged_before: date | None = None

    @property
    def key(self) -> InvoiceKey:
        """What PeopleSoft would find its voucher by."""
        return _key(self.business_unit, self.vendor_setid, self.vendor_id, self.mapped_number)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaswareInvoice:
    """An accounting document. ``gross`` and ``paid_total`` have the sign the voucher has; supplier and
    ``mapped_number`` are written as the connection's mapping writes them for PeopleSoft, blank where it cannot.

    ``updated_on`` is a day of the site. ``paid_total`` is the sum that the newest paymentResponse tells, 0 without
    one; ``told_block`` what the newest response of all says of a payment block, None without any. ``coding`` is only
    there for what is not transferred yet.
    """

    invoice_id: str
    status: str
    invoice_number: str = ""
    supplier_code: str = ""
    business_unit: str = ""
    vendor_setid: str = ""
    vendor_id: str = ""
    mapped_number: str = ""
    gross: Decimal | None = None
    currency: str = ""
    voucher_id: str = ""
    updated_on: date | None = None
    updated_at: datetime | None = None
    paid_total: Decimal = Decimal(0)
    told_block: bool | None = None
    coding: tuple[str, ...] = ()

    @property
    def key(self) -> InvoiceKey:
        """What PeopleSoft would find its voucher by."""
        return _key(self.business_unit, self.vendor_setid, self.vendor_id, self.mapped_number)

    @property
    def transferred(self) -> bool:
        """Whether Basware says that accounting has it."""
        return self.status in TRANSFERRED

    @property
    def awaits_transfer(self) -> bool:
        """Whether it is approved and accounting does not have it, by Basware."""
        return self.status in APPROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSoftVoucher:
    """A voucher, and its payments once they were read.

    ``entered_on`` and ``accounting_date`` are the site's days; ``changed_at`` is when anything of it changed last, by
    the site's clock. ``paid_total`` is what the supplier has now (None: not read), ``settled`` as in PaymentPicture,
    ``held`` whether something that is still to be paid is held, ``unclear`` codes that no rule knows, or why its
    payments could not be read.
    """

    business_unit: str
    voucher_id: str
    entry_status: str
    invoice_number: str = ""
    vendor_setid: str = ""
    vendor_id: str = ""
    gross: Decimal | None = None
    currency: str = ""
    origin: str = ""
    entered_on: date | None = None
    accounting_date: date | None = None
    changed_at: datetime | None = None
    paid_total: Decimal | None = None
    settled: bool = False
    held: bool = False
    unclear: tuple[str, ...] = ()

    @property
    def key(self) -> InvoiceKey:
        """What a duplicate check finds it by."""
        return _key(self.business_unit, self.vendor_setid, self.vendor_id, self.invoice_number)

    @property
    def live(self) -> bool:
        """Only a deleted voucher counts as absent."""
        return standing(self.entry_status) is not Standing.DELETED

    @property
    def postable(self) -> bool:
        """Whether nothing of the voucher itself keeps it from being posted and paid."""
        return standing(self.entry_status) is Standing.POSTABLE


def _key(business_unit: str, vendor_setid: str, vendor_id: str, number: str) -> InvoiceKey:
    return (
        as_compared(business_unit),
        as_compared(vendor_setid),
        as_compared(vendor_id),
        as_compared(number),
    )
