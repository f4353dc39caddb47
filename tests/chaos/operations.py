"""The history of a run: what the driver did to the outside systems, each operation as ok, failed or unknown.

One JSON object a line, appended and flushed before an operation begins (outcome null) and again when it ended. The last
line of an id counts; an operation that never got its second line is unknown, as one whose answer was lost is.
"""

import json
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

Json = dict[str, Any]
FILE = "operations.jsonl"


class Outcome(StrEnum):
    """Failed is certain: it did not happen. Unknown may have happened, or may still."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


class NotDone(Exception):
    """An operation was refused or never reached its target: it has certainly had no effect. The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation as its history has it. `ended_at` is None where nobody knows when, or whether, it ended."""

    id: str
    kind: str
    connection: str
    record: str
    at: datetime
    ended_at: datetime | None = None
    outcome: Outcome = Outcome.UNKNOWN
    detail: Mapping[str, Any] = field(default_factory=dict)


class Doing:
    """An operation that is under way; what is learned of it goes into `detail`."""

    def __init__(self, *, kind: str, connection: str, record: str, detail: Json) -> None:
        self.id = uuid.uuid4().hex
        self.kind = kind
        self.connection = connection
        self.record = record
        self.at = datetime.now(UTC)
        self.detail = detail


class Operations:
    """Appends to one file, opened for each line: nothing is left to be closed. Operations may go side by side."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.counts: Counter[tuple[str, Outcome]] = Counter()
        """Ended operations by kind and outcome."""
        file.parent.mkdir(parents=True, exist_ok=True)
        held = file.read_bytes() if file.exists() else b""
        if held and not held.endswith(b"\n"):  # a writer before us died in the middle of a line
            self._append(b"\n")

    @contextmanager
    def doing(self, kind: str, *, connection: str, record: str = "", **detail: Any) -> Iterator[Doing]:
        """An operation lasts as long as the block: ok if that ends, failed if it raises NotDone, unknown if it
        raises anything else. The error goes on to the caller.
        """
        doing = Doing(kind=kind, connection=connection, record=record, detail=detail)
        self._write(doing, None)
        try:
            yield doing
        except NotDone as error:
            doing.detail["error"] = str(error)
            self._write(doing, Outcome.FAILED)
            raise
        except BaseException as error:
            doing.detail["error"] = f"{type(error).__name__}: {error}"
            self._write(doing, Outcome.UNKNOWN)
            raise
        self._write(doing, Outcome.OK)

    def _write(self, doing: Doing, outcome: Outcome | None) -> None:
        line = {
            "id": doing.id,
            "kind": doing.kind,
            "connection": doing.connection,
            "record": doing.record,
            "at": doing.at.isoformat(),
            "ended_at": None if outcome is None else datetime.now(UTC).isoformat(),
            "outcome": outcome,
            "detail": doing.detail,
        }
        self._append(json.dumps(line, default=str).encode() + b"\n")
        if outcome is not None:
            self.counts[doing.kind, outcome] += 1

    def _append(self, text: bytes) -> None:
        with self.file.open("ab") as opened:
            opened.write(text)


def history(file: Path) -> dict[str, Operation]:
    """Every operation of a file by id, in the order in which they began. A torn line is as if it was never written."""
    found: dict[str, Operation] = {}
    for line in file.read_bytes().split(b"\n") if file.exists() else ():
        operation = _read(line)
        if operation is not None:
            found[operation.id] = operation
    return found


def _read(line: bytes) -> Operation | None:
    try:
        # No part of an object's text is a JSON object itself, so what is cut off cannot be taken for whole.
        fields: Json = json.loads(line)
    except ValueError:
        return None
    ended = fields["ended_at"]
    return Operation(
        id=fields["id"],
        kind=fields["kind"],
        connection=fields["connection"],
        record=fields["record"],
        at=datetime.fromisoformat(fields["at"]),
        ended_at=None if ended is None else datetime.fromisoformat(ended),
        outcome=Outcome(fields["outcome"] or Outcome.UNKNOWN),
        detail=fields["detail"],
    )
