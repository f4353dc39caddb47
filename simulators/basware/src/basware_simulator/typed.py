"""Reading typed values from JSON, each type prepared once: preparing costs milliseconds, reading microseconds."""

from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, PlainSerializer, TypeAdapter

from .decimal_json import dumps, loads

Value = TypeVar("Value")

_prepared: dict[Any, TypeAdapter[Any]] = {}


def _from_text(value: Any) -> Any:
    return loads(value) if isinstance(value, str) else value


# A JSON object that the books hold as text, because a Decimal inside an untyped value would come back as a string.
JsonObject = Annotated[
    dict[str, Any], BeforeValidator(_from_text), PlainSerializer(dumps, return_type=str, when_used="json")
]


def adapter(kind: type[Value]) -> TypeAdapter[Value]:
    """The adapter of a type."""
    if kind not in _prepared:
        _prepared[kind] = TypeAdapter(kind)
    return _prepared[kind]
