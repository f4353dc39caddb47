"""The two messages of the query service over SOAP: run a query, fetch a block of what it gave.

Element names, namespaces and which children carry none are those of a client in production at a university
(reference on Integration Broker, section 5.4).
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from peoplesoft.query import QueryRequest
from peoplesoft.soap import envelope

EXECUTE_ACTION: Final = "QAS_EXECUTEQRYSYNCPOLL_OPER.VERSION_1"
RESULTS_ACTION: Final = "QAS_GETQUERYRESULTS_OPER.VERSION_2"
_SCHEMAS: Final = "http://xmlns.oracle.com/Enterprise/Tools/schemas"


def execute_message(query: QueryRequest, *, block_kb: int) -> bytes:
    """Run `query`; its answer names a query instance."""
    message = etree.Element(f"{{{_SCHEMAS}/QAS_EXEQRYSYNCPOLL_REQ_MSG.VERSION_1}}QAS_EXEQRYSYNCPOLL_REQ_MSG")
    request = etree.SubElement(
        message, f"{{{_SCHEMAS}/QAS_EXEQRYSYNCPOLL_REQ.VERSION_1}}QAS_EXEQRYSYNCPOLL_REQ"
    )
    for name, text in {
        "QueryName": query.name,
        "isConnectedQuery": "N",
        "OwnerType": query.owner.upper(),
        "BlockSizeKB": str(block_kb),
        "MaxRow": str(query.max_rows),
        "OutResultType": "XMLP",
        "OutResultFormat": "NONFILE",
    }.items():
        etree.SubElement(request, name).text = text
    prompts = etree.SubElement(request, "Prompts")
    for name, value in query.prompts:
        prompt = etree.SubElement(prompts, "PROMPT")
        etree.SubElement(prompt, "PSQueryName").text = query.name
        etree.SubElement(prompt, "UniquePromptName").text = name
        etree.SubElement(prompt, "FieldValue").text = value
    etree.SubElement(etree.SubElement(request, "FieldsFilter"), "FilterFieldName")
    return envelope(message)


def results_message(instance: str, *, block: int) -> bytes:
    """Fetch block number `block`, from 1, of the query instance."""
    outer = f"{{{_SCHEMAS}/QAS_GETQUERYRESULTS_REQ_MSG.VERSION_1}}"
    inner = f"{{{_SCHEMAS}/QAS_GETQUERYRESULTS_REQ.VERSION_1}}"
    message = etree.Element(f"{outer}QAS_GETQUERYRESULTS_REQ_MSG")
    request = etree.SubElement(message, f"{outer}QAS_GETQUERYRESULTS_REQ")
    work = etree.SubElement(request, f"{inner}PTQASWRK", {"class": "R"})
    etree.SubElement(work, f"{inner}BlockNumber").text = str(block)
    etree.SubElement(work, f"{inner}QueryInstance").text = instance
    return envelope(message)
