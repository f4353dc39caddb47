"""Reading typed values from JSON, each type prepared once: preparing costs milliseconds, reading microseconds."""

from typing import Any, TypeVar

from pydantic import TypeAdapter

Value = TypeVar("Value")

_prepared: dict[Any, TypeAdapter[Any]] = {}


def adapter(kind: type[Value]) -> TypeAdapter[Value]:
    """The adapter of a type."""
    if kind not in _prepared:
        _prepared[kind] = TypeAdapter(kind)
    return _prepared[kind]
