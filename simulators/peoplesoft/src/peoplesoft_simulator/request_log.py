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
    "query",
    "prompts",
    "rows",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """A call as it came in: numbers of keys are as sent, instants are ISO text of the simulator's clock.

    Of a query, `query` is its name at the site and `prompts` the JSON object of what was asked.
    """

    request: int
    node: str
    operation: str
    operator: str
    fault: str | None
    received_at: str
    business_unit: str = ""
    invoice_id: str = ""
    vendor_id: str = ""
    voucher_id: str = ""
    query: str | None = None
    prompts: str | None = None


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
        known = {name for _, name, *_ in self._database.execute("PRAGMA table_info(calls)")}
        for name in _COLUMNS:
            if name not in known:
                # A log of an earlier build goes on with the columns it lacks.
                self._database.execute(f"ALTER TABLE calls ADD COLUMN {name}")
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
        self,
        request: int,
        *,
        answered_at: str,
        http_status: int | None,
        outcome: str,
        voucher: str | None = None,
        rows: int | None = None,
    ) -> None:
        """Log what became of it; `http_status` None means the connection was dropped, `rows` came from a query."""
        self._database.execute(
            "UPDATE calls SET answered_at = ?, http_status = ?, outcome = ?, voucher = ?, rows = ?"
            " WHERE request = ?",
            (answered_at, http_status, outcome, voucher, rows, request),
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
