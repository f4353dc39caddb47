"""What is written down before a voucher is created, and how a voucher found later is compared with it."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ap_domain.money import plain
from ap_domain.natural_key import NOT_READ, MatchFields, NaturalKey, as_compared


class Standing(StrEnum):
    """What a voucher's ENTRY_STATUS means to us."""

    POSTABLE = "postable"
    RECYCLED = "recycled"
    INCOMPLETE = "incomplete"
    DELETED = "deleted"


_STANDINGS = {"P": Standing.POSTABLE, "R": Standing.RECYCLED, "X": Standing.DELETED}


def standing(entry_status: str) -> Standing:
    """P is postable, R recycled, X deleted; every other status is a voucher that somebody still has to
    finish.
    """
    return _STANDINGS.get(entry_status.strip().upper(), Standing.INCOMPLETE)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRef:
    """A voucher in PeopleSoft as last seen. `entry_status` is PeopleSoft's letter; `payment_hold` is None where the
    site does not show it; `closed` says that it is closed or paid.
    """

    business_unit: str
    voucher_id: str
    entry_status: str
    payment_hold: bool | None = None
    closed: bool = False

    @property
    def standing(self) -> Standing:
        return standing(self.entry_status)

    @property
    def live(self) -> bool:
        """Only a deleted voucher counts as absent."""
        return self.standing is not Standing.DELETED


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingIntent:
    """What `started` records: enough to settle doubt later without mapping the invoice again.

    `known` are the ids of vouchers that stood under the number before, of other invoices by the match rule (a number
    may be repeated legitimately): they say nothing about this one. `rule` is the connection's match rule as it was
    then.
    """

    natural_key: NaturalKey
    match: MatchFields
    mapping_digest: str
    request_digest: str
    known: tuple[str, ...] = ()
    rule: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVoucher:
    """A voucher as PeopleSoft shows it. A value of None was not in the answer."""

    ref: VoucherRef
    vendor_setid: str | None = None
    vendor_id: str | None = None
    invoice_id: str | None = None
    match: MatchFields = NOT_READ
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field in which a found voucher is not what was sent; for the person who has to decide."""

    field: str
    sent: str
    found: str


MATCHABLE = (
    "BUSINESS_UNIT",
    "VENDOR_SETID",
    "VENDOR_ID",
    "INVOICE_ID",
    "INVOICE_DT",
    "GROSS_AMT",
    "VOUCHER_STYLE",
)
"""The fields a connection may name in its match rule, as PeopleSoft names them."""


def differences(
    found: FoundVoucher, intent: PostingIntent, *, match_fields: Collection[str]
) -> tuple[Difference, ...]:
    """The fields of the match rule in which `found` is not what `intent` sent.

    A value that was not read proves nothing and counts as different. Raises ValueError for a field that
    cannot be matched and for an empty rule, which would make every voucher match.
    """
    unknown = sorted(set(match_fields) - set(MATCHABLE))
    if unknown or not match_fields:
        raise ValueError(f"a match rule names fields of {', '.join(MATCHABLE)}; got {unknown or 'none'}")
    sent, seen = _sent(intent), _seen(found)
    return tuple(
        Difference(field=name, sent=sent[name] or "not sent", found=seen[name] or "not read")
        for name in MATCHABLE
        if name in match_fields and (sent[name] is None or sent[name] != seen[name])
    )


def matches(found: FoundVoucher, intent: PostingIntent, *, match_fields: Collection[str]) -> bool:
    """Whether the voucher is the invoice that `intent` sent, by the connection's match rule."""
    return not differences(found, intent, match_fields=match_fields)


def contradicts(found: FoundVoucher, intent: PostingIntent) -> bool:
    """Whether an amount, a date or a style that was read is not what was sent, whatever the match rule looks at."""
    sent, seen = _match_texts(intent.match), _match_texts(found.match)
    return any(
        seen[name] is not None and sent[name] is not None and seen[name] != sent[name] for name in sent
    )


def _sent(intent: PostingIntent) -> dict[str, str | None]:
    key = intent.natural_key
    return {
        "BUSINESS_UNIT": as_compared(key.business_unit),
        "VENDOR_SETID": as_compared(key.vendor_setid),
        "VENDOR_ID": as_compared(key.vendor_id),
        "INVOICE_ID": as_compared(key.invoice_id),
        **_match_texts(intent.match),
    }


def _seen(found: FoundVoucher) -> dict[str, str | None]:
    return {
        "BUSINESS_UNIT": as_compared(found.ref.business_unit),
        "VENDOR_SETID": _text(found.vendor_setid),
        "VENDOR_ID": _text(found.vendor_id),
        "INVOICE_ID": _text(found.invoice_id),
        **_match_texts(found.match),
    }


def _match_texts(match: MatchFields) -> dict[str, str | None]:
    return {
        "INVOICE_DT": None if match.invoice_date is None else match.invoice_date.isoformat(),
        "GROSS_AMT": _amount(match.gross),
        "VOUCHER_STYLE": _text(match.style),
    }


def _text(value: str | None) -> str | None:
    return None if value is None else as_compared(value)


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
