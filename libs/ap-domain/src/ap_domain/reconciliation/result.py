"""What a reconciliation found, as it travels on `ap.reconciliations` and is printed."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

__all__ = ["Count", "Difference", "DifferenceKind", "Reconciliation"]


class DifferenceKind(StrEnum):
    """Where the systems do not agree."""

    MISSING_IN_PEOPLESOFT = "missing_in_peoplesoft"
    """In our ledger with a voucher that PeopleSoft does not show, or shows as deleted."""
    KEYED_BY_HAND = "keyed_by_hand"
    """PeopleSoft has a voucher of an invoice that Basware knows, and our ledger knows nothing of it."""
    NOT_IN_LEDGER = "not_in_ledger"
    """Basware says that an invoice was transferred, and our ledger has no voucher for it."""
    NOT_POSTED = "not_posted"
    """Approved in Basware and not yet in PeopleSoft: to be accrued."""
    AMOUNT = "amount"
    """The voucher shows another gross sum or currency than the invoice."""
    DUPLICATE = "duplicate"
    """Two live vouchers for one invoice."""
    VOUCHER_NUMBER = "voucher_number"
    """Basware shows another voucher number than the ledger."""
    PAYMENT = "payment"
    """Basware shows another sum paid, or another status of payment, than PeopleSoft's payments say."""
    NOT_CONFIRMED = "not_confirmed"
    """PeopleSoft has the voucher, and Basware does not show the invoice as transferred."""
    NOT_IN_BASWARE = "not_in_basware"
    """PeopleSoft has the voucher, and Basware does not have the invoice any more, or took it out of accounting."""
    UNKNOWN_VOUCHER = "unknown_voucher"
    """A voucher with the origin of apstream's own that neither our ledger nor an invoice in Basware accounts for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Invoices of one business unit, day, accounting period and currency in one stage, and their gross amount.

    ``stage`` is approved, posted, postable, paid or confirmed; ``period`` is the accounting period (YYYY-MM) where the
    stage has one.
    """

    stage: str
    business_unit: str
    day: date
    period: str = ""
    currency: str
    number: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One invoice on which the systems do not agree. ``explained`` says why that is as it should be, if it is (such as
    an invoice that is on its way); ``coding`` gives what an accrual needs, as account/department/... amount.
    """

    kind: DifferenceKind
    invoice_id: str = ""
    invoice_number: str = ""
    supplier: str = ""
    business_unit: str = ""
    voucher_id: str = ""
    currency: str = ""
    amount: Decimal | None = None
    words: str
    explained: str = ""
    coding: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """One run for one connection. The days are those on which vouchers were entered, both ends included."""

    connection_id: str
    run_at: datetime
    first_day: date
    last_day: date
    counts: tuple[Count, ...]
    differences: tuple[Difference, ...]
    compared: int

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """What somebody must look at."""
        return tuple(each for each in self.differences if not each.explained)
