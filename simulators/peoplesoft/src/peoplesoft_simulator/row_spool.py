"""Encoded rows put aside until it is known how many there are, since an answer says so before the first of them.

Small answers stay in memory, large ones go to a temporary file: memory does not grow with the number of rows.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from json.encoder import encode_basestring
from typing import IO
from xml.sax.saxutils import escape

from peoplesoft_simulator.query import QueryRow, QueryValue

IN_MEMORY = 4 * 1024 * 1024
_PIECE = 64 * 1024

Encode = Callable[[int, QueryRow], bytes]
"""From a row and its number within the answer to bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a spool: `rows` rows in `length` bytes from `offset` on."""

    offset: int
    length: int
    rows: int


class RowSpool:
    """Rows in blocks; there is at least one, which may be empty. Close it when nobody will read it any more."""

    def __init__(self, file: IO[bytes], blocks: tuple[Block, ...]) -> None:
        self._file = file
        self.blocks = blocks

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(each.rows for each in self.blocks)

    def pieces(self, block: Block) -> Iterator[bytes]:
        """The bytes of one block, a bounded piece at a time."""
        left = block.length
        while left:
            self._file.seek(block.offset + block.length - left)
            piece = self._file.read(min(left, _PIECE))
            left -= len(piece)
            yield piece

    def close(self) -> None:
        """Give the memory or the file back."""
        self._file.close()


def spool(
    rows: Iterable[QueryRow], encode: Encode, *, block_rows: int | None = None, block_bytes: int | None = None
) -> RowSpool:
    """Encode rows into blocks of at most so many rows, each ended by the row with which it has so many bytes.

    None is no bound. Row numbers begin at 1 in every block.
    """
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the spool owns and closes it
    blocks: list[Block] = []
    begin = end = count = 0
    for row in rows:
        full = (block_rows and count >= block_rows) or (block_bytes and end - begin >= block_bytes)
        if full and count:
            blocks.append(Block(offset=begin, length=end - begin, rows=count))
            begin, count = end, 0
        count += 1
        end += file.write(encode(count, row))
    blocks.append(Block(offset=begin, length=end - begin, rows=count))
    return RowSpool(file, tuple(blocks))


def as_json(number: int, row: QueryRow) -> bytes:
    """A row as QAS writes it in JSON: numbers as numbers, an empty character field as one blank."""
    fields = "".join(f',"{name}":{_json(value)}' for name, value in row.items())
    return f'{"," if number > 1 else ""}{{"attr:rownumber":{number}{fields}}}'.encode()


def as_xml(number: int, row: QueryRow) -> bytes:
    """A row as QAS writes it in XMLP: characters in CDATA, others bare, what is blank as an empty element."""
    fields = "".join(_element(name, value) for name, value in row.items())
    return f'<row rownumber="{number}">{fields}</row>'.encode()


def _json(value: QueryValue) -> str:
    match value:
        case str():
            return encode_basestring(value or " ")
        case bool():
            return '"Y"' if value else '"N"'
        case int() | Decimal():
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case None:
            return '""'
        case _:
            return f'"{_moment(value)}"'


def _element(name: str, value: QueryValue) -> str:
    match value:
        case str():
            inner = f"<![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]>" if value.strip() else ""
        case bool():
            inner = f"<![CDATA[{'Y' if value else 'N'}]]>"
        case int() | Decimal():
            inner = f"{value:f}" if isinstance(value, Decimal) else str(value)
        case None:
            inner = ""
        case _:
            inner = escape(_moment(value))
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"


def _moment(value: date | datetime) -> str:
    """A date, or the database's local date-time (UTC here) without an offset."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="microseconds")
    return value.isoformat()
