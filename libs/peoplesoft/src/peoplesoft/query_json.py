"""The JSON answer of a query, read as it arrives: never more of it in memory than what came last.

``{"status": "success", "data": {"query": {"numrows": 2, "queryname=": "APS_ACCOUNTS",
"rows": [{"attr:rownumber": 1, "A.SETID": "SHARE", ...}, ...]}}}`` with the stray ``=`` as PeopleSoft writes it
(reference on Integration Broker, section 5.3).
"""

from __future__ import annotations

from typing import Final

import ijson

from peoplesoft.call import Call
from peoplesoft.errors import NeedsPerson, PeopleSoftError, ProtocolError, RetryLater
from peoplesoft.half_characters import WholeCharacters
from peoplesoft.outline import is_message
from peoplesoft.query import QueryRow
from peoplesoft.query_columns import Columns

_ROWS: Final = ["data", "query", "rows"]
_DEEPEST = 16
_MOST_SAID = 20


class JsonRows:
    """The reader of one answer: `feed` it all, then `finish` it. Rows given out by `feed` are only the whole
    answer once `finish` has not complained.
    """

    def __init__(self, *, query: str, call: Call) -> None:
        self._query = query
        self._call = call
        self._whole = WholeCharacters()
        self._events = ijson.sendable_list()
        self._parser = ijson.basic_parse_coro(self._events)
        self._columns = Columns(call)
        self._path: list[str] = []
        self._key = ""
        self._facts: dict[str, str] = {}
        self._rows_begun = False
        self._in_rows = False
        self._row: dict[str, object] | None = None
        self._count = 0

    def feed(self, chunk: bytes) -> list[QueryRow]:
        """The rows that `chunk` completes. Raises the errors of the package."""
        try:
            if text := self._whole.feed(chunk):  # nothing would mean the end
                self._parser.send(text)
        # A number of thousands of digits is a ValueError or, out of ijson's C code, a SystemError.
        except (ijson.JSONError, ValueError, SystemError) as failure:
            raise self._damaged(failure) from None  # its own words quote the answer
        rows: list[QueryRow] = []
        for event, value in self._events:
            if not self._in_rows:
                self._around(event, value)
            elif event == "map_key":
                self._key = value
            elif self._row is None or event not in {"string", "number", "null"}:
                self._row_event(event, rows)
            elif self._key in self._row:
                raise self._call.error(ProtocolError, f"a row gives {self._key} twice")
            else:
                self._row[self._key] = value
        del self._events[:]
        return rows

    def finish(self) -> None:
        """The answer has ended. Raises RetryLater if it was cut, NeedsPerson if PeopleSoft reports a failure,
        ProtocolError if it is not the answer of this query or not as many rows came as it says.
        """
        try:
            self._parser.close()
        except (ijson.JSONError, ValueError, SystemError) as failure:
            raise self._damaged(failure) from None  # its own words quote the answer
        facts = dict(self._facts)
        status = facts.pop("status", None)
        if status is not None and status.lower() != "success":
            said = "; ".join(text for name, text in facts.items() if _is_message(name))
            raise self._call.error(NeedsPerson, f"PeopleSoft answers with status {status!r}", said=said)
        name = facts.get("data/query/queryname=", facts.get("data/query/queryname", self._query))
        if name.strip().upper() != self._query.upper():
            raise self._call.error(ProtocolError, f"the answer is that of query {name!r}")
        expected = facts.get("data/query/numrows")
        if status is None or (expected is None and not self._rows_begun):
            raise self._call.error(
                ProtocolError, "the answer is JSON, but not that of a query", said=", ".join(facts)
            )
        if expected is not None and expected.strip() != str(self._count):
            raise self._call.error(
                ProtocolError, f"{self._count} rows came, the answer says {expected}: not taken for the whole"
            )

    def _around(self, event: str, value: object) -> None:
        """What is not in a row: where we are, and the few facts worth keeping."""
        if event == "map_key":
            self._key = str(value)
        elif event in {"start_map", "start_array"}:
            self._path.append(self._key)
            self._key = ""
            if len(self._path) > _DEEPEST:
                raise self._call.error(ProtocolError, "the answer is nested too deeply")
            if event == "start_array" and self._path[1:] == _ROWS:
                if self._rows_begun:
                    raise self._call.error(ProtocolError, "the answer has its rows twice")
                self._rows_begun = self._in_rows = True
        elif event in {"end_map", "end_array"}:
            self._path.pop()
        elif len(self._facts) < _MOST_SAID:
            where = "/".join([*self._path[1:], self._key])
            self._facts.setdefault(where, "" if value is None else str(value)[:1000])

    def _row_event(self, event: str, rows: list[QueryRow]) -> None:
        if event == "start_map" and self._row is None:
            self._row = {}
        elif event == "end_map" and self._row is not None:
            cells = {name: cell for name, cell in self._row.items() if not name.startswith("attr:")}
            rows.append(self._columns.row(cells))
            self._count += 1
            self._row = None
        elif event == "end_array" and self._row is None:
            self._in_rows = False
            self._path.pop()
        else:
            where = f"in {self._key} of a row" if self._row is not None else "among the rows"
            raise self._call.error(ProtocolError, f"the answer holds a {event} {where}: not a value")

    def _damaged(self, failure: Exception) -> PeopleSoftError:
        # From its second line on the parser quotes the answer; it gives bytes where that is no UTF-8.
        said = failure.args[0] if failure.args else ""
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        line = text.partition("\n")[0]
        why = line if line and not {"'", '"'} & set(line) else type(failure).__name__
        return self._call.error(RetryLater, f"the answer is cut or damaged after {self._count} rows: {why}")


def _is_message(place: str) -> bool:
    """Whether a fact at this place is the message of an error: at the top or one level below, not among data."""
    above, _, name = place.rpartition("/")
    return "/" not in above and above not in {"data", "rows"} and is_message(name)
