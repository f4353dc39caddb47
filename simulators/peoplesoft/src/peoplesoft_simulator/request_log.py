"""The log of calls: what was asked, by whom, when it came in and went out, and what became of it.

It lies in a file of its own that survives the death of the process but is not synchronised to disk: a log must
not slow the books down. A call that never got out has no `answered_at`.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_COLUMNS = (
    "request",
    "node",
    "operation",
    "operator",
    "business_unit",
    "invoice_id",
    "vendor_id",
    "voucher_id",
    "fault",
    "received_at",
    "answered_at",
    "http_status",
    "outcome",
    "voucher",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """A call as it came in: numbers of keys are as sent, instants are ISO text of the simulator's clock."""

    request: int
    node: str
    operation: str
    operator: str
    business_unit: str
    invoice_id: str
    vendor_id: str
    voucher_id: str
    fault: str | None
    received_at: str


class RequestLog:
    """Calls in the order they came in, across restarts."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(
            directory / "requests.sqlite", isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            f"CREATE TABLE IF NOT EXISTS calls ({', '.join(_COLUMNS)}, PRIMARY KEY (request))"
        )
        (self._last,) = self._database.execute("SELECT coalesce(max(request), 0) FROM calls").fetchone()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def next_request(self) -> int:
        """A number no call had before."""
        self._last += 1
        return int(self._last)

    def came_in(self, call: LoggedCall) -> None:
        """Log a call before anything is done about it."""
        values = [getattr(call, name, None) for name in _COLUMNS]
        marks = ", ".join("?" * len(_COLUMNS))
        self._database.execute(f"INSERT INTO calls VALUES ({marks})", values)  # noqa: S608 - only marks

    def went_out(
        self, request: int, *, answered_at: str, http_status: int | None, outcome: str, voucher: str | None
    ) -> None:
        """Log what became of it; `http_status` None means the connection was dropped."""
        self._database.execute(
            "UPDATE calls SET answered_at = ?, http_status = ?, outcome = ?, voucher = ? WHERE request = ?",
            (answered_at, http_status, outcome, voucher, request),
        )

    def calls(self, *, limit: int, **wanted: str | None) -> list[dict[str, Any]]:
        """The latest calls whose columns have these values (None: any), oldest first."""
        chosen = {name: value for name, value in wanted.items() if value is not None and name in _COLUMNS}
        where = " AND ".join(f"{name} = ?" for name in chosen) or "1"
        rows = self._database.execute(
            # Column names come from this module's own table.
            f"SELECT {', '.join(_COLUMNS)} FROM calls WHERE {where} ORDER BY request DESC LIMIT ?",  # noqa: S608
            [*chosen.values(), limit],
        ).fetchall()
        return [dict(zip(_COLUMNS, row, strict=True)) for row in reversed(rows)]
