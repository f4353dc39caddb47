"""What the clerk reads in Basware about a payment. Whole sentences are left out where not all fit, amounts are never
cut.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from ap_domain.money import format_amount
from ap_domain.payments.picture import Instalment, InstalmentState, PaymentPicture, PaymentStanding
from ap_domain.payments.status_rules import COUNTING, HOLD_REASONS
from ap_domain.response import MESSAGE_LIMIT

__all__ = ["PAYMENT_MESSAGE_LIMIT", "one_line", "payment_words"]

PAYMENT_MESSAGE_LIMIT = 100
"""Characters of a paymentMessage (Basware P2P OpenAPI 26.06)."""

_LONGEST_NAME = 40
_WITHOUT_MONEY = {
    InstalmentState.NETTED: ("Settled in PeopleSoft against credit notes", "Settled against credit notes"),
    InstalmentState.PREPAID: ("Settled in PeopleSoft by a prepayment", "Settled by a prepayment"),
    InstalmentState.ZERO: ("Settled in PeopleSoft: nothing was to be paid", "Nothing was to be paid"),
    InstalmentState.CANCELLED: (
        "Cancelled in PeopleSoft: it will not be paid",
        "Cancelled, will not be paid",
    ),
}


def payment_words(picture: PaymentPicture, *, taken_back: Sequence[str]) -> tuple[str, str]:
    """The responseMessage (250 characters) and the paymentMessage (100). ``taken_back`` are names of payments that were
    voided or stopped. What a clerk cannot act on, such as an instalment that was selected, is not in the words: a new
    text would be a new response.
    """
    match picture.standing:
        case PaymentStanding.PAID | PaymentStanding.PARTIALLY_PAID:
            return _paid(picture, taken_back)
        case PaymentStanding.CLOSED_UNPAID:
            return _without_money(picture, taken_back)
        case _:
            return _open(picture, taken_back)


def one_line(text: str) -> str:
    """A number or name as an entry of a list: printable, without the comma that separates entries."""
    return " ".join(
        "".join(letter if letter.isprintable() and letter != "," else " " for letter in text).split()
    )


def _paid(picture: PaymentPicture, taken_back: Sequence[str]) -> tuple[str, str]:
    partly = picture.standing is PaymentStanding.PARTIALLY_PAID
    first = f"{'Partly paid' if partly else 'Paid'} in PeopleSoft: {_amount(picture.paid_total, picture)}"
    if partly:
        first += f" of {_amount(picture.gross, picture)}"
    if picture.payment_date is not None:
        first += f", last on {picture.payment_date.isoformat()}"
    sentences = [first, *_hold(picture, "The rest is on hold"), *_details(picture, taken_back)]
    short = ["Partly paid", *_hold(picture, "The rest is on hold")] if partly else ["Paid"]
    return _fitted(sentences, MESSAGE_LIMIT), _fitted(short, PAYMENT_MESSAGE_LIMIT)


def _without_money(picture: PaymentPicture, taken_back: Sequence[str]) -> tuple[str, str]:
    words = [_WITHOUT_MONEY[state] for state in _ends(picture.instalments)]
    sentences = [*(long for long, _ in words), *_back(taken_back)]
    return _fitted(sentences, MESSAGE_LIMIT), _fitted([short for _, short in words], PAYMENT_MESSAGE_LIMIT)


def _open(picture: PaymentPicture, taken_back: Sequence[str]) -> tuple[str, str]:
    if taken_back or picture.standing is PaymentStanding.REOPENED:
        first = "The payment was taken back in PeopleSoft; nothing is paid now"
        again = [] if picture.on_hold else ["It is to be paid again"]
        sentences = [first, *_hold(picture, "It is on hold"), *again, *_back(taken_back)]
        short = ["Payment taken back", *_hold(picture, "On hold")]
    elif picture.on_hold:
        sentences, short = [*_hold(picture, "Payment is on hold in PeopleSoft")], [*_hold(picture, "On hold")]
    else:
        sentences, short = ["Not paid in PeopleSoft yet; payment is not on hold"], ["Not on hold"]
    return _fitted(sentences, MESSAGE_LIMIT), _fitted(short, PAYMENT_MESSAGE_LIMIT)


def _details(picture: PaymentPicture, taken_back: Sequence[str]) -> Iterator[str]:
    if picture.cash_discount:
        yield f"Cash discount taken: {_amount(picture.cash_discount, picture)}"
    if picture.withheld:
        yield f"Withheld and not paid to the supplier: {_amount(picture.withheld, picture)}"
    others = {
        each.currency
        for each in picture.instalments
        if each.state in COUNTING and each.currency != picture.currency
    }
    if others:
        paid_in = " and ".join(sorted(others))
        yield f"Paid in {paid_in}; the sum shown is the gross in {picture.currency or 'the voucher currency'}"
    if any(each.state is InstalmentState.ESCHEATED for each in picture.instalments):
        yield "The payee did not cash it, the money went to the state"
    if picture.settled:
        yield from (f"For the rest: {_WITHOUT_MONEY[end][1].lower()}" for end in _ends(picture.instalments))
    yield from _back(taken_back)


def _ends(instalments: Iterable[Instalment]) -> list[InstalmentState]:
    """How instalments ended without money. One that was cancelled because a later one stands for it does not count,
    unless there is nothing else to say.
    """
    found = [each for each in instalments if each.state in _WITHOUT_MONEY]
    final = [
        each
        for each in found
        if each.state is not InstalmentState.CANCELLED or each.cancel_action not in ("R", "H")
    ]
    counts = any(each.state in COUNTING for each in instalments)
    states = {each.state for each in (final if final or counts else found)}
    return [state for state in _WITHOUT_MONEY if state in states]


def _hold(picture: PaymentPicture, words: str) -> Iterator[str]:
    if picture.on_hold:
        reason = HOLD_REASONS.get(picture.hold_reason, _shortened(one_line(picture.hold_reason)))
        yield f"{words}: {reason}" if reason else words


def _back(taken_back: Sequence[str]) -> Iterator[str]:
    if taken_back:
        more = f" and {len(taken_back) - 1} more" if len(taken_back) > 1 else ""
        yield f"Taken back: payment {_shortened(taken_back[-1])}{more}"


def _amount(amount: Decimal, picture: PaymentPicture) -> str:
    return f"{format_amount(amount, currency=picture.currency)} {picture.currency}".rstrip()


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 3].rstrip()}..."


def _fitted(sentences: Iterable[str], limit: int) -> str:
    text = ""
    for each in sentences:
        longer = f"{text} {each}.".lstrip()
        if len(longer) <= limit:
            text = longer
    return text
