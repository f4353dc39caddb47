"""One client of PeopleSoft's queries per connection, made anew when the connection changes."""

import aiohttp
from ap_domain.masterdata import MasterDataPlan
from chassis.connections import Connection
from peoplesoft import Authentication, Credentials, QueryClient, QueryRoute


class QueryClients:
    """The session is shared and the caller's; it must keep no cookies, or one customer's would reach another."""

    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._made: dict[str, tuple[int, QueryClient]] = {}

    def of(self, connection: Connection, plan: MasterDataPlan) -> QueryClient:
        """The client by this version of the connection. Raises ConfigurationError for an address that cannot be."""
        version, client = self._made.get(connection.id, (None, None))
        if client is None or version != connection.version:
            side = connection.peoplesoft
            client = QueryClient(
                base_url=side.base_url,
                node=side.node,
                credentials=Credentials(operator=side.operator, password=side.password.reveal()),
                authentication=Authentication(side.authentication),
                route=QueryRoute(plan.route),
                session=self._session,
            )
            self._made[connection.id] = (connection.version, client)
        return client
