"""JSON as Basware sends it: money as Decimal, and lists that come wrapped or bare."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn, TypeAlias

Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"

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


def records(body: bytes, *, wrapper: str) -> tuple[Element, ...]:
    """The records of an answer: the list under `wrapper`, a bare list, or one bare object.

    The specification wraps every list; running clients met bare ones too. Each record keeps the exact
    bytes it came in.
    """
    text = _text(body)
    try:
        start = _skip(text, 0)
        if text.startswith("[", start):
            elements, end = _elements(text, start)
        else:
            elements, end = _wrapped(text, start, wrapper)
    except (ValueError, ArithmeticError, RecursionError) as exc:
        raise NotJson(_reason(exc)) from None
    if _skip(text, end) != len(text):
        raise NotJson(f"more text after the value at character {end}")
    return tuple(elements)


def text_of(record: Mapping[str, Json], name: str) -> str | None:
    """The string under `name`; absent, null, empty and not-a-string are all None."""
    value = record.get(name)
    return value if isinstance(value, str) and value else None


def _wrapped(text: str, start: int, wrapper: str) -> tuple[list[Element], int]:
    """Walks one object; its list under `wrapper` if it has one, else the object itself as the record."""
    if not text.startswith("{", start):
        _DECODER.raw_decode(text, start)
        raise NotJson("neither an object nor a list")
    members: dict[str, Json] = {}
    listed: list[Element] | None = None
    position = _skip(text, start + 1)
    while not text.startswith("}", position):
        name, position = _DECODER.raw_decode(text, position)
        if not isinstance(name, str):
            raise NotJson(f"a name was expected at character {position}")
        position = _expect(text, position, ":")
        if name == wrapper and text.startswith("[", position):
            listed, position = _elements(text, position)
        else:
            members[name], position = _DECODER.raw_decode(text, position)
        position = _separator(text, position, "}")
    end = position + 1
    if listed is not None:
        return listed, end
    if wrapper in members and members[wrapper] is None:
        return [], end
    return [Element(raw=text[start:end].encode(), value=members)], end


def _elements(text: str, start: int) -> tuple[list[Element], int]:
    found: list[Element] = []
    position = _skip(text, start + 1)
    while not text.startswith("]", position):
        value, end = _DECODER.raw_decode(text, position)
        found.append(Element(raw=text[position:end].encode(), value=value))
        position = _separator(text, end, "]")
    return found, position + 1


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


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)
