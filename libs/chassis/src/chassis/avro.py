"""Typed records to bytes and back: a frozen dataclass and its Avro schema, joined and checked once."""

import io
from collections.abc import Iterable
from dataclasses import fields as dataclass_fields
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic, TypeVar, get_origin

import fastavro
from pydantic import TypeAdapter, ValidationError

from chassis.avro_schemas import shipped
from chassis.errors import DoesNotFit, Undecodable
from chassis.wire_format import Codec

__all__ = ["AvroType"]

T = TypeVar("T")

DECIMAL_DIGITS = 38
DECIMAL_SCALE = 10


class AvroType(Generic[T]):
    """The codec of one record: ``AvroType("Notification", Notification)``.

    ``record_type`` is a dataclass, generic ones included (``Entry[Invoice]``); its fields must be exactly
    those of the schema, which is checked at the first use (a field missing in the schema would be lost
    silently). Amounts are ``Decimal`` and come back with ten fractional digits (a float fits
    only fields of type double, such as seconds), instants are aware datetimes in UTC.
    """

    def __init__(self, schema_name: str, record_type: type[T], *, codec: Codec | None = None) -> None:
        self.schema_name = schema_name
        self.record_type = record_type
        self._codec = codec

    def encode(self, record: T) -> bytes:
        """Raises DoesNotFit, naming the field, when a value cannot be written by the schema."""
        tree = self._adapter.dump_python(record, warnings="none")
        if (misfit := _misfit_in(tree)) is not None:
            path, problem = misfit
            raise DoesNotFit(record=self.schema_name, field=path.removeprefix("."), problem=problem)
        out = io.BytesIO()
        out.write(self._header)
        try:
            fastavro.schemaless_writer(out, self._schema, tree, strict=True, disable_tuple_notation=True)
        except (ValueError, TypeError, AttributeError, OverflowError, KeyError) as error:
            problem, _, field = str(error).partition(" on field ")
            raise DoesNotFit(record=self.schema_name, field=field or "?", problem=problem) from error
        return out.getvalue()

    def decode(self, data: bytes) -> T:
        """Raises UnknownSchema (stop intake) or Undecodable (corrupt); nothing else."""
        framed = self._wire.unframe(data)
        body = io.BytesIO(data)
        body.seek(framed.start)
        try:
            tree = fastavro.schemaless_reader(body, framed.schema, self._schema)
        except Exception as error:  # corrupt bytes make fastavro raise almost anything
            raise Undecodable(f"{self.schema_name}: {type(error).__name__}: {error}") from error
        if body.tell() != len(data):
            raise Undecodable(f"{self.schema_name}: {len(data) - body.tell()} bytes follow the record")
        try:
            return self._adapter.validate_python(tree)
        except ValidationError as error:
            reasons = "; ".join(
                f"{'.'.join(map(str, found['loc']))}: {found['msg']}"
                for found in error.errors(include_input=False)
            )
            raise Undecodable(f"{self.schema_name}: {reasons}") from error

    def __repr__(self) -> str:
        return f"AvroType({self.schema_name!r})"

    @cached_property
    def _wire(self) -> Codec:
        return self._codec or Codec(shipped())

    @cached_property
    def _schema(self) -> dict[str, Any]:
        schema = self._wire.schemas.named(self.schema_name)
        plain: Any = get_origin(self.record_type) or self.record_type
        ours = {field.name for field in dataclass_fields(plain)}
        theirs = {field["name"] for field in schema["fields"]}
        if ours != theirs:
            raise TypeError(
                f"{plain.__name__} and {self.schema_name}.avsc differ in the fields {sorted(ours ^ theirs)}"
            )
        return schema

    @cached_property
    def _header(self) -> bytes:
        return self._wire.header(self._schema)

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self.record_type)


def _misfit_in(value: Any) -> tuple[str, str] | None:
    """Where the first value is that does not fit, and why. Every record written comes by here, so it is quick."""
    if value is None or isinstance(value, str):
        return None
    if isinstance(value, dict):
        inside: Iterable[tuple[str, Any]] = ((f".{key}", inner) for key, inner in value.items())
    elif isinstance(value, list | tuple):
        inside = ((f"[{index}]", inner) for index, inner in enumerate(value))
    else:
        return ("", problem) if (problem := _misfit(value)) is not None else None
    for step, inner in inside:
        if (found := _misfit_in(inner)) is not None:
            return f"{step}{found[0]}", found[1]
    return None


def _misfit(value: Any) -> str | None:
    match value:
        case Decimal() if not value.is_finite():
            return f"{value} is not an amount"
        case Decimal():
            exponent = value.as_tuple().exponent
            if isinstance(exponent, int) and -exponent > DECIMAL_SCALE:
                return f"{value} has {-exponent} fractional digits, at most {DECIMAL_SCALE} are kept"
            if value and value.adjusted() >= DECIMAL_DIGITS - DECIMAL_SCALE:
                return f"{value} has more than {DECIMAL_DIGITS - DECIMAL_SCALE} digits before the point"
        case datetime() if value.tzinfo is None:
            return f"{value} has no time zone"
    return None
