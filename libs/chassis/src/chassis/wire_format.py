"""How a record's bytes name the schema they were written with.

Written: Avro single-object encoding (C3 01, 8 bytes of fingerprint, body). Read: that, and Confluent framing
(00, 4 bytes of schema id, body) where a registry is configured, so that a running system can move to a
registry.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from chassis.avro_schemas import SchemaSet, schema_fingerprint
from chassis.errors import Undecodable, UnknownSchema

__all__ = ["Codec", "Framed", "SchemaRegistry"]

SINGLE_OBJECT = b"\xc3\x01"
CONFLUENT = b"\x00"


class SchemaRegistry(Protocol):
    """Port to a schema registry."""

    def schema(self, schema_id: int) -> dict[str, Any]:
        """The parsed writer schema; raises UnknownSchema. May block on the first question for an id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    """A record's writer schema and where its body starts."""

    schema: dict[str, Any]
    start: int


class Codec:
    """Puts the frame on and takes it off."""

    def __init__(self, schemas: SchemaSet, *, registry: SchemaRegistry | None = None) -> None:
        self.schemas = schemas
        self._registry = registry

    def header(self, schema: dict[str, Any]) -> bytes:
        """What stands before the body of a record written with ``schema``."""
        return SINGLE_OBJECT + schema_fingerprint(schema)

    def unframe(self, data: bytes) -> Framed:
        """Raises Undecodable for bytes in no known frame, UnknownSchema for an unknown schema."""
        if data[:2] == SINGLE_OBJECT and len(data) >= 10:
            schema = self.schemas.find(data[2:10])
            if schema is None:
                raise UnknownSchema(
                    f"no shipped schema has the fingerprint {data[2:10].hex()}:"
                    " the writer is newer than this reader; upgrade this service first"
                )
            return Framed(schema=schema, start=10)
        if data[:1] == CONFLUENT and len(data) >= 5:
            schema_id = int.from_bytes(data[1:5], "big")
            if self._registry is None:
                raise UnknownSchema(
                    f"written with schema id {schema_id} of a registry, and no registry is configured here"
                )
            return Framed(schema=self._registry.schema(schema_id), start=5)
        raise Undecodable(
            f"starts with {data[:10].hex() or 'nothing'}: neither single-object nor Confluent framing"
        )
