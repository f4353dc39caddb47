"""Everything known of the payment of one voucher at one moment, as it travels on `peoplesoft.payments`."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

__all__ = [
    "ExceptionKind",
    "Instalment",
    "InstalmentState",
    "PaymentPicture",
    "PaymentStanding",
    "Proof",
    "VoucherException",
    "VoucherStatus",
]


class Proof(StrEnum):
    """Which source the picture rests on."""

    QUERY = "query"
    """Rows of PYMNT_VCHR_XREF and PAYMENT_TBL: every instalment, its amounts and its fate."""
    INQUIRY = "inquiry"
    """A row of the eSettlements payment inquiry, without voucher id: it proves that an invoice was paid, no more."""


class InstalmentState(StrEnum):
    """What became of one scheduled payment of a voucher."""

    SCHEDULED = "scheduled"
    SELECTED = "selected"
    """Chosen by a pay cycle: requested, in process or under settlement."""
    UNDER_REVIEW = "under_review"
    """Held back by a check for financial sanctions."""
    ON_HOLD = "on_hold"
    PAID = "paid"
    """Also what was paid outside and recorded."""
    PREPAID = "prepaid"
    """A prepayment was applied: nothing is paid for it any more."""
    NETTED = "netted"
    """Settled against credit notes without money."""
    ZERO = "zero"
    """Nothing was to be paid."""
    REOPENED = "reopened"
    """The payment was voided or stopped; it is scheduled again."""
    CANCELLED = "cancelled"
    """Will not be paid: cancelled, or voided and its liability closed."""
    ESCHEATED = "escheated"
    """The payee never cashed it; the money went to the state. To the invoice it counts as paid."""
    FAILED = "failed"
    """PeopleSoft could not convert or carry it out."""
    UNKNOWN = "unknown"


class PaymentStanding(StrEnum):
    """The voucher as a whole."""

    NOT_SCHEDULED = "not_scheduled"
    SCHEDULED = "scheduled"
    SELECTED = "selected"
    ON_HOLD = "on_hold"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    """Every instalment has come to its end, and money was paid."""
    CLOSED_UNPAID = "closed_unpaid"
    """Every instalment has come to its end without money: netted, zero, prepaid or cancelled."""
    REOPENED = "reopened"
    """Something was paid and taken back, and nothing is paid now."""
    UNKNOWN = "unknown"


class ExceptionKind(StrEnum):
    """Why a voucher will not be paid unless somebody acts in PeopleSoft."""

    RECYCLED = "recycled"
    INCOMPLETE = "incomplete"
    MATCH = "match_exception"
    BUDGET = "budget_error"
    DENIED = "denied"
    DELETED = "deleted"
    CLOSED = "closed"
    """Closed without having been paid."""
    MISSING = "missing"
    """PeopleSoft's queries do not show it, or not all of it."""
    PAYMENT_FAILED = "payment_failed"
    UNKNOWN_STATUS = "unknown_status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One scheduled payment: a row of PYMNT_VCHR_XREF with the payment of PAYMENT_TBL that carries it.

    ``number`` is PYMNT_CNT; ``selection``, ``action``, ``payment_status`` and ``cancel_action`` are PeopleSoft's
    letters, blank where it shows none. ``gross`` is in the voucher's currency; ``paid``, ``discount`` and ``withheld``
    are in ``currency``, that of the payment; what is not paid is 0. ``reference`` is the number of the cheque or
    transfer. Bank accounts are never kept.
    """

    number: int
    state: InstalmentState
    selection: str
    action: str = ""
    payment_status: str = ""
    cancel_action: str = ""
    gross: Decimal
    paid: Decimal
    discount: Decimal
    withheld: Decimal
    currency: str
    due: date | None = None
    scheduled: date | None = None
    hold_reason: str = ""
    method: str = ""
    payment_id: str = ""
    reference: str = ""
    paid_on: date | None = None
    cancelled_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherStatus:
    """The voucher's own statuses, in PeopleSoft's letters as last read, blank where the site does not show one."""

    entry: str = ""
    match: str = ""
    approval: str = ""
    budget: str = ""
    posting: str = ""
    close: str = ""
    terms: str = ""
    accounting_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherException:
    """Something in PeopleSoft that a person must deal with. ``since`` is when it was first seen; ``words`` say what is
    wrong, ``remedy`` what helps (a transfer cannot be undone in Basware).
    """

    kind: ExceptionKind
    since: datetime
    words: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPicture:
    """Keyed by connection, business unit and voucher.

    ``poll_offset`` is the offset of the due poll that found it: what an older one says is ignored (`supersedes`).
    ``posted_at`` is since when the voucher stands for the invoice. ``settled``: every instalment has come to its end
    and they cover the voucher, decided by PeopleSoft's statuses and never by comparing what was paid. Amounts are in
    ``currency``, the voucher's: ``paid_total`` is what the supplier has now, without discount and without what was
    withheld. ``on_hold``: an instalment that is still to be paid is held. ``gone`` are the numbers of paid instalments
    that PeopleSoft showed and shows no more, of which nothing is concluded: the standing is then unknown.
    ``unknown`` names codes that no rule knows; ``disagreements`` say where two sources differ. ``digest`` is the
    SHA-256 of all that, without ``poll_offset``, ``observed_at`` and the times of exceptions.
    """

    connection_id: str
    invoice_id: str
    business_unit: str
    voucher_id: str
    poll_offset: int
    observed_at: datetime
    posted_at: datetime | None = None
    proof: Proof
    standing: PaymentStanding
    settled: bool
    currency: str
    gross: Decimal
    paid_total: Decimal
    cash_discount: Decimal
    withheld: Decimal
    payment_date: date | None = None
    on_hold: bool
    hold_reason: str = ""
    instalments: tuple[Instalment, ...]
    gone: tuple[int, ...] = ()
    voucher: VoucherStatus | None = None
    exceptions: tuple[VoucherException, ...] = ()
    unknown: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()
    digest: str
