"""The answers that the calls of an invoice bring."""

from dataclasses import dataclass
from datetime import datetime

from ap_domain.posting import PostingIntent, VoucherRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """Basware took the document off its list. `spacing` in seconds until the next write on the record."""

    spacing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The document was mapped and PeopleSoft was asked for the natural key.

    `fetch_number` says which fetch was mapped, `asked_at` when PeopleSoft was asked; `same` and `different`
    are live vouchers under the key. `payment_block` is what Basware is told of the voucher's hold.
    """

    fetch_number: int
    asked_at: datetime
    intent: PostingIntent
    same: tuple[VoucherRef, ...] = ()
    different: tuple[VoucherRef, ...] = ()
    settle_seconds: float
    payment_block: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """PeopleSoft saved the voucher. `warnings` are its words."""

    voucher: VoucherRef
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """All live vouchers that match, seen after a create that followed empty looks."""

    same: tuple[VoucherRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Basware stored the response; what becomes of it is asked under `request_id`."""

    request_id: str | None
    spacing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Basware carried the response out; `problem` holds its words if it did not."""

    problem: str | None = None
