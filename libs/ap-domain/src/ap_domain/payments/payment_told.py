"""What Basware is told of a picture: nothing while there is nothing to tell, then always the whole of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ap_domain.payments.payment_words import one_line, payment_words
from ap_domain.payments.picture import Instalment, PaymentPicture, PaymentStanding, Proof
from ap_domain.payments.standing import was_taken_back
from ap_domain.payments.status_rules import COUNTING, ENDED
from ap_domain.payments.told import PaymentTold

__all__ = ["payment_told"]

_LIST_LIMIT = 250
_CHECK_NUMBER_LIMIT = 25
_SEPARATOR = ", "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Payment:
    """A payment by its PYMNT_ID and by its name, the number of the cheque or transfer; each stands in for the other."""

    id: str
    name: str


def payment_told(
    picture: PaymentPicture, *, before: PaymentTold | None, transfer_block: bool
) -> PaymentTold | None:
    """What Basware should show, None while it need not be told of a payment at all.

    ``before`` is what it was told last: kept where the picture proves nothing, and the only memory of payments that
    PeopleSoft does not show any more. ``transfer_block`` is the hold that the transferResponse reported. Equal
    pictures lead to equal values, also when told again. Lists keep the newest entries where not all fit.
    """
    if not picture.instalments or picture.standing is PaymentStanding.UNKNOWN:
        return before
    known_block = before.payment_block if before else transfer_block
    # the inquiry shows no holds
    block = picture.on_hold if picture.proof is Proof.QUERY or picture.settled else known_block
    if before is None and block == transfer_block and not _anything_happened(picture):
        return None
    counting = sorted(
        (each for each in picture.instalments if each.state in COUNTING),
        key=lambda each: (each.paid_on or date.min, each.number),
    )
    payments = _payments(counting)
    taken_back = _taken_back(picture, payments, before)
    payments = _fitting_payments(payments)
    message, payment_message = payment_words(picture, taken_back=taken_back)
    return PaymentTold(
        settled=picture.settled,
        payment_block=block,
        paid_total=picture.paid_total,
        cash_discount=picture.cash_discount,
        payment_date=_payment_date(picture, before),
        message=message,
        check_number=one_line(counting[-1].reference)[:_CHECK_NUMBER_LIMIT] if counting else "",
        payment_message=payment_message,
        payment_number=_SEPARATOR.join(each.id for each in payments),
        payment_document=_SEPARATOR.join(each.name for each in payments),
        payment_reversal_document=_SEPARATOR.join(taken_back),
    )


def _anything_happened(picture: PaymentPicture) -> bool:
    return picture.settled or any(
        each.state in COUNTING or was_taken_back(each) for each in picture.instalments
    )


def _payment_date(picture: PaymentPicture, before: PaymentTold | None) -> date:
    """Never left out, or Basware would put today's: of an invoice that was never paid the day it is planned for."""
    if picture.payment_date is not None:
        return picture.payment_date
    if before is not None and before.payment_date is not None:
        return before.payment_date
    waiting = [each for each in picture.instalments if each.state not in ENDED] or picture.instalments
    planned = [day for each in waiting if (day := each.scheduled or each.due) is not None]
    return min(planned, default=picture.observed_at.date())


def _taken_back(
    picture: PaymentPicture, payments: Sequence[_Payment], before: PaymentTold | None
) -> tuple[str, ...]:
    """Names of voided and stopped payments: those PeopleSoft shows, those told before, and those that counted when
    Basware was told last and count no more.
    """
    back = _payments(each for each in picture.instalments if was_taken_back(each))
    shown = _unique(each.name for each in back)
    remembered: list[str] = []
    if before is not None:
        ids = {each.id for each in payments}
        told = zip(_entries(before.payment_number), _entries(before.payment_document), strict=False)
        remembered += _entries(before.payment_reversal_document)
        remembered += [name for number, name in told if number not in ids]
    known = {*shown, *(each.name for each in payments)}
    return _fitting([*(name for name in _unique(remembered) if name not in known), *shown])


def _payments(instalments: Iterable[Instalment]) -> list[_Payment]:
    """The payments that carry these instalments, each once."""
    found: dict[_Payment, None] = {}
    for each in instalments:
        number, name = one_line(each.payment_id), one_line(each.reference)
        if number or name:
            found[_Payment(id=number or name, name=name or number)] = None
    return list(found)


def _fitting_payments(payments: Sequence[_Payment]) -> list[_Payment]:
    """The newest whose ids and names both fit, so that the two lists keep telling of the same payments."""
    most = min(len(_fitting([each.id for each in payments])), len(_fitting([each.name for each in payments])))
    return list(payments[len(payments) - most :])


def _fitting(entries: Sequence[str]) -> tuple[str, ...]:
    """The last entries that fit into one field."""
    kept: list[str] = []
    for entry in reversed(entries):
        if len(_SEPARATOR.join([*kept, entry])) > _LIST_LIMIT:
            break
        kept.append(entry)
    return tuple(reversed(kept))


def _entries(text: str) -> list[str]:
    return text.split(_SEPARATOR) if text else []


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
