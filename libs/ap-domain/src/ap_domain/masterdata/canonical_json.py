"""JSON with one text for one meaning: keys sorted, no blanks, numbers exact in plain digits."""

import json
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

from ap_domain.money import plain

__all__ = ["canonical_json", "read_json"]


def canonical_json(value: object) -> str:
    """The text of a value made of tables, lists, texts, Decimals, whole numbers, booleans and None.

    Raises TypeError for anything else; a float is never written.
    """
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        pairs = (f"{encode_basestring(name)}:{canonical_json(value[name])}" for name in sorted(value))
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(canonical_json, value)) + "]"
    raise TypeError(f"{type(value).__name__} has no place in a record of master data")


def read_json(text: str) -> Any:
    """What was written, numbers with a point as Decimals. Raises ValueError."""
    return json.loads(text, parse_float=Decimal)
