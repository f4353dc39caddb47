"""One PeopleSoft client per connection, made anew when the connection changes."""

from dataclasses import dataclass

import aiohttp
from chassis.connections import Connection
from peoplesoft import Authentication, ComponentInterfaceClient, Credentials, VoucherClient


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSoftSite:
    """The clients of one site: its component interface, and vouchers through it."""

    interface: ComponentInterfaceClient
    vouchers: VoucherClient


class PeopleSoftClients:
    """The session is shared and the caller's. It must keep no cookies, or one customer's would reach another, and
    no idle connection longer than a gateway does, or a create could meet one just closed.
    """

    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._made: dict[str, tuple[int, PeopleSoftSite]] = {}

    def of(self, connection: Connection) -> PeopleSoftSite:
        """The clients by this version of the connection; a call under way keeps those it has.

        Raises ConfigurationError for an address that cannot be used.
        """
        version, site = self._made.get(connection.id, (None, None))
        if site is None or version != connection.version:
            side = connection.peoplesoft
            interface = ComponentInterfaceClient(
                base_url=side.base_url,
                node=side.node,
                ci=side.component_interface.wsdl,
                credentials=Credentials(operator=side.operator, password=side.password.reveal()),
                authentication=Authentication(side.authentication),
                session=self._session,
            )
            site = PeopleSoftSite(interface=interface, vouchers=VoucherClient(interface))
            self._made[connection.id] = (connection.version, site)
        return site
