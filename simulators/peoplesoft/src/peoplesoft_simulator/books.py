"""The books of every site on disk: vouchers, their numbering, and what the sites are configured with.

SQLite with a write-ahead log and full synchronisation: what a method has returned from survives the death of
the process and of the machine. One connection, used from one thread at a time (see :class:`World`).
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from peoplesoft_simulator.payment_book import SCHEMA as _PAYMENTS
from peoplesoft_simulator.payment_book import PaymentBook
from peoplesoft_simulator.row import Row, row_from_json

_SCHEMA = f"""
BEGIN;
CREATE TABLE IF NOT EXISTS configuration (
    kind TEXT NOT NULL, node TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, node)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbers (
    node TEXT NOT NULL, business_unit TEXT NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (node, business_unit)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vouchers (
    node TEXT NOT NULL, BUSINESS_UNIT TEXT NOT NULL, VOUCHER_ID TEXT NOT NULL,
    INVOICE_ID TEXT NOT NULL, INVOICE_DT TEXT NOT NULL, VENDOR_SETID TEXT NOT NULL, VENDOR_ID TEXT NOT NULL,
    ENTRY_STATUS TEXT NOT NULL, created_at TEXT NOT NULL, created_by TEXT NOT NULL, request INTEGER NOT NULL,
    body TEXT NOT NULL, last_update TEXT NOT NULL DEFAULT '', PRIMARY KEY (node, BUSINESS_UNIT, VOUCHER_ID)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS vouchers_by_invoice ON vouchers (node, INVOICE_ID);
CREATE INDEX IF NOT EXISTS vouchers_by_entry ON vouchers (
    node, BUSINESS_UNIT, json_extract(body, '$.ENTERED_DT')
);
{_PAYMENTS}
COMMIT;
"""
_CHANGES = "CREATE INDEX IF NOT EXISTS vouchers_by_change ON vouchers (node, last_update)"
_COLUMNS = (
    "BUSINESS_UNIT",
    "VOUCHER_ID",
    "INVOICE_ID",
    "INVOICE_DT",
    "VENDOR_SETID",
    "VENDOR_ID",
    "ENTRY_STATUS",
)
_VOUCHER = "node, body, created_at, created_by, request, last_update"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A saved voucher: all its values, when it was created, by which operator and which logged request.

    `last_update` is LAST_UPDATE_DT in the database's time, which a test may set to anything.
    """

    node: str
    row: Row
    created_at: str
    created_by: str
    request: int
    last_update: str

    @property
    def keys(self) -> tuple[str, str]:
        """Business unit and voucher id."""
        return self.row.text("BUSINESS_UNIT"), self.row.text("VOUCHER_ID")

    @property
    def deleted(self) -> bool:
        """A deleted voucher stays in the books with entry status X."""
        return self.row.text("ENTRY_STATUS") == "X"

    def having(self, **values: str) -> "Voucher":
        """The same voucher with these header values."""
        return replace(self, row=self.row.having(**values))


class BookReader:
    """Reads the books beside their owner, from any thread: each reading sees them as they stood when it began."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that cannot write, closed after the block."""
        database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            database.execute("PRAGMA query_only = ON")
            yield database
        finally:
            database.close()


class Books:
    """Vouchers with their payments, and configuration, of all sites in one file."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / "books.sqlite"
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.reader = BookReader(path)
        self.payments = PaymentBook(self._database)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(_SCHEMA)
        known = {name for _, name, *_ in self._database.execute("PRAGMA table_info(vouchers)")}
        if "last_update" not in known:
            # Books of an earlier build go on; what they hold counts as never changed.
            self._database.execute("ALTER TABLE vouchers ADD COLUMN last_update TEXT NOT NULL DEFAULT ''")
        self._database.execute(_CHANGES)

    def close(self) -> None:
        """Close the file. Everything saved is on disk already."""
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, durable when the block has ended."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def keep(self, kind: str, node: str, body: Any) -> None:
        """Keep one piece of configuration, replacing what was kept under that kind and node."""
        self._database.execute(
            "INSERT OR REPLACE INTO configuration VALUES (?, ?, ?)", (kind, node, json.dumps(body))
        )

    def kept(self, kind: str) -> dict[str, Any]:
        """Configuration of one kind, by node."""
        rows = self._database.execute("SELECT node, body FROM configuration WHERE kind = ?", (kind,))
        return {node: json.loads(body) for node, body in rows}

    def next_number(self, node: str, business_unit: str, *, first: int) -> str:
        """The next voucher number of a business unit, 8 digits, starting at `first`."""
        row = self._database.execute(
            "INSERT INTO numbers VALUES (?1, ?2, ?3)"
            " ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last",
            (node, business_unit, first),
        ).fetchone()
        return f"{row[0]:08d}"

    def save(self, voucher: Voucher) -> None:
        """Save a voucher, replacing the one with the same keys."""
        columns = [voucher.row.text(name) for name in _COLUMNS]
        self._database.execute(
            "INSERT OR REPLACE INTO vouchers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                voucher.node,
                *columns,
                voucher.created_at,
                voucher.created_by,
                voucher.request,
                json.dumps(voucher.row.as_json()),
                voucher.last_update,
            ),
        )

    def voucher(self, node: str, business_unit: str, voucher_id: str) -> Voucher | None:
        """One voucher by its keys."""
        found = self.search(
            node, {"BUSINESS_UNIT": business_unit, "VOUCHER_ID": voucher_id}, match="exact", limit=1
        )
        return found[0] if found else None

    def naming_order(self, node: str, po_id: str) -> list[Voucher]:
        """Live vouchers of a site with a line on that purchase order."""
        rows = self._database.execute(
            f"SELECT {_VOUCHER} FROM vouchers WHERE node = ? AND ENTRY_STATUS <> 'X' AND instr(body, ?)",  # noqa: S608
            (node, f'"PO_ID": {json.dumps(po_id)}'),
        )
        return [_voucher(row) for row in rows]

    def search(
        self,
        node: str | None,
        keys: Mapping[str, str],
        *,
        match: Literal["begins_with", "exact"],
        limit: int = -1,
        after: tuple[str, str] = ("", ""),
    ) -> list[Voucher]:
        """Vouchers whose search keys match, ordered by node and keys; empty keys match everything.

        `limit` -1 is no limit, `after` the business unit and voucher id to go on from. Node None looks at every site.
        """
        # Plain equalities, so that the keys of the table find a voucher among very many.
        conditions, values = (["1"], []) if node is None else (["node = ?1"], [node])
        for name in _COLUMNS:
            if keys.get(name):
                values.append(keys[name])
                at = f"?{len(values)}"
                equal = f"{name} = {at}"
                begins = f"substr({name}, 1, length({at})) = {at}"
                conditions.append(begins if match == "begins_with" else equal)
        if any(after):
            values += after
            conditions.append(f"(BUSINESS_UNIT, VOUCHER_ID) > (?{len(values) - 1}, ?{len(values)})")
        where = " AND ".join(f"({each})" for each in conditions)
        rows = self._database.execute(
            # Only column names of this module and numbered placeholders go into the text.
            f"SELECT {_VOUCHER} FROM vouchers WHERE {where}"  # noqa: S608
            f" ORDER BY node, BUSINESS_UNIT, VOUCHER_ID LIMIT {int(limit)}",
            values,
        )
        return [_voucher(row) for row in rows]


def _voucher(row: tuple[str, str, str, str, int, str]) -> Voucher:
    node, body, created_at, created_by, request, last_update = row
    return Voucher(
        node=node,
        row=row_from_json(json.loads(body)),
        created_at=created_at,
        created_by=created_by,
        request=request,
        last_update=last_update,
    )
