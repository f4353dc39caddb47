"""The clients of PeopleSoft for a connection and its section `payments`, made anew when the connection changes."""

import aiohttp
from ap_domain.payments import PaymentPlan
from chassis.connections import Connection
from peoplesoft import (
    Authentication,
    ConfigurationError,
    Credentials,
    PaymentInquiryClient,
    QueryClient,
    QueryClients,
    QueryRoute,
)


class PeopleSoftClients:
    """The session is shared and the caller's; it must keep no cookies, or one customer's would reach another."""

    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._queries = QueryClients(session=session)

    def queries(self, connection: Connection, plan: PaymentPlan) -> QueryClient:
        """Raises ConfigurationError for an address that cannot be."""
        side = connection.peoplesoft
        return self._queries.of(
            connection.id,
            version=connection.version,
            base_url=side.base_url,
            node=side.node,
            credentials=_credentials(connection),
            authentication=Authentication(side.authentication),
            route=QueryRoute(plan.route),
        )

    def inquiry(self, connection: Connection, plan: PaymentPlan) -> PaymentInquiryClient:
        """Nothing is kept of it. Raises ConfigurationError for an address that cannot be."""
        if plan.inquiry is None:
            raise ConfigurationError("the connection has no payments.inquiry")
        return PaymentInquiryClient(
            base_url=connection.peoplesoft.base_url,
            root=plan.inquiry.root,
            credentials=_credentials(connection),
            session=self._session,
        )


def _credentials(connection: Connection) -> Credentials:
    side = connection.peoplesoft
    return Credentials(operator=side.operator, password=side.password.reveal())
