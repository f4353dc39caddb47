"""What people see: one console, times and texts as they are shown. Texts of remotes cannot steer the terminal."""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ap_domain.money import plain as amount_text
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = [
    "ago",
    "console",
    "duration",
    "error_console",
    "instant",
    "jsonable",
    "line",
    "now",
    "plain",
    "print_json",
    "show_table",
]

REDIRECTED_WIDTH = 200
"""Columns where there is no terminal: a log or a pipe takes long lines, and words stay whole."""

console = Console(
    markup=False,
    highlight=False,
    emoji=False,
    width=None if sys.stdout.isatty() else REDIRECTED_WIDTH,
)
error_console = Console(stderr=True, soft_wrap=True, markup=False, highlight=False, emoji=False)


def plain(text: str) -> str:
    """The text without control characters, in one line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def line(text: str = "", *, style: str = "") -> None:
    """One line, however long."""
    console.print(Text(plain(text), style=style), soft_wrap=True)


def show_table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """A table that wraps inside its cells; nothing is left out, so that ids can be copied."""
    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    console.print(table)


def instant(at: datetime | None) -> str:
    """In UTC, and in local time where that differs."""
    if at is None:
        return ""
    universal, local = at.astimezone(UTC), at.astimezone()
    text = f"{universal:%Y-%m-%d %H:%M:%S}Z"
    return text if local.utcoffset() == timedelta() else f"{text} ({local:%H:%M:%S} {local:%Z})"


def duration(span: timedelta) -> str:
    """Short: 0.04 s, 12 s, 3 min, 5 h, 2 days."""
    seconds = span.total_seconds()
    for limit, divisor, unit in ((10, 1, "s"), (120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if abs(seconds) < limit:
            return f"{seconds / divisor:.{2 if limit == 10 else 0}f} {unit}"
    return f"{seconds / 86_400:.0f} days"


def ago(at: datetime | None, *, now: datetime) -> str:
    """How long it is since then."""
    return "" if at is None else duration(now - at)


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object in one line."""
    console.out(json.dumps(value, ensure_ascii=False, default=jsonable), highlight=False)


def jsonable(value: object) -> object:
    """Instants as ISO 8601, amounts in plain digits, everything else as its text."""
    if isinstance(value, Decimal):
        return amount_text(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def now() -> datetime:
    """This instant in UTC."""
    return datetime.now(UTC)
