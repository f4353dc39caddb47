"""Answers of the query service as a site gives them, and a client to read them with: for tests of both routes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from peoplesoft.query import QueryRequest
from peoplesoft.query_client import QueryClient, QueryRoute
from peoplesoft.streamed import QueryTimeouts
from peoplesoft.testing.answers import CREDENTIALS, soap
from peoplesoft.testing.scripted_gateway import ScriptedGateway

SCHEMAS = "http://xmlns.oracle.com/Enterprise/Tools/schemas"
ACCOUNTS = QueryRequest(
    name="APS_ACCOUNTS", max_rows=10, prompts=(("SETID", "SHARE"), ("AFTER", ""), ("SINCE", ""))
)
Cells = Mapping[str, object]
ROWS: Sequence[Cells] = (
    {"A.SETID": "SHARE", "A.ACCOUNT": "001000", "A.DESCR": "Cash  at bank ", "A.RATE": 1.5, "A.NOTE": " "},
    {"A.SETID": "SHARE", "A.ACCOUNT": "002000", "A.DESCR": " Zürich & Co", "A.RATE": 0, "A.NOTE": None},
)


def json_answer(
    rows: Sequence[Cells] = ROWS, *, query: str = "APS_ACCOUNTS", numrows: object = None, **top: object
) -> bytes:
    """A whole JSON answer; `numrows` lies if it is given, False leaves it out."""
    numbered = [{"attr:rownumber": number, **row} for number, row in enumerate(rows, start=1)]
    counted = {} if numrows is False else {"numrows": len(rows) if numrows is None else numrows}
    answer = {"data": {"query": {**counted, "queryname=": query, "rows": numbered}}}
    return json.dumps({"status": "success", **answer, **top}, ensure_ascii=False).encode()


def xml_row(cells: Cells, *, number: int = 1) -> str:
    """One row: characters as CDATA, numbers bare, nothing as an empty element."""
    shown = "".join(
        f"<{name}/>"
        if value is None
        else f"<{name}><![CDATA[{value}]]></{name}>"
        if isinstance(value, str)
        else f"<{name}>{value}</{name}>"
        for name, value in cells.items()
    )
    return f'<row rownumber="{number}">{shown}</row>'


def block_answer(
    rows: Sequence[Cells] = ROWS,
    *,
    status: str = "finalBlockRetrieved",
    query: str = "APS_ACCOUNTS",
    numrows: object = None,
) -> bytes:
    """One block of a result; `queued` has no query in it."""
    counted = len(rows) if numrows is None else numrows
    inner = "".join(xml_row(row, number=number) for number, row in enumerate(rows, start=1))
    shown = (
        f'<query xmlns="{SCHEMAS}/QAS_QUERYRESULTS_XMLP_RESP.VERSION_1" numrows="{counted}" '
        f'queryname="{query}">{inner}</query>'
    )
    return results(("" if status == "queued" else shown) + status_element(status))


def status_element(status: str) -> str:
    """How far the query is."""
    return (
        f'<QAS_QUERYRESULTS_STATUS_RESP xmlns="{SCHEMAS}/QAS_QUERYRESULTS_STATUS_RESP.VERSION_2">'
        f"<status>{escape(status)}</status></QAS_QUERYRESULTS_STATUS_RESP>"
    )


def results(content: str) -> bytes:
    """A message with results around `content`."""
    name = "QAS_GETQUERYRESULTS_RESP_MSG"
    return soap(f'<{name} xmlns="{SCHEMAS}/{name}.VERSION_2">{content}</{name}>')


def instance_answer(instance: str = "7f0c-11") -> bytes:
    """The answer to running a query."""
    name = "QAS_EXEQRYSYNCPOLL_RESP_MSG"
    return soap(
        f'<{name} xmlns="{SCHEMAS}/{name}.VERSION_1"><QueryInstance>{instance}</QueryInstance></{name}>'
    )


def query_client(
    gateway: ScriptedGateway, route: QueryRoute = QueryRoute.REST, **options: Any
) -> QueryClient:
    """A client of the scripted gateway with short time-outs."""
    arguments: dict[str, Any] = {
        "base_url": gateway.url,
        "node": "PSFT_EP",
        "credentials": CREDENTIALS,
        "route": route,
        "timeouts": QueryTimeouts(connect=20.0, silence=20.0, whole=20.0),
    }
    return QueryClient(**(arguments | options))
