"""The page of the topic catalogue: ``python -m chassis.topics_page > schemas/README.md``."""

from collections.abc import Iterator
from typing import Any

from chassis.avro_schemas import SchemaSet, shipped
from chassis.topic import DAY, Topic
from chassis.topics import CATALOGUE

__all__ = ["page"]

RULE = "|---|---|---|---|---|---|---|"

INTRODUCTION = """\
# Topics and records

One Avro schema per record lies in `apstream_schemas/`, each file complete in itself. On the wire a record
is Avro single-object encoding: `C3 01`, the schema's CRC-64-AVRO fingerprint (8 bytes, little-endian), the
body. Money is `decimal(38,10)`, instants are `timestamp-micros`, dates are `date`.

This page is made from the catalogue: `python -m chassis.topics_page > schemas/README.md`. `apstream topics
plan` shows how a cluster differs from it and `apstream topics apply` creates what is missing; a shard is a
connection's partition. A schema that was released and is changed stays as it was under
`apstream_schemas/history/`; `python -m chassis.schema_gate` checks that and the compatibility.

Records with a `kind` header (`owner`, `position`) belong to the mechanism of the effect ledger; readers
skip them.
"""


def page(schemas: SchemaSet | None = None) -> str:
    """The page as Markdown."""
    known = schemas or shipped()
    lines = [
        INTRODUCTION,
        "| topic | key | value | partitions | kept | written by | read by |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_row(topic) for topic in CATALOGUE]
    for name in sorted(known.names):
        lines += ["", *_record(known.named(name))]
    return "\n".join(lines) + "\n"


def _row(topic: Topic) -> str:
    cells = (
        f"`{topic.name}`",
        topic.key,
        topic.schema,
        "one per shard" if topic.partitions == "sharded" else str(topic.partitions),
        _kept(topic),
        ", ".join(topic.writers),
        ", ".join(topic.readers),
    )
    return f"| {' | '.join(cells)} |"


def _kept(topic: Topic) -> str:
    return "for ever, compacted" if topic.for_ever else f"{int(topic.configs['retention.ms']) // DAY} days"


def _record(schema: dict[str, Any]) -> Iterator[str]:
    yield f"## {schema['name'].rpartition('.')[2]}"
    yield ""
    yield schema.get("doc", "")
    yield ""
    yield "| field | type | meaning |"
    yield "|---|---|---|"
    for field in schema["fields"]:
        yield f"| {field['name']} | {_type(field['type'])} | {field.get('doc', '')} |"


def _type(schema: Any) -> str:
    match schema:
        case ["null", other]:
            return f"{_type(other)}, optional"
        case list():
            return " or ".join(_type(branch) for branch in schema)
        case {"logicalType": "decimal", "precision": precision, "scale": scale}:
            return f"decimal({precision},{scale})"
        case {"logicalType": name}:
            return str(name)
        case {"type": "array", "items": inner} | {"type": "map", "values": inner}:
            return f"{schema['type']} of {_type(inner)}"
        case {"type": "record" | "enum" | "fixed", "name": name} | {"type": name}:
            return _type(name)
    return str(schema).rpartition(".")[2]


if __name__ == "__main__":
    print(page(), end="")
