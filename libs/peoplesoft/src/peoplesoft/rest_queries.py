"""Queries over the REST connector: one GET, one JSON answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp

from peoplesoft.address import GatewayAddress
from peoplesoft.call import Call
from peoplesoft.credentials import Credentials
from peoplesoft.errors import InvalidMessage
from peoplesoft.gateway import common_headers
from peoplesoft.json_answers import first_of_json
from peoplesoft.query import QueryRequest, QueryRow
from peoplesoft.query_json import JsonRows
from peoplesoft.streamed import QueryTimeouts, batches, streamed


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
            first = await first_of_json(answer, call)
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
