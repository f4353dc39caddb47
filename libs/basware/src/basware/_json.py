"""JSON as Basware sends it: money as Decimal, and lists that come wrapped or bare."""

import json
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn, TypeAlias

Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"

_LONGEST_NUMBER = 1000
_LARGEST_EXPONENT = 400
_TWICE = "a name comes twice in one object"

_BLANK = re.compile(r"[ \t\n\r]*")


class NotJson(ValueError):
    """The bytes are not one JSON value; the message says where and why, without quoting them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One record of an answer: its own bytes as they came, and what they say."""

    raw: bytes
    value: Json


def parse(body: bytes) -> Json:
    """The JSON value in `body` (UTF-8, a byte order mark is tolerated), fractions as Decimal."""
    try:
        value: Json = _DECODER.decode(_text(body))
    except (ValueError, ArithmeticError, RecursionError) as exc:
        raise NotJson(_reason(exc)) from None
    return value


def records(body: bytes, *, wrapper: str) -> Iterator[Element]:
    """The records of an answer: the list under `wrapper`, a bare list, or one bare object.

    The specification wraps every list; running clients met bare ones too. Each record keeps the exact
    bytes it came in, and only one of them is held parsed at a time, so a record may come before the
    `NotJson` that the rest of the answer raises.
    """
    text = _text(body)
    try:
        start = _skip(text, 0)
        if text.startswith("[", start):
            end = yield from _elements(text, start)
        else:
            end = yield from _wrapped(text, start, wrapper)
    except (ValueError, ArithmeticError, RecursionError) as exc:
        raise NotJson(_reason(exc)) from None
    if _skip(text, end) != len(text):
        raise NotJson(f"more text after the value at character {end}")


def text_of(record: Mapping[str, Json], name: str) -> str | None:
    """The string under `name`; absent, null, empty and not-a-string are all None."""
    value = record.get(name)
    return value if isinstance(value, str) and value else None


def _wrapped(text: str, start: int, wrapper: str) -> Generator[Element, None, int]:
    """Walks one object; its list under `wrapper` if it has one, else the object itself as the record."""
    if not text.startswith("{", start):
        _DECODER.raw_decode(text, start)
        raise NotJson("neither an object nor a list")
    members: dict[str, Json] = {}
    listed = False
    position = _skip(text, start + 1)
    while not text.startswith("}", position):
        name, position = _DECODER.raw_decode(text, position)
        if not isinstance(name, str):
            raise NotJson(f"a name was expected at character {position}")
        if name in members or (listed and name == wrapper):
            raise NotJson(_TWICE)
        position = _expect(text, position, ":")
        if name == wrapper and text.startswith("[", position):
            listed = True
            position = yield from _elements(text, position)
        else:
            members[name], position = _DECODER.raw_decode(text, position)
        position = _separator(text, position, "}")
    end = position + 1
    if not listed and members.get(wrapper, ...) is not None:
        yield Element(raw=text[start:end].encode(), value=members)
    return end


def _elements(text: str, start: int) -> Generator[Element, None, int]:
    position = _skip(text, start + 1)
    while not text.startswith("]", position):
        value, end = _DECODER.raw_decode(text, position)
        yield Element(raw=text[position:end].encode(), value=value)
        position = _separator(text, end, "]")
    return position + 1


def _separator(text: str, position: int, closing: str) -> int:
    """Past the comma to the next value, or onto the closing bracket; a comma before it is an error."""
    position = _skip(text, position)
    if text.startswith(closing, position):
        return position
    position = _expect(text, position, ",")
    if text.startswith(closing, position):
        raise NotJson(f"a value was expected at character {position}")
    return position


def _expect(text: str, position: int, mark: str) -> int:
    position = _skip(text, position)
    if not text.startswith(mark, position):
        raise NotJson(f"{mark!r} was expected at character {position}")
    return _skip(text, position + 1)


def _skip(text: str, position: int) -> int:
    blank = _BLANK.match(text, position)
    return blank.end() if blank else position


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise NotJson(f"not UTF-8 at byte {exc.start}") from None


def _reason(exc: Exception) -> str:
    if isinstance(exc, NotJson):
        return str(exc)
    if isinstance(exc, json.JSONDecodeError):
        return f"{exc.msg} at character {exc.pos}"
    if isinstance(exc, RecursionError):
        return "nested too deeply"
    return "a number that cannot be read"


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not JSON")


def _fraction(text: str) -> Decimal:
    """A number as written. Beyond what a double holds it is none of Basware's, and costly to add or print."""
    number = Decimal(text)
    if len(text) > _LONGEST_NUMBER or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise NotJson("a number that cannot be read")
    return number


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """An object. A name that comes twice is refused: which of two sums holds would be up to each reader."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson(_TWICE)
    return members


_DECODER = json.JSONDecoder(parse_float=_fraction, parse_constant=_no_constant, object_pairs_hook=_object)
