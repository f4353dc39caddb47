"""The driver's history: every operation as ok, failed or unknown. The last line of an id counts; without an end it is
unknown.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from .records import Json

FAULT = "fault"
_LONG = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation. `ended_at` is None where nobody knows when, or whether, it ended."""

    id: str
    kind: str
    connection: str = ""
    record: str = ""
    at: datetime
    ended_at: datetime | None = None
    outcome: str = "unknown"
    detail: Json = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of a fault."""
        return str(self.detail.get("name", ""))

    def covers(self, instant: datetime, *, before: float, after: float) -> bool:
        """Whether an instant lies in it, or so many seconds around it."""
        end = self.ended_at or self.at + _LONG
        return self.at - timedelta(seconds=before) <= instant <= end + timedelta(seconds=after)


def read_history(file: Path) -> tuple[Operation, ...]:
    """Every operation in the order in which they began; none where there is no file. Torn lines do not count."""
    found: dict[str, Operation] = {}
    for line in file.read_bytes().split(b"\n") if file.exists() else ():
        try:
            fields = json.loads(line)
        except ValueError:
            continue
        ended = fields.get("ended_at")
        found[fields["id"]] = Operation(
            id=fields["id"],
            kind=fields["kind"],
            connection=fields.get("connection") or "",
            record=fields.get("record") or "",
            at=datetime.fromisoformat(fields["at"]),
            ended_at=datetime.fromisoformat(ended) if ended else None,
            outcome=fields.get("outcome") or "unknown",
            detail=fields.get("detail") or {},
        )
    return tuple(found.values())


def faults(operations: Iterable[Operation], *words: str) -> Sequence[Operation]:
    """The faults whose names have one of these words, whatever their case."""
    return [
        each
        for each in operations
        if each.kind == FAULT and any(word in each.name.casefold() for word in words)
    ]
