"""The client of one site's queries (Query Access Services)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

import aiohttp

from peoplesoft.address import GatewayAddress
from peoplesoft.call import Call
from peoplesoft.client import KEEP_ALIVE_SECONDS, check_sendable
from peoplesoft.credentials import Authentication, Credentials
from peoplesoft.errors import ConfigurationError, NeedsPerson, ProtocolError
from peoplesoft.outcomes import OutcomeTable
from peoplesoft.query import QueryRequest, QueryRow
from peoplesoft.rest_queries import RestQueries
from peoplesoft.soap_queries import SoapQueries
from peoplesoft.streamed import QueryTimeouts

_REMEDIES: Final = {
    ConfigurationError: "Compare the connection's URL, node and name of the query with the site's; the query must be "
    "public, or the operator's own, and the connector switched on.",
    NeedsPerson: "Read the message; run the query in PeopleSoft's Query Viewer with the same prompts.",
    ProtocolError: "Run the query in PeopleSoft's Query Viewer; a proxy may answer in PeopleSoft's place.",
}


class QueryRoute(StrEnum):
    """How queries are run."""

    REST = "rest"
    SOAP = "soap"


class QueryClient:
    """Runs queries at one site over either route; what comes is the same, but that SOAP gives numbers as text.

    REST sends HTTP Basic always, it knows nothing else; SOAP what `authentication` says. Reads are harmless to
    repeat, so no error leaves a doubt: what may pass by itself is RetryLater, the rest are the other errors of the
    read column in `peoplesoft.errors`. Nothing is repeated by itself, but that over REST aiohttp asks once more where
    the connection closed before a byte came. Without a `session` the client opens one and `close` ends it. How many
    queries run side by side is the caller's choice: PeopleSoft's handlers are few.
    """

    def __init__(
        self,
        *,
        base_url: str,
        node: str,
        credentials: Credentials,
        route: QueryRoute = QueryRoute.REST,
        authentication: Authentication = Authentication.BASIC,
        session: aiohttp.ClientSession | None = None,
        timeouts: QueryTimeouts | None = None,
        outcome_table: OutcomeTable | None = None,
        answer_limit: int = 1_000_000_000,
        json_flag: str = "json_resp",
        block_kb: int = 0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        check_sendable(credentials, Authentication.BASIC if route is QueryRoute.REST else authentication)
        address = GatewayAddress(base_url=base_url, node=node)
        self._own_session = session is None
        self._session = session or aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_SECONDS)
        )
        timeouts = timeouts or QueryTimeouts()
        self._route: RestQueries | SoapQueries
        if route is QueryRoute.REST:
            self._route = RestQueries(
                address=address,
                session=self._session,
                credentials=credentials,
                timeouts=timeouts,
                json_flag=json_flag,
            )
        else:
            self._route = SoapQueries(
                address=address,
                session=self._session,
                credentials=credentials,
                authentication=authentication,
                timeouts=timeouts,
                block_kb=block_kb,
                sleep=sleep,
            )
        self._credentials = credentials
        self._table = outcome_table or OutcomeTable()
        self._answer_limit = answer_limit

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections if they are the client's own."""
        if self._own_session:
            await self._session.close()

    async def rows(self, query: QueryRequest, *, record: str = "") -> AsyncGenerator[QueryRow, None]:
        """The rows in the query's order, as they arrive. Nothing may be concluded from them before the iteration has
        ended by itself: an answer that breaks off, or tells of more rows than came, says so at its end. Fewer rows
        than `max_rows` may still not be all, as PeopleSoft may have a lower limit for its operator: see
        `peoplesoft.query_pages`. Who stops early closes the iterator (`contextlib.aclosing`).

        Raises InvalidMessage before anything is sent, and the errors of a read.
        """
        self._route.check(query)
        call = Call(
            operation=f"query {query.name}",
            remote=self._route.remote(query),
            saves=False,
            record=record,
            answer_limit=self._answer_limit,
            table=self._table,
            credentials=self._credentials,
            remedies=_REMEDIES,
            gives_rows=True,
        )
        count = 0
        async with aclosing(self._route.batches(query, call)) as batches:
            async for rows in batches:
                count += len(rows)
                if count > query.max_rows:
                    raise call.error(ProtocolError, f"more rows came than the {query.max_rows} asked for")
                for row in rows:
                    yield row

    async def check(self, query: QueryRequest, *, record: str = "") -> tuple[str, ...]:
        """Run the query for one row: the names of its fields, none if it has no row to show them by.

        Raises what `rows` raises.
        """
        fields: tuple[str, ...] = ()
        one = QueryRequest(name=query.name, owner=query.owner, prompts=query.prompts, max_rows=1)
        async with aclosing(self.rows(one, record=record)) as rows:
            async for row in rows:
                fields = tuple(row)
        return fields
