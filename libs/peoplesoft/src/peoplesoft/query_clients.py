"""One client of queries for each site, made anew when what is known of the site changes."""

from __future__ import annotations

import aiohttp

from peoplesoft.credentials import Authentication, Credentials
from peoplesoft.query_client import QueryClient, QueryRoute


class QueryClients:
    """The session is shared and the caller's; it must keep no cookies, or one customer's would reach another."""

    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._made: dict[str, tuple[int, QueryClient]] = {}

    def of(
        self,
        name: str,
        *,
        version: int,
        base_url: str,
        node: str,
        credentials: Credentials,
        authentication: Authentication,
        route: QueryRoute,
    ) -> QueryClient:
        """The client for the site `name` by this version of what is known of it. Raises ConfigurationError for an
        address that cannot be.
        """
        known, client = self._made.get(name, (None, None))
        if client is None or known != version:
            client = QueryClient(
                base_url=base_url,
                node=node,
                credentials=credentials,
                authentication=authentication,
                route=route,
                session=self._session,
            )
            self._made[name] = (version, client)
        return client
