"""The answers that the calls of an invoice bring."""

from dataclasses import dataclass
from datetime import datetime

from ap_domain.invoice_state import DocumentRef
from ap_domain.posting import PostingIntent, VoucherRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """Basware took the document off its list. `spacing` in seconds until the next write on the record."""

    spacing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The document was mapped and PeopleSoft was asked for the natural key.

    `fetch_number` says which fetch was mapped, `asked_at` when PeopleSoft was asked; `same` and `different` are
    live vouchers under the number, by the connection's match rule, `deleted` are deleted ones that match.
    `payment_block` is the hold asked for; `adopt` whether the connection lets a voucher of another origin count as
    the invoice's; `notes` what the voucher will not say as the document does; `contradicting` names those of `same`
    that show another amount, date or style.
    """

    fetch_number: int
    asked_at: datetime
    intent: PostingIntent
    same: tuple[VoucherRef, ...] = ()
    different: tuple[VoucherRef, ...] = ()
    deleted: tuple[VoucherRef, ...] = ()
    settle_seconds: float
    payment_block: bool = False
    adopt: bool = False
    notes: tuple[str, ...] = ()
    contradicting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """PeopleSoft saved the voucher. `warnings` are its words."""

    voucher: VoucherRef
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """All live vouchers under the number that a create which followed empty looks did not know of.

    `same` may be what it made; `different` show other values than it sent, as what an earlier create made may.
    """

    same: tuple[VoucherRef, ...]
    different: tuple[VoucherRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Basware stored the response; what becomes of it is asked under `request_id`."""

    request_id: str | None
    spacing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Basware carried the response out; `problem` holds its words if it did not."""

    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """Basware stored the report of this number, and neither its request nor the document shows anything of it."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedAgain:
    """All live vouchers that creates which counted as not happened may have made, by the search due at `due`."""

    due: datetime
    vouchers: tuple[VoucherRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisited:
    """The voucher this invoice has, as it stands; None if it was deleted."""

    voucher: VoucherRef | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What would have come of this fetch of the invoice, in words, and the digests of what would have been sent."""

    fetch_number: int
    outcome: str
    mapping_digest: str | None = None
    request_digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenElsewhere:
    """Basware says that the document of this fetch was acknowledged, and we never tried to."""

    fetch_number: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReported:
    """Basware stored the payment response of this number; what becomes of it is asked under `request_id`."""

    number: int
    request_id: str | None
    spacing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRefused:
    """Basware does not take the payment response of this number, and does not hold it. `sent_before`: an earlier send
    of it, whose answer was lost, may still arrive.
    """

    number: int
    reason: str
    sent_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentConfirmed:
    """What became of the payment response of this number: `problem` holds Basware's words if it was not carried out,
    `overtaken` says that it was only dropped in favour of a later response.
    """

    number: int
    problem: str | None = None
    overtaken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkable:
    """The voucher that a person named can stand for the invoice.

    `intent` holds what PeopleSoft shows of it, `document` the invoice as Basware showed it just then (it lies on no
    topic), with its number, its currency and the block of payment that Basware knows.
    """

    voucher: VoucherRef
    intent: PostingIntent
    document: DocumentRef
    invoice_number: str
    currency: str
    payment_block: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLinkable:
    """The voucher that a person named cannot stand for the invoice; `reason` says why."""

    business_unit: str
    voucher_id: str
    reason: str
