"""The schemas a process can read: those shipped with it, earlier versions included, found by fingerprint."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, cast

import apstream_schemas
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

__all__ = ["SchemaSet", "logical_types", "schema_fingerprint", "shipped"]

Schema = dict[str, Any]


def schema_fingerprint(schema: Any) -> bytes:
    """CRC-64-AVRO of the parsing canonical form, 8 bytes little-endian as single-object encoding wants it."""
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))


def logical_types(schema: Any, path: str = "") -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Path and parameters of every logical type: what fingerprints and compatibility rules overlook."""
    match schema:
        case list():
            for branch in schema:
                yield from logical_types(branch, path)
        case {"type": "record", "fields": fields}:
            for field in fields:
                yield from logical_types(field["type"], f"{path}.{field['name']}")
        case {"type": "array", "items": inner} | {"type": "map", "values": inner}:
            yield from logical_types(inner, f"{path}[]")
        case {"type": list() | dict() as inner}:
            yield from logical_types(inner, path)
        case {"type": base, "logicalType": name}:
            yield path, (base, name, schema.get("precision"), schema.get("scale", 0), schema.get("size"))


class SchemaSet:
    """Schemas by record name (to write) and by fingerprint (to read).

    Two schemas that share a fingerprint but differ in a logical type (a decimal's scale) cannot be told
    apart on the wire, so a set that holds both is refused with ValueError.
    """

    def __init__(self, *, current: dict[str, str], earlier: Iterable[str] = ()) -> None:
        self._by_name: dict[str, Schema] = {}
        self._by_fingerprint: dict[bytes, Schema] = {}
        for name, text in current.items():
            schema: Schema = json.loads(text)
            if schema.get("name") != name:
                raise ValueError(f"schema file {name}.avsc holds the record {schema.get('name')!r}")
            self._by_name[name] = self._add(schema)
        for text in earlier:
            self._add(json.loads(text))

    def _add(self, schema: Schema) -> Schema:
        parsed = cast("Schema", parse_schema(schema))
        known = self._by_fingerprint.setdefault(schema_fingerprint(schema), parsed)
        if set(logical_types(known)) != set(logical_types(parsed)):
            raise ValueError(
                f"two versions of {schema['name']} differ only in logical types: no reader can tell"
            )
        return parsed

    @property
    def names(self) -> frozenset[str]:
        """The records this process can write."""
        return frozenset(self._by_name)

    def named(self, name: str) -> Schema:
        """The schema to write ``name`` with; KeyError when no such schema is shipped."""
        return self._by_name[name]

    def find(self, fingerprint_bytes: bytes) -> Schema | None:
        """The schema with this fingerprint, or None."""
        return self._by_fingerprint.get(fingerprint_bytes)


@cache
def shipped() -> SchemaSet:
    """The schemas of the package ``apstream_schemas``."""
    return SchemaSet(current=apstream_schemas.current(), earlier=apstream_schemas.earlier())
