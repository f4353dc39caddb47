"""The gate a changed schema must pass: ``python -m chassis.schema_gate``, against the last release tag
(``v*``).

What lies in a topic that is kept for ever must stay readable by every later version, and what a later
version writes by every earlier one that may still run. The compatibility rules and the fingerprint overlook
logical types (a decimal read with another scale is another amount), so those are compared as well.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import apstream_schemas
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.schema import parse

from chassis.avro_schemas import SchemaSet, logical_types, schema_fingerprint
from chassis.topics import CATALOGUE

__all__ = ["faults", "main"]

FOLDER = "schemas/apstream_schemas"

Texts = dict[str, str]
"""Record name to the JSON text of its schema."""


def faults(
    *, released: Texts, released_earlier: Sequence[str] = (), current: Texts, earlier: Sequence[str] = ()
) -> Iterator[str]:
    """What is wrong with ``current`` after ``released``; ``earlier`` are the schemas kept for readers.

    ``released_earlier`` are those the release kept: compatibility is with all of them, not only the last.
    """
    readable = SchemaSet(current=current, earlier=earlier)
    fade = {topic.schema for topic in CATALOGUE} - {topic.schema for topic in CATALOGUE if topic.for_ever}
    for text in (*released.values(), *released_earlier):
        before = json.loads(text)
        name = before["name"]
        if readable.find(schema_fingerprint(before)) is None:
            yield f"{name}: the released schema is gone; keep it under {FOLDER}/history/"
        if name not in current:
            yield f"{name}: was released and has no schema any more"
        elif name not in fade:
            yield from (f"{name}: {fault}" for fault in _differences(before, json.loads(current[name])))


def _differences(before: Any, after: Any) -> Iterator[str]:
    checker: Any = cast("Callable[[], Any]", ReaderWriterCompatibilityChecker)()
    old, new = parse(json.dumps(before)), parse(json.dumps(after))
    for reader, writer, meaning in (
        (new, old, "cannot read what was written"),
        (old, new, "cannot be read by before"),
    ):
        result = checker.get_compatibility(reader, writer)
        if result.compatibility is not SchemaCompatibilityType.compatible:
            yield f"{meaning}: {'; '.join(sorted(result.messages))}"
    types_before, types_after = _logical_types(before), _logical_types(after)
    for path in sorted(_field_paths(before) & _field_paths(after)):
        if types_before.get(path) != types_after.get(path):
            yield f"{path}: the logical type changed from {types_before.get(path)} to {types_after.get(path)}"


def _logical_types(schema: Any) -> dict[str, set[tuple[Any, ...]]]:
    found: dict[str, set[tuple[Any, ...]]] = {}
    for path, logical_type in logical_types(schema):
        found.setdefault(path, set()).add(logical_type)
    return found


def _field_paths(schema: Any, path: str = "") -> set[str]:
    match schema:
        case list():
            return {path}.union(*(_field_paths(branch, path) for branch in schema))
        case {"type": "record", "fields": fields}:
            return {path}.union(*(_field_paths(field["type"], f"{path}.{field['name']}") for field in fields))
        case {"type": "array", "items": inner} | {"type": "map", "values": inner}:
            return {path} | _field_paths(inner, f"{path}[]")
        case {"type": list() | dict() as inner}:
            return _field_paths(inner, path)
    return {path}


def main() -> int:
    """Exit status 0 when the gate is passed or there is no release yet, 1 with every fault printed."""
    tag = _git("describe", "--tags", "--abbrev=0", "--match", "v*")
    if tag is None:
        print("schema gate: no release tag (v*) here, so there is nothing to be compatible with yet")
        return 0
    released, released_earlier = _schemas_at(tag.strip())
    found = list(
        faults(
            released=released,
            released_earlier=released_earlier,
            current=apstream_schemas.current(),
            earlier=apstream_schemas.earlier(),
        )
    )
    for fault in found:
        print(f"schema gate: {fault}", file=sys.stderr)
    print(
        f"schema gate: {len(found)} faults against {tag.strip()}"
        if found
        else f"schema gate: fits {tag.strip()}"
    )
    return 1 if found else 0


def _schemas_at(tag: str) -> tuple[Texts, list[str]]:
    listing = _git("ls-tree", "-r", "--name-only", "--full-tree", tag, "--", FOLDER) or ""
    released: Texts = {}
    earlier: list[str] = []
    for path in listing.splitlines():
        text = _git("show", f"{tag}:{path}") if path.endswith(".avsc") else None
        if text is None:
            continue
        if path.startswith(f"{FOLDER}/history/"):
            earlier.append(text)
        else:
            released[json.loads(text)["name"]] = text
    return released, earlier


def _git(*arguments: str) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, *arguments]
    # The arguments are our own words, tags and paths of this repository; no shell reads them.
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    return answer.stdout if answer.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())
