"""Queries over the SOAP connector: run one, then fetch its result block by block while PeopleSoft works on it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final

import aiohttp

from peoplesoft.address import GatewayAddress
from peoplesoft.call import Call
from peoplesoft.credentials import Authentication, Credentials
from peoplesoft.errors import PeopleSoftError, ProtocolError, RetryLater
from peoplesoft.gateway import common_headers
from peoplesoft.query import QueryRequest, QueryRow
from peoplesoft.query_columns import Columns
from peoplesoft.query_messages import EXECUTE_ACTION, RESULTS_ACTION, execute_message, results_message
from peoplesoft.query_xml import XmlRows, child_text
from peoplesoft.soap import with_username_token
from peoplesoft.streamed import QueryTimeouts, StreamedAnswer, batches, streamed

_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 15.0
_MOST_BLOCKS: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapQueries:
    """The SOAP route. A block is about `block_kb` KB, 0 leaves its size to PeopleSoft; between looks at a queued
    query it waits by `sleep`, for each block `timeouts.whole` seconds in all.
    """

    address: GatewayAddress
    session: aiohttp.ClientSession
    credentials: Credentials
    authentication: Authentication
    timeouts: QueryTimeouts
    block_kb: int
    sleep: Callable[[float], Awaitable[None]]

    def remote(self, query: QueryRequest) -> str:
        """The URL called."""
        return self.address.endpoint

    def check(self, query: QueryRequest) -> None:
        """Every request can be sent over SOAP."""

    async def batches(self, query: QueryRequest, call: Call) -> AsyncGenerator[list[QueryRow], None]:
        """The rows, some at a time; the end without an error is the end of a whole result."""
        instance = await self._execute(query, call)
        columns, wait, waited, block, gave = Columns(call), _FIRST_WAIT, 0.0, 1, 0
        while block <= _MOST_BLOCKS:
            message = results_message(instance, block=block)
            async with self._posted(message, RESULTS_ACTION, call) as answer:
                reader = XmlRows(query=query.name, columns=columns, answer=answer, call=call)
                async for rows in batches(answer, reader, call=call):
                    gave += len(rows)
                    yield rows
                result = reader.finish()
            status = child_text(result, "status").lower()
            if status == "finalblockretrieved" and next(result.iter("{*}query"), None) is not None:
                return
            if status == "blockretrieved" and gave:
                block, wait, waited, gave = block + 1, _FIRST_WAIT, 0.0, 0
                continue
            if status != "queued" or gave:
                what = f"block {block} came with status {status!r} and {gave} rows"
                raise call.error(ProtocolError, what)
            if waited >= self.timeouts.whole:
                what = f"the query was still queued after {waited:g} s"
                raise call.error(RetryLater, what, said=f"query instance {instance}")
            await self.sleep(wait)
            waited, wait = waited + wait, min(wait * 1.5, _LONGEST_WAIT)
        raise call.error(ProtocolError, f"more than {_MOST_BLOCKS} blocks and no end")

    async def _execute(self, query: QueryRequest, call: Call) -> str:
        message = execute_message(query, block_kb=self.block_kb)
        async with self._posted(message, EXECUTE_ACTION, call) as answer:
            reader = XmlRows(query=query.name, columns=Columns(call), answer=answer, call=call)
            async for _ in batches(answer, reader, call=call):
                raise _no_instance(call)
            instance = child_text(reader.finish(), "QueryInstance")
        if not instance:
            raise _no_instance(call)
        return instance

    def _posted(self, message: bytes, action: str, call: Call) -> AbstractAsyncContextManager[StreamedAnswer]:
        if self.authentication.uses_username_token:
            message = with_username_token(message, self.credentials)
        basic = self.credentials.basic() if self.authentication.uses_basic else None
        headers = {
            **common_headers(basic),
            "Content-Type": "text/xml; charset=UTF-8",
            "SOAPAction": f'"{action}"',
        }
        return streamed(
            self.session,
            "POST",
            self.address.endpoint,
            headers=headers,
            body=message,
            timeouts=self.timeouts,
            call=call,
        )


def _no_instance(call: Call) -> PeopleSoftError:
    return call.error(ProtocolError, "the answer to running the query names no query instance")
