"""What the instalments of a voucher say of it as a whole."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ap_domain.payments.picture import Instalment, InstalmentState, PaymentStanding
from ap_domain.payments.status_rules import COUNTING, ENDED, StatusField, rules_of
from ap_domain.payments.watched import PublishedPicture

__all__ = ["in_voucher_currency", "paid_last_on", "standing_of", "was_taken_back"]

_PAYMENT = rules_of(StatusField.PAYMENT)
_PAID_ONCE = frozenset({PaymentStanding.PAID, PaymentStanding.PARTIALLY_PAID, PaymentStanding.REOPENED})


def standing_of(
    instalments: Sequence[Instalment], *, settled: bool, on_hold: bool, before: PublishedPicture | None
) -> PaymentStanding:
    """Where the voucher stands. ``before`` is what was published of it: a site that gives a voided instalment back as
    it was shows nothing of the payment any more, and only so is it known that there was one.
    """
    states = {each.state for each in instalments}
    counts = bool(states & COUNTING)
    if InstalmentState.UNKNOWN in states:
        return PaymentStanding.UNKNOWN
    if not instalments:
        return PaymentStanding.UNKNOWN if settled else PaymentStanding.NOT_SCHEDULED
    if settled:
        return PaymentStanding.PAID if counts else PaymentStanding.CLOSED_UNPAID
    if counts:
        return PaymentStanding.PARTIALLY_PAID
    paid_once = before is not None and (before.standing in _PAID_ONCE or bool(before.paid))
    if paid_once or any(was_taken_back(each) for each in instalments):
        return PaymentStanding.REOPENED
    if states <= ENDED:
        return PaymentStanding.UNKNOWN  # what is still to be paid is not shown
    if on_hold:
        return PaymentStanding.ON_HOLD
    return PaymentStanding.SELECTED if InstalmentState.SELECTED in states else PaymentStanding.SCHEDULED


def was_taken_back(instalment: Instalment) -> bool:
    """Whether the payment that the instalment still shows was voided, stopped or deleted."""
    if not instalment.payment_status or instalment.state in ENDED - {InstalmentState.CANCELLED}:
        return False
    rule = _PAYMENT.get(instalment.payment_status)
    return instalment.cancelled_on is not None or (
        rule is not None and rule.state is InstalmentState.REOPENED
    )


def in_voucher_currency(instalment: Instalment, currency: str) -> Decimal:
    """What of the voucher the instalment met. Paid in another currency the sum paid says nothing in the voucher's, so
    the instalment's gross is taken, discount and withholding included (assumption).
    """
    return instalment.paid if instalment.currency == currency else instalment.gross


def paid_last_on(instalments: Sequence[Instalment]) -> date | None:
    """The latest day of a payment that counts; when none is left, the day the last one was taken back, or the one that
    ended an instalment without money.
    """
    for days in (
        [each.paid_on for each in instalments if each.state in COUNTING],
        [each.cancelled_on for each in instalments if was_taken_back(each)],
        [each.paid_on for each in instalments if each.state in ENDED - {InstalmentState.CANCELLED}],
    ):
        if days:
            return max((day for day in days if day is not None), default=None)
    return None
