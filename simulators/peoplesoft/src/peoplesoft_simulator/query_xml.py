"""The XML of queries over SOAP: what a caller asks for, and the messages that answer it."""

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from lxml.etree import _Element as Element

from peoplesoft_simulator.query_request import whole_number
from peoplesoft_simulator.query_run import Prompt, QueryRefused
from peoplesoft_simulator.soap import ENVELOPE

EXECUTE = "QAS_EXECUTEQRYSYNCPOLL_OPER.VERSION_1"
RESULTS = "QAS_GETQUERYRESULTS_OPER.VERSION_2"
SCHEMAS = "http://xmlns.oracle.com/Enterprise/Tools/schemas"
_XMLP = f"{SCHEMAS}/QAS_QUERYRESULTS_XMLP_RESP.VERSION_1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteRequest:
    """A query to be started; `block_bytes` None leaves the size of blocks to the site."""

    name: str
    owner: str
    prompts: tuple[Prompt, ...]
    max_rows: int
    block_bytes: int | None
    columns: frozenset[str]
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsRequest:
    """A block of results that is wanted, counted from 1."""

    instance: str
    block: int


def read_execute(body: Element) -> ExecuteRequest:
    """A request to start a query; elements are told by their names, whatever their namespaces."""
    problem, max_rows, block_kb = "", 0, 0
    try:
        max_rows, block_kb = _sizes(body)
    except QueryRefused as refused:
        problem = str(refused)
    return ExecuteRequest(
        name=_text(body, "QueryName"),
        owner=_text(body, "OwnerType").lower(),
        prompts=tuple(
            Prompt(
                query=_text(each, "PSQueryName"),
                name=_text(each, "UniquePromptName"),
                value=_text(each, "FieldValue"),
            )
            for each in _all(body, "PROMPT")
        ),
        max_rows=max_rows,
        block_bytes=block_kb * 1024 or None,
        columns=frozenset(each.text for each in _all(body, "FilterFieldName") if each.text),
        problem=problem,
    )


def read_results(body: Element) -> ResultsRequest:
    """A request for a block; a number that cannot be read is a block there is not."""
    number = _text(body, "BlockNumber")
    return ResultsRequest(
        instance=_text(body, "QueryInstance"), block=int(number) if number.isdecimal() else 0
    )


def started(instance: str) -> bytes:
    """The answer to a query that was started."""
    message, part = "QAS_EXEQRYSYNCPOLL_RESP_MSG", "QAS_EXEQRYSYNCPOLL_RESP"
    return _envelope(
        f'<{message} xmlns="{SCHEMAS}/{message}.VERSION_1"><{part}>'
        f'<PTQASWRK xmlns="{SCHEMAS}/{part}.VERSION_1" class="R">'
        f"<QueryInstance>{escape(instance)}</QueryInstance></PTQASWRK></{part}></{message}>".encode()
    )


def results(status: str, block: bytes = b"") -> bytes:
    """A block of results, with its rows before the status, or the status alone."""
    message, part = "QAS_GETQUERYRESULTS_RESP_MSG", "QAS_QUERYRESULTS_STATUS_RESP"
    said = f'<{part} xmlns="{SCHEMAS}/{part}.VERSION_2"><status>{escape(status)}</status></{part}>'
    head = f'<{message} xmlns="{SCHEMAS}/{message}.VERSION_2">'
    return _envelope(head.encode() + block + f"{said}</{message}>".encode())


def query_element(name: str, *, rows: int) -> tuple[bytes, bytes]:
    """What stands before and after the rows of a query in XML."""
    return (
        f'<query xmlns="{_XMLP}" numrows="{rows}" queryname={quoteattr(name)}>'.encode(),
        b"</query>",
    )


def _sizes(body: Element) -> tuple[int, int]:
    """Most rows and most kilobytes a block, of a request that is otherwise as it must be."""
    if _text(body, "isConnectedQuery") != "N":
        raise QueryRefused("isConnectedQuery must be N")
    if (_text(body, "OutResultType"), _text(body, "OutResultFormat")) != ("XMLP", "NONFILE"):
        raise QueryRefused("only XMLP with NONFILE is simulated")
    rows = whole_number(_text(body, "MaxRow"), name="MaxRow")
    return rows, whole_number(_text(body, "BlockSizeKB") or "0", name="BlockSizeKB")


def _envelope(inner: bytes) -> bytes:
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="{ENVELOPE}"><soapenv:Body>'
    )
    return head.encode() + inner + b"</soapenv:Body></soapenv:Envelope>"


def _all(body: Element, name: str) -> list[Element]:
    return [each for each in body.iter("*") if etree.QName(each).localname == name]


def _text(body: Element, name: str) -> str:
    return next((each.text or "" for each in _all(body, name)), "").strip()
