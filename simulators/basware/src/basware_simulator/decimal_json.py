"""JSON whose numbers keep their digits: put as ``1160.00``, served as ``1160.00``, never through a float."""

import json
from decimal import Decimal
from typing import Any


class JsonError(ValueError):
    """The text is not JSON as the vendor's parser takes it."""


def _refuse_constant(name: str) -> Any:
    raise JsonError(f"{name} is not JSON")


def loads(text: str | bytes) -> Any:
    """Parse JSON; fractions become Decimal, integers int. NaN and Infinity are refused.

    Raises:
        JsonError: not JSON, not UTF-8, or nested too deeply.
    """
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
        # Half of a surrogate pair can be escaped in JSON but not written as UTF-8.
        dumps(value).encode()
    except JsonError:
        raise
    except RecursionError as error:
        raise JsonError("nested too deeply") from error
    except ValueError as error:
        raise JsonError(str(error)) from error
    return value


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
