"""One value of a component interface on its way to and from the wire.

Out: `str` for character properties, `Decimal` or `int` for numbers, `date` for dates (or for character
properties, at sites that declare dates as text), `bool` for Y/N flags. Nothing is cut, rounded or padded.
In: `str`, `Decimal`, `date`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from peoplesoft.patterns import matches
from peoplesoft.shape import PropertyKind, PropertyShape

Value: TypeAlias = str | Decimal | int | bool | date
Row: TypeAlias = Mapping[str, "Value | Sequence[Row] | None"]
"""What is sent: property -> value, collection -> rows. None leaves the element out, "" sends it empty."""
Record: TypeAlias = dict[str, "str | Decimal | date | list[Record]"]
"""What is read: character properties blank are "", blank numbers and dates are left out."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")
_DATE = re.compile(r"(?P<y>[0-9]{4})(?P<s>[-/])(?P<m>[0-9]{2})(?P=s)(?P<d>[0-9]{2})")


class DateFormat(StrEnum):
    """How a site's component interface wants dates."""

    ISO = "YYYY-MM-DD"
    SLASHES = "YYYY/MM/DD"

    def written(self, value: date) -> str:
        """`value` as this site writes it."""
        return value.isoformat().replace("-", "-" if self is DateFormat.ISO else "/")


class ValueRefused(ValueError):
    """A value does not fit its property; the text says why, without the property's name."""


def to_wire(value: object, shape: PropertyShape, *, date_format: DateFormat) -> str:
    """The text of `value` for the property `shape`. Raises ValueRefused."""
    match shape.kind:
        case PropertyKind.NUMBER:
            text = _number(value, shape)
        case PropertyKind.DATE:
            if not isinstance(value, date) or isinstance(value, datetime):
                raise ValueRefused(f"a date is needed, not {_shown(value)}")
            text = date_format.written(value)
        case PropertyKind.CHAR:
            text = _characters(value, shape, date_format=date_format)
    for pattern in shape.patterns:
        if not matches(pattern, text):
            raise ValueRefused(f"{_shown(text)} does not have the form {pattern}")
    return text


def from_wire(text: str, shape: PropertyShape) -> str | Decimal | date | None:
    """The value of `text`; None for a blank number or date. Raises ValueRefused."""
    if shape.kind is PropertyKind.CHAR:
        return text
    if not text:
        return None
    if shape.kind is PropertyKind.DATE:
        return parse_date(text)
    # Plain digits only: an exponent of a hostile answer could fill the memory when it is written out.
    if not _NUMBER.fullmatch(text):
        raise ValueRefused(f"{_shown(text)} is not a number")
    return Decimal(text)


def parse_date(text: str) -> date:
    """A date in either of the formats sites use. Raises ValueRefused."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueRefused(f"{_shown(text)} is not a date")
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        raise ValueRefused(f"{_shown(text)} is not a date of the calendar") from None


def _characters(value: object, shape: PropertyShape, *, date_format: DateFormat) -> str:
    if isinstance(value, bool):
        text = "Y" if value else "N"
    elif isinstance(value, date) and not isinstance(value, datetime):
        text = date_format.written(value)
    elif isinstance(value, str):
        text = value
    else:
        raise ValueRefused(f"text is needed, not {_shown(value)}")
    forbidden = _NOT_XML.search(text)
    if forbidden is not None:
        raise ValueRefused(
            f"character U+{ord(forbidden.group()):04X} at position {forbidden.start() + 1} is not allowed"
        )
    if shape.max_length is not None and len(text) > shape.max_length:
        raise ValueRefused(f"{len(text)} characters, at most {shape.max_length} are allowed: {_shown(text)}")
    if len(text) < shape.min_length:
        raise ValueRefused(f"{len(text)} characters, at least {shape.min_length} are needed: {_shown(text)}")
    if shape.allowed and text not in shape.allowed:
        raise ValueRefused(f"{_shown(text)} is none of {', '.join(shape.allowed)}")
    return text


def _number(value: object, shape: PropertyShape) -> str:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise ValueRefused(f"a Decimal is needed, not {_shown(value)}")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueRefused(f"{number} is not a number that can be sent")
    # Judged before it is written out, or Decimal("1E+999999") would fill the memory.
    if number.adjusted() > 40 or _fraction_digits(number) > 40:
        raise ValueRefused(f"{number} has more digits than any PeopleSoft number")
    written, digits, fraction = format(number, "f"), _whole_digits(number), _fraction_digits(number)
    if shape.fraction_digits is not None:
        surplus = len(written.partition(".")[2]) - shape.fraction_digits
        if fraction > shape.fraction_digits:
            raise ValueRefused(
                f"{written} has {fraction} decimals, at most {shape.fraction_digits} are allowed"
            )
        if surplus > 0:
            written = written[:-surplus].removesuffix(".")
    if shape.total_digits is not None:
        room = shape.total_digits - (shape.fraction_digits or 0)
        if digits + fraction > shape.total_digits or digits > max(room, 1):
            raise ValueRefused(
                f"{written} has {digits} digits before and {fraction} after the point, "
                f"at most {room} and {shape.fraction_digits or 0} are allowed"
            )
        while "." in written and digits + len(written.partition(".")[2]) > shape.total_digits:
            written = written[:-1].removesuffix(".")
    _check_bounds(number, shape, written=written)
    return written.removeprefix("-") if number.is_zero() else written


def _check_bounds(number: Decimal, shape: PropertyShape, *, written: str) -> None:
    if shape.minimum is not None and number < shape.minimum:
        raise ValueRefused(f"{written} is less than {shape.minimum}")
    if shape.maximum is not None and number > shape.maximum:
        raise ValueRefused(f"{written} is more than {shape.maximum}")
    if (shape.above is not None and number <= shape.above) or (
        shape.below is not None and number >= shape.below
    ):
        raise ValueRefused(f"{written} is not between {shape.above} and {shape.below}, both left out")


def _whole_digits(number: Decimal) -> int:
    return 0 if abs(number) < 1 else number.adjusted() + 1


def _fraction_digits(number: Decimal) -> int:
    """Decimals that carry value: trailing zeros do not count."""
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - finite numbers only come here
    if number.is_zero():
        return 0
    significant = len(digits)
    while digits[significant - 1] == 0:
        significant -= 1
        exponent += 1
    return max(0, -exponent)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
