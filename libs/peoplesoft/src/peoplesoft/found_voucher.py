"""A voucher as PeopleSoft shows it: its codes read into facts, and whether it is the one looked for.

Codes: reference on PeopleSoft, sections 3.3, 3.4 (header) and 6.2 (scheduled payments).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from peoplesoft.errors import PeopleSoftError, ProtocolError
from peoplesoft.outcomes import RemoteMessage
from peoplesoft.values import Record, Value, ValueRefused, parse_date

_CLOSED = "C"
_MONEY_IS_GONE = frozenset({"P", "E", "Y"})
"""PYMNT_SELCT_STATUS: paid, paid outside PeopleSoft, covered by a prepayment."""
_FLAGS = {"Y": True, "N": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVoucher:
    """A voucher as PeopleSoft holds it, deleted ones included: `entry_status` and the other codes are
    PeopleSoft's (P postable, R recycled, X deleted ...), `gross` is in the invoice currency, `raw` is all
    of it by canonical names. None or "" where the site's component interface does not show a field.

    `post_status` is POST_STATUS_AP (N, P, U), `approval_status` APPR_STATUS (A, D, P). Hold and payment
    are read from the header or from the scheduled payments, wherever the component interface shows them:
    `payment_hold` is True if any of them is held and `hold_reason` is that one's; `paid` is True as soon
    as money has left for any of them, in or outside PeopleSoft. `closed` is False too where CLOSE_STATUS
    is not shown: `close_status` is "" then.
    """

    business_unit: str
    voucher_id: str
    entry_status: str
    invoice_id: str
    vendor_setid: str = ""
    vendor_id: str = ""
    invoice_date: date | None = None
    gross: Decimal | None = None
    currency: str = ""
    style: str = ""
    origin: str = ""
    close_status: str = ""
    post_status: str = ""
    approval_status: str = ""
    payment_hold: bool | None = None
    hold_reason: str = ""
    paid: bool | None = None
    raw: Record = field(default_factory=dict, repr=False)

    @property
    def closed(self) -> bool:
        """Whether PeopleSoft shows the voucher as closed."""
        return self.close_status == _CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedVoucher:
    """A voucher saved by our create, and `read_back`: what a Get right after it shows, hold and codes
    included; None if it was not read back, with the reason if that failed. `entry_status` is read back too.
    """

    business_unit: str
    voucher_id: str
    entry_status: str | None = None
    warnings: tuple[RemoteMessage, ...] = ()
    read_back: FoundVoucher | None = None
    not_read_back: PeopleSoftError | None = None


def voucher_of(record: Record) -> FoundVoucher:
    """The voucher of a component read with canonical names. Raises ProtocolError for a date that is none."""
    gross = record.get("GROSS_AMT")
    hold, reason = _hold(record)
    return FoundVoucher(
        business_unit=_text(record, "BUSINESS_UNIT"),
        voucher_id=_text(record, "VOUCHER_ID"),
        entry_status=_text(record, "ENTRY_STATUS"),
        invoice_id=_text(record, "INVOICE_ID"),
        vendor_setid=_text(record, "VENDOR_SETID"),
        vendor_id=_text(record, "VENDOR_ID"),
        invoice_date=_date(record.get("INVOICE_DT"), "INVOICE_DT"),
        gross=gross if isinstance(gross, Decimal) else None,
        currency=_text(record, "TXN_CURRENCY_CD"),
        style=_text(record, "VOUCHER_STYLE"),
        origin=_text(record, "ORIGIN"),
        close_status=_text(record, "CLOSE_STATUS"),
        post_status=_text(record, "POST_STATUS_AP"),
        approval_status=_text(record, "APPR_STATUS"),
        payment_hold=hold,
        hold_reason=reason,
        paid=_paid(record),
        raw=record,
    )


def agrees(record: Record, match: Mapping[str, Value]) -> bool:
    """Whether every field of `match` that `record` shows is equal: text without regard to case."""
    for name, wanted in match.items():
        held = record.get(name)
        if held is None or isinstance(held, list):
            continue
        if isinstance(held, str) and isinstance(wanted, date):
            held = _date(held, name)
        if isinstance(held, str) and isinstance(wanted, str):
            if held.strip().casefold() != wanted.strip().casefold():
                return False
        elif held != wanted:
            return False
    return True


def _rows_showing(record: Record, name: str) -> Iterator[Record]:
    """The header if it shows `name`, and every row below it that does."""
    if isinstance(record.get(name), str):
        yield record
    for value in record.values():
        if isinstance(value, list):
            for row in value:
                yield from _rows_showing(row, name)


def _hold(record: Record) -> tuple[bool | None, str]:
    """(held, reason); (None, "") where no row says Y or N."""
    held: bool | None = None
    for row in _rows_showing(record, "PYMNT_HOLD"):
        flag = _FLAGS.get(_text(row, "PYMNT_HOLD").upper())
        if flag:
            return True, _text(row, "PYMNT_HOLD_REASON")
        held = flag if held is None else held
    return held, ""


def _paid(record: Record) -> bool | None:
    codes = {
        _text(row, "PYMNT_SELCT_STATUS").upper() for row in _rows_showing(record, "PYMNT_SELCT_STATUS")
    } - {""}
    return not codes.isdisjoint(_MONEY_IS_GONE) if codes else None


def _text(record: Record, name: str) -> str:
    value = record.get(name, "")
    return value if isinstance(value, str) else str(value)


def _date(value: object, name: str) -> date | None:
    """A date, which some sites declare as text."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not value:
        return None
    try:
        return parse_date(value)
    except ValueRefused as refusal:
        raise ProtocolError(f"{name} of a voucher: {refusal}", operation="get") from refusal
