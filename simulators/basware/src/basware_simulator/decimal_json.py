"""JSON whose numbers keep their digits: put as ``1160.00``, served as ``1160.00``, never through a float."""

import json
import re
from decimal import Decimal
from typing import Any


class JsonError(ValueError):
    """The text is not JSON as the vendor's parser takes it."""


def _refuse_constant(name: str) -> Any:
    raise JsonError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SPACE = re.compile(r"[ \t\r\n]*")


def loads(text: str | bytes) -> Any:
    """Parse JSON; fractions become Decimal, integers int. NaN and Infinity are refused.

    Raises:
        JsonError: not JSON, not UTF-8, or nested too deeply.
    """
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
        # Half of a surrogate pair can be escaped in JSON but not written as UTF-8.
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except JsonError:
        raise
    except RecursionError as error:
        raise JsonError("nested too deeply") from error
    except ValueError as error:
        raise JsonError(str(error)) from error
    return value


def loads_array(text: str) -> list[tuple[Any, str]]:
    """Parse a JSON array, and give each element with the text it was written as.

    Raises:
        JsonError: not JSON, or nested too deeply.
        TypeError: JSON, but not an array.
    """
    begin = _space(text, 0)
    if text[begin : begin + 1] != "[":
        loads(text)
        raise TypeError("not an array")
    elements: list[tuple[Any, str]] = []
    at = _space(text, begin + 1)
    end = text[at : at + 1] == "]"
    while not end:
        try:
            value, after = _DECODER.raw_decode(text, at)
        except RecursionError as error:
            raise JsonError("nested too deeply") from error
        except JsonError:
            raise
        except ValueError as error:
            raise JsonError(str(error)) from error
        elements.append((value, text[at:after]))
        at = _space(text, after)
        end = text[at : at + 1] == "]"
        if not end:
            if text[at : at + 1] != ",":
                raise JsonError(f"a comma or the array's end is expected at character {at}")
            at = _space(text, at + 1)
    if _space(text, at + 1) != len(text):
        raise JsonError(f"something follows the array at character {at + 1}")
    if _SURROGATE.search(text):
        loads(text)
    return elements


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def dumps(value: Any) -> str:
    """Serialise what `loads` gives, digit by digit.

    Raises:
        TypeError: a value JSON has no exact form for; floats count as such.
    """
    match value:
        case None | bool() | str() | int():
            return json.dumps(value, ensure_ascii=False)
        case Decimal():
            return str(value)
        case dict():
            return "{" + ",".join(f"{dumps(str(key))}:{dumps(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(dumps(item) for item in value) + "]"
        case _:
            raise TypeError(f"{type(value).__name__} has no exact form in JSON")
