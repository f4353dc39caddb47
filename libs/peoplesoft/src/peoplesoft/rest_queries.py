"""Queries over the REST connector: one GET, one JSON answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import aiohttp

from peoplesoft.address import GatewayAddress
from peoplesoft.call import Answer, Call
from peoplesoft.credentials import Credentials
from peoplesoft.errors import InvalidMessage, PeopleSoftError, ProtocolError
from peoplesoft.faults import fault_error, is_refusal
from peoplesoft.gateway import common_headers
from peoplesoft.outline import outline
from peoplesoft.query import QueryRequest, QueryRow
from peoplesoft.query_json import JsonRows
from peoplesoft.refusals import refusal
from peoplesoft.safe_xml import UnusableXml, parse_xml
from peoplesoft.soap import SOAP
from peoplesoft.streamed import QueryTimeouts, StreamedAnswer, batches, streamed

_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestQueries:
    """The REST route. `json_flag` is the parameter that asks for JSON: releases of PeopleTools differ."""

    address: GatewayAddress
    session: aiohttp.ClientSession
    credentials: Credentials
    timeouts: QueryTimeouts
    json_flag: str

    def remote(self, query: QueryRequest) -> str:
        """The URL called, without its parameters."""
        return self.address.query_url(owner=query.owner, query=query.name)

    def check(self, query: QueryRequest) -> None:
        """Raise InvalidMessage for what this route cannot send."""
        for name, value in query.prompts:
            if "," in value:
                raise InvalidMessage(
                    f"the value {value!r} of prompt {name} has a comma: over REST it would be taken for two values",
                    property_path=name,
                    operation=query.name,
                    remedy="Choose another value, or run the connection's queries over SOAP.",
                )

    async def batches(self, query: QueryRequest, call: Call) -> AsyncGenerator[list[QueryRow], None]:
        """The rows, some at a time; the end without an error is the end of a whole answer."""
        url = f"{self.remote(query)}?{parameters(query, json_flag=self.json_flag)}"
        headers = {**common_headers(self.credentials.basic()), "Accept": "application/json"}
        async with streamed(
            self.session, "GET", url, headers=headers, timeouts=self.timeouts, call=call
        ) as answer:
            reader = JsonRows(query=query.name, call=call)
            first = await _first_of_json(answer, call)
            async for rows in batches(answer, reader, first=first, call=call):
                yield rows
            reader.finish()


def parameters(query: QueryRequest, *, json_flag: str) -> str:
    """The URL's parameters: the prompts' lists are told apart by bare commas, each value is encoded for itself."""
    lists = {
        "prompt_psqueryname": [query.name for _ in query.prompts],
        "prompt_uniquepromptname": [name for name, _ in query.prompts],
        "prompt_fieldvalue": [value for _, value in query.prompts],
    }
    prompts = "&".join(
        f"{name}={','.join(quote(value, safe='') for value in values)}" for name, values in lists.items()
    )
    return f"isconnectedquery=N&maxrows={query.max_rows}&{prompts}&{quote(json_flag, safe='')}=true"


async def _first_of_json(answer: StreamedAnswer, call: Call) -> bytes:
    """The answer's first bytes, which begin a JSON object. Raises the error for any other answer."""
    first = b""
    while not first.lstrip():
        chunk = await answer.chunk()
        if not chunk:
            break
        first = (first + chunk).removeprefix(_BOM)[-65_536:]
    if answer.head.status == 200 and first.lstrip()[:1] == b"{":
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
