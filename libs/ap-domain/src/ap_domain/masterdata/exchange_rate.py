"""PeopleSoft keeps a rate as a fraction, Basware as one number."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException

from ap_domain.money import MoneyFault, parse_amount

__all__ = ["DIGITS", "rate_of"]

DIGITS = 15
"""Significant digits of a rate: as many as Basware's number (a double) keeps exactly."""

_ROUNDED = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)


def rate_of(row: Mapping[str, object]) -> Decimal | None:
    """RATE_MULT / RATE_DIV, rounded half even to 15 significant digits: an amount in FROM_CUR times the rate is the
    amount in TO_CUR. None where one of the two is missing, no number, or not positive.
    """
    try:
        multiplier, divisor = (parse_amount(row.get(name)) for name in ("RATE_MULT", "RATE_DIV"))
        if multiplier <= 0 or divisor <= 0:
            return None
        rate = _ROUNDED.divide(multiplier, divisor)
        return rate if rate.is_finite() else None
    except (MoneyFault, DecimalException):
        return None
