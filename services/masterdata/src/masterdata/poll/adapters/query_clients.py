"""The client of PeopleSoft's queries for a connection and its section `masterdata`."""

import aiohttp
import peoplesoft
from ap_domain.masterdata import MasterDataPlan
from chassis.connections import Connection
from peoplesoft import Authentication, Credentials, QueryClient, QueryRoute


class QueryClients:
    """The session is shared and the caller's; it must keep no cookies, or one customer's would reach another."""

    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._clients = peoplesoft.QueryClients(session=session)

    def of(self, connection: Connection, plan: MasterDataPlan) -> QueryClient:
        """The client by this version of the connection. Raises ConfigurationError for an address that cannot be."""
        side = connection.peoplesoft
        return self._clients.of(
            connection.id,
            version=connection.version,
            base_url=side.base_url,
            node=side.node,
            credentials=Credentials(operator=side.operator, password=side.password.reveal()),
            authentication=Authentication(side.authentication),
            route=QueryRoute(plan.route),
        )
