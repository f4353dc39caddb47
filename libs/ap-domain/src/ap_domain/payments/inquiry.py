"""The eSettlements payment inquiry: rows without a voucher id, and which voucher one can only be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ap_domain.money import format_amount
from ap_domain.natural_key import as_compared
from ap_domain.payments.instalments import ReadInstalment
from ap_domain.payments.picture import Instalment, InstalmentState, PaymentPicture
from ap_domain.payments.status_rules import COUNTING
from ap_domain.payments.watched import WatchedVoucher

__all__ = ["InquiryMatches", "InquiryRow", "disagreement", "instalments_of_inquiry", "match_inquiry"]

_NO_MONEY = Decimal(0)
_Invoice = tuple[str, date, Decimal, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryRow:
    """One row of the inquiry: the invoice's number, date, gross and currency, and the words of its status."""

    number: str
    invoice_date: date
    gross: Decimal
    currency: str
    status: str
    payment_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryMatches:
    """``rows`` and ``why_not`` are keyed by invoice id: the one row that can only be the invoice's, or why none can be
    told. ``strangers`` counts rows of invoices that are not watched.
    """

    rows: Mapping[str, InquiryRow] = field(default_factory=dict)
    why_not: Mapping[str, str] = field(default_factory=dict)
    strangers: int = 0


def match_inquiry(rows: Iterable[InquiryRow], watched: Iterable[WatchedVoucher]) -> InquiryMatches:
    """A row is a voucher's where number, date, gross and currency are those of exactly one watched voucher, and no
    differing row says so as well; of a voucher whose currency is not known here none is. Windows overlap: equal rows
    count once. A row names no supplier: that it is not of a voucher that nobody watches is not proven.
    """
    vouchers: dict[_Invoice, list[WatchedVoucher]] = {}
    for each in watched:
        if each.invoice_number and each.invoice_date and each.gross is not None:
            key = (as_compared(each.invoice_number), each.invoice_date, each.gross, each.currency)
            vouchers.setdefault(key, []).append(each)
    shown: dict[_Invoice, dict[InquiryRow, None]] = {}
    for row in rows:
        key = (as_compared(row.number), row.invoice_date, row.gross, row.currency)
        shown.setdefault(key, {})[row] = None
    found: dict[str, InquiryRow] = {}
    why_not: dict[str, str] = {}
    for key, same in shown.items():
        for voucher in vouchers.get((*key[:3], ""), ()):
            why_not[voucher.invoice_id] = "its currency is not known here"
        for voucher in vouchers.get(key, ()):
            if len(vouchers[key]) > 1:
                others = ", ".join(
                    sorted(f"{each.business_unit}/{each.voucher_id}" for each in vouchers[key])
                )
                why_not[voucher.invoice_id] = f"number, date, gross and currency are those of {others}"
            elif len(same) > 1:
                said = ", ".join(sorted(row.status for row in same))
                why_not[voucher.invoice_id] = f"the inquiry shows it {len(same)} times: {said}"
            else:
                found[voucher.invoice_id] = next(iter(same))
    strangers = sum(
        len(same) for key, same in shown.items() if vouchers.keys().isdisjoint((key, (*key[:3], "")))
    )
    return InquiryMatches(rows=found, why_not=why_not, strangers=strangers)


def instalments_of_inquiry(
    row: InquiryRow | None, *, statuses: Mapping[str, InstalmentState]
) -> tuple[ReadInstalment, ...]:
    """The invoice as one instalment; none without a row. The inquiry shows no date of payment and no amount paid: what
    it calls paid is paid whole.
    """
    if row is None:
        return ()
    state = _state(row, statuses)
    unknown = (f"payment inquiry: the status {row.status or 'blank'} is not known",)
    return (
        ReadInstalment(
            instalment=Instalment(
                number=1,
                state=state,
                selection=row.status,
                gross=row.gross,
                paid=row.gross if state in COUNTING else _NO_MONEY,
                discount=_NO_MONEY,
                withheld=_NO_MONEY,
                currency=row.currency,
                method=row.payment_type,
            ),
            held=state is InstalmentState.ON_HOLD,
            unknown=unknown if state is InstalmentState.UNKNOWN else (),
        ),
    )


def disagreement(
    picture: PaymentPicture, row: InquiryRow, *, statuses: Mapping[str, InstalmentState]
) -> tuple[str, ...]:
    """Where the inquiry's row says something else than the query's picture; what it says in words that nobody
    translated is no contradiction.
    """
    said: list[str] = []
    state = _state(row, statuses)
    paid = any(each.state in COUNTING for each in picture.instalments)
    if state in COUNTING and not picture.settled:
        said.append(f"the payment inquiry says {row.status}, the query {picture.standing.replace('_', ' ')}")
    elif state not in COUNTING | {InstalmentState.UNKNOWN} and picture.settled and paid:
        said.append(f"the query says paid, the payment inquiry {row.status}")
    if picture.voucher is not None and (row.gross, row.currency) != (picture.gross, picture.currency):
        shown = f"{format_amount(row.gross, currency=row.currency)} {row.currency}"
        ours = f"{format_amount(picture.gross, currency=picture.currency)} {picture.currency}"
        said.append(f"the payment inquiry shows a gross of {shown}, the query {ours}")
    return tuple(said)


def _state(row: InquiryRow, statuses: Mapping[str, InstalmentState]) -> InstalmentState:
    return statuses.get(row.status.strip().upper(), InstalmentState.UNKNOWN)
