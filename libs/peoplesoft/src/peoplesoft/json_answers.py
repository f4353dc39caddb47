"""Whether an answer over the REST connector is JSON at all, and what it means when it is not."""

from __future__ import annotations

from typing import Final

from peoplesoft.call import Answer, Call
from peoplesoft.errors import PeopleSoftError, ProtocolError
from peoplesoft.faults import fault_error, is_refusal
from peoplesoft.outline import outline
from peoplesoft.refusals import refusal
from peoplesoft.safe_xml import UnusableXml, parse_xml
from peoplesoft.soap import SOAP
from peoplesoft.streamed import StreamedAnswer

_BOM: Final = b"\xef\xbb\xbf"


async def first_of_json(answer: StreamedAnswer, call: Call, *, begins: bytes = b"{") -> bytes:
    """The answer's first bytes; the first that is no blank is one of `begins`. Raises the error for any other
    answer.
    """
    first = b""
    while not first.lstrip():
        chunk = await answer.chunk()
        if not chunk:
            break
        first = (first + chunk).removeprefix(_BOM)[-65_536:]
    begun = first.lstrip()[:1]
    if answer.head.status == 200 and begun and begun in begins:
        return first
    raise _no_json(await answer.read_head(), call)


def _no_json(answer: Answer, call: Call) -> PeopleSoftError:
    try:
        root = parse_xml(answer.body)
    except UnusableXml:
        return refusal(answer, call, why_no_soap="it does not begin an object", form="JSON")
    message = next((each for each in root.iter(f"{{{SOAP}}}Fault", "{*}IBResponse")), None)
    if message is not None and is_refusal(message):
        return fault_error(message, call)
    if 200 <= answer.status < 300 and not root.tag.lower().endswith("html"):
        remedy = "See by which parameter this PeopleTools release is asked for JSON."
        what = f"XML ({root.tag}) came instead of JSON"
        return call.error(ProtocolError, what, said=outline(answer.body), remedy=remedy)
    return refusal(answer, call, why_no_soap="it is XML", form="JSON")
