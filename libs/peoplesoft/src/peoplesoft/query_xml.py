"""A SOAP answer of the query service, read as it arrives: its rows are given out and forgotten, the rest is kept.

``<query numrows="2" queryname="APS_ACCOUNTS"><row rownumber="1"><A.SETID><![CDATA[SHARE]]></A.SETID>...`` beside a
``status`` (reference on Integration Broker, sections 5.3 and 5.4).
"""

from __future__ import annotations

from lxml import etree

from peoplesoft.call import Call
from peoplesoft.errors import PeopleSoftError, ProtocolError
from peoplesoft.faults import fault_error, is_refusal
from peoplesoft.query import QueryRow
from peoplesoft.query_columns import Columns
from peoplesoft.refusals import refusal
from peoplesoft.safe_xml import doctype_of, local_name, text_of
from peoplesoft.soap import SOAP
from peoplesoft.streamed import StreamedAnswer


class XmlRows:
    """The reader of one answer: `feed` it all, then `finish` it. `columns` go through all blocks of a result."""

    def __init__(self, *, query: str, columns: Columns, answer: StreamedAnswer, call: Call) -> None:
        self._query = query
        self._call = call
        self._answer = answer
        self._columns = columns
        self._parser = etree.XMLPullParser(
            events=("end",),
            tag="{*}row",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        self._begun = False
        self._count = 0

    def feed(self, chunk: bytes) -> list[QueryRow]:
        """The rows that `chunk` completes. Raises the errors of the package."""
        if not self._begun:
            self._begun = True
            if doctype_of(self._answer.head.body) is not None:
                raise self._no_soap("a DOCTYPE is not accepted")
        try:
            self._parser.feed(chunk)
            events = self._parser.read_events()
            return [self._row(row) for _, row in events if row is not None and not isinstance(row, tuple)]
        except (etree.XMLSyntaxError, LookupError, ValueError) as failure:
            raise self._no_soap(f"not well-formed XML: {failure}") from failure

    def finish(self) -> etree._Element:
        """The answer has ended: the one message in its body. Raises the error of a Fault or of what is no SOAP,
        ProtocolError if it is not this query's or not as many rows came as it says.
        """
        try:
            root = self._parser.close()
        except (etree.XMLSyntaxError, LookupError, ValueError) as failure:
            raise self._no_soap(f"not well-formed XML: {failure}") from failure
        self._check_doctype(root)
        if root.tag != f"{{{SOAP}}}Envelope":
            raise self._no_soap(f"its root is {root.tag}", damaged=False)
        bodies = root.findall(f"{{{SOAP}}}Body")
        if len(bodies) != 1 or len(bodies[0]) != 1:
            raise self._call.error(ProtocolError, "the SOAP envelope has not exactly one message")
        message = bodies[0][0]
        if is_refusal(message):
            raise fault_error(message, self._call)
        self._check_query(message)
        return message

    def _row(self, row: etree._Element) -> QueryRow:
        query = row.getparent()
        if query is None or local_name(query) != "query":
            raise self._call.error(ProtocolError, "the answer has a row outside of a query")
        if self._count == 0:
            self._check_doctype(row)
        cells: dict[str, object] = {}
        for cell in row:
            name = local_name(cell)
            if len(cell) or name in cells:
                raise self._call.error(ProtocolError, f"a row gives {name} twice, or with more than a value")
            cells[name] = cell.text or ""
        self._count += 1
        # What has been read goes, or a long answer would grow into a tree.
        row.clear()
        while row.getprevious() is not None:
            del query[0]
        return self._columns.row(cells)

    def _check_query(self, message: etree._Element) -> None:
        queries = list(message.iter("{*}query"))
        if len(queries) > 1:
            raise self._call.error(ProtocolError, "the answer holds more than one query")
        for query in queries:
            name = (query.get("queryname") or self._query).strip()
            if name.upper() != self._query.upper():
                raise self._call.error(ProtocolError, f"the answer is that of query {name!r}")
            expected = (query.get("numrows") or str(self._count)).strip()
            if expected != str(self._count):
                raise self._call.error(
                    ProtocolError,
                    f"{self._count} rows came, the block says {expected}: not taken for the whole",
                )

    def _check_doctype(self, element: etree._Element) -> None:
        # Its entities are neither expanded nor fetched up to here: the parser is told not to.
        if element.getroottree().docinfo.internalDTD is not None:
            raise self._no_soap("a DOCTYPE is not accepted", damaged=False)

    def _no_soap(self, why: str, *, damaged: bool = True) -> PeopleSoftError:
        head = self._answer.head
        begins_like_xml = head.body.lstrip()[:1] == b"<"
        return refusal(head, self._call, why_no_soap=why, damaged=damaged and begins_like_xml)


def child_text(message: etree._Element, name: str) -> str:
    """The text of the only element called `name` under `message`; empty if there is none or several."""
    found = [each for each in message.iter() if local_name(each) == name]
    return text_of(found[0]) if len(found) == 1 else ""
