"""What the payment inquiry is asked, and the rows of its answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from peoplesoft.call import Call
from peoplesoft.errors import NeedsPerson, PeopleSoftError, ProtocolError, RetryLater
from peoplesoft.half_characters import WholeCharacters
from peoplesoft.outline import json_error

_ROW: Final = "oInvoiceID"
_PLACE: Final = re.compile(r"\s*([0-9]{1,9})\s+of\s+([0-9]{1,9})\s*", re.IGNORECASE)
_AMOUNT: Final = re.compile(r"[+-]?[0-9]{1,25}(?:\.[0-9]{1,10})?")
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentInquiryRow:
    """One invoice the inquiry shows; it carries no voucher and no business unit. `status` is in the site's words."""

    number: str
    invoice_date: date | None
    gross: Decimal
    currency: str
    status: str
    payment_type: str = ""


def inquiry_request(start: date, end: date) -> bytes:
    """The body that asks for payments of these days, both included."""
    return json.dumps(
        {"iStartDate": start.isoformat(), "iEndDate": end.isoformat(), "iPaymentDate": ""}
    ).encode()


def read_inquiry(body: bytes, call: Call) -> tuple[PaymentInquiryRow, ...]:
    """All rows of an answer. Raises RetryLater if it was cut, NeedsPerson for an error in JSON, ProtocolError for
    anything that is not a whole answer.
    """
    mending = WholeCharacters()
    try:
        found = json.loads(
            mending.feed(body).decode(),
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError, InvalidOperation) as failure:
        what = f"the answer is cut or damaged: {type(failure).__name__}"
        raise call.error(RetryLater, what) from None  # its own words quote the answer
    said = json_error(body)
    cells = list(_rows(found, call))
    if not cells and (said or not _holds_a_list(found)):
        kind = NeedsPerson if said else ProtocolError
        raise call.error(kind, "the answer is JSON, but not that of a payment inquiry", said=said)
    _check_whole(cells, call)
    return tuple(_row(each, call) for each in cells)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _rows(found: object, call: Call, *, depth: int = 0) -> Iterator[Mapping[str, object]]:
    if depth > _DEEPEST:
        raise call.error(ProtocolError, "the answer is nested too deeply")
    if isinstance(found, dict):
        if _ROW in found:
            yield found
            return
        found = list(found.values())
    if isinstance(found, list):
        for each in found:
            yield from _rows(each, call, depth=depth + 1)


def _holds_a_list(found: object) -> bool:
    """Whether the answer has a place for rows: an empty one says that there are none."""
    if isinstance(found, dict):
        return any(map(_holds_a_list, found.values()))
    return isinstance(found, list)


def _check_whole(rows: list[Mapping[str, object]], call: Call) -> None:
    """Each row says which of how many it is; together they must be all of them."""
    places: list[int] = []
    for row in rows:
        place = _PLACE.fullmatch(_text(row, "oOutRowNumber", call))
        if place is None:
            said = f"a row says {row.get('oOutRowNumber')!r} where it should say which of how many it is"
            raise call.error(ProtocolError, said)
        places.append(int(place[1]))
        if int(place[2]) != len(rows):
            said = f"{len(rows)} rows came, the answer says {int(place[2])}: not taken for the whole"
            raise call.error(ProtocolError, said)
    if sorted(places) != list(range(1, len(rows) + 1)):
        raise call.error(ProtocolError, f"the {len(rows)} rows do not count from 1 to {len(rows)}")


def _row(row: Mapping[str, object], call: Call) -> PaymentInquiryRow:
    return PaymentInquiryRow(
        number=_text(row, _ROW, call),
        invoice_date=_day(row, "oInvDate", call),
        gross=_amount(row, "oGrossAmount", call),
        currency=_text(row, "oTxnCurrencyCD", call),
        status=_text(row, "oPymntStatus", call),
        payment_type=_text(row, "oInvPymntType", call),
    )


def _text(row: Mapping[str, object], field: str, call: Call) -> str:
    value = row.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(field, value, "text; leading zeros may be lost", call)
    return value.strip()


def _amount(row: Mapping[str, object], field: str, call: Call) -> Decimal:
    value = row.get(field)
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) <= 30:
        return value
    if isinstance(value, str) and _AMOUNT.fullmatch(value.strip()):
        return Decimal(value.strip())
    raise _wrong(field, value, "an amount as in 1234.50", call)


def _day(row: Mapping[str, object], field: str, call: Call) -> date | None:
    text = _text(row, field, call)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise _wrong(field, text, "a day as in 2026-01-31", call) from None


def _wrong(field: str, value: object, wanted: str, call: Call) -> PeopleSoftError:
    return call.error(ProtocolError, f"{field} is {str(value)[:60]!r} instead of {wanted}")
