"""Amounts of money: exact decimals from the bytes of one vendor to the bytes of the other.

Python's default decimal context rounds at 28 digits without a word. The wire type of the topics is
decimal(38,10), so every sum here is taken in a context that raises instead of rounding.
"""

from collections.abc import Iterable
from decimal import Context, Decimal, DecimalException, DivisionByZero, Inexact, InvalidOperation, Overflow

PRECISION = 38
SCALE = 10
"""Digits, and digits after the point, of an amount on a topic (Avro decimal(38,10))."""

_EXACT = Context(prec=120, traps=[Inexact, InvalidOperation, Overflow, DivisionByZero])

_NO_MINOR_UNITS = frozenset(
    {
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    }
)
_THREE_MINOR_UNITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


class MoneyFault(ValueError):
    """Something offered as an amount is none, or has more digits than a topic can carry."""


def parse_amount(value: object) -> Decimal:
    """The amount that a JSON value stands for: a whole number, a Decimal, or a string with plain digits.

    A float is refused: it means that somebody parsed the document without `parse_float=Decimal`.
    Raises MoneyFault; the message names the value, the caller adds the field.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise MoneyFault(f"{_excerpt(value)} is not an amount")
    if isinstance(value, str) and "_" in value:
        raise MoneyFault(f"{_excerpt(value)} is not an amount")
    try:
        amount = Decimal(value)
    except (DecimalException, ValueError) as error:
        raise MoneyFault(f"{_excerpt(value)} is not an amount") from error
    if not amount.is_finite():
        raise MoneyFault(f"{_excerpt(value)} is not an amount")
    if not fits(amount):
        raise MoneyFault(f"{_excerpt(value)} does not fit decimal({PRECISION},{SCALE})")
    # 1E+3 or twelve zeros after the point are allowed in JSON; writers of the topics look at the exponent
    return amount if _fits_as_written(amount) else Decimal(plain(amount))


def fits(amount: Decimal) -> bool:
    """Whether the amount can be written as decimal(38,10) without losing a digit."""
    return _fits(amount, integer_digits=PRECISION - SCALE, fraction_digits=SCALE)


def has_at_most(amount: Decimal, *, integer_digits: int, fraction_digits: int) -> bool:
    """Whether the amount needs no more digits than given before and after the point; trailing zeros do not
    count.
    """
    return _fits(amount, integer_digits=integer_digits, fraction_digits=fraction_digits)


def minor_units(currency: str) -> int:
    """Digits after the point that a currency knows by ISO 4217: 0, 2 or 3."""
    if currency in _NO_MINOR_UNITS:
        return 0
    return 3 if currency in _THREE_MINOR_UNITS else 2


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """The sum, never rounded. Decimal's own `sum` would round silently beyond 28 digits."""
    total = Decimal(0)
    for amount in amounts:
        total = _EXACT.add(total, amount)
    return total


def plain(amount: Decimal) -> str:
    """The amount in plain digits: no exponent, no trailing zeros after the point, no negative zero.

    Equal amounts have equal text, which is what digests rely on.
    """
    if not amount:
        return "0"
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_amount(amount: Decimal, *, currency: str) -> str:
    """The amount as people and PeopleSoft write it: plain digits with at least the currency's minor units."""
    whole, _, fraction = plain(amount).partition(".")
    fraction = fraction.ljust(minor_units(currency), "0")
    return f"{whole}.{fraction}" if fraction else whole


def _fits_as_written(amount: Decimal) -> bool:
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and -SCALE <= exponent <= 0


def _fits(amount: Decimal, *, integer_digits: int, fraction_digits: int) -> bool:
    sign_digits_exponent = amount.as_tuple()
    exponent = sign_digits_exponent.exponent
    if not isinstance(exponent, int):
        return False
    if not amount:
        return True
    significant = "".join(map(str, sign_digits_exponent.digits)).lstrip("0")
    without_zeros = significant.rstrip("0")
    lowest = exponent + len(significant) - len(without_zeros)
    return -lowest <= fraction_digits and len(without_zeros) + lowest <= integer_digits


def _excerpt(value: object) -> str:
    text = (
        repr(value)
        if isinstance(value, str)
        else str(value)
        if isinstance(value, Decimal | bool)
        else _bounded(value)
    )
    return text if len(text) <= 60 else f"{text[:57]}..."


def _bounded(value: object) -> str:
    # str() of an integer beyond the interpreter's limit raises; such a number is no amount anyway
    if isinstance(value, int) and value.bit_length() > 500:
        return "a number of very many digits"
    return f"{type(value).__name__} {value!r}"
