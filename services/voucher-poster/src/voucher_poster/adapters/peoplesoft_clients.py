"""One PeopleSoft client per connection, made anew when the connection changes."""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from chassis.connections import Connection
from peoplesoft import (
    Authentication,
    ComponentInterfaceClient,
    Credentials,
    DateFormat,
    MessageClass,
    OutcomeTable,
    PropertyNames,
    VoucherClient,
)


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
                date_format=DateFormat(side.component_interface.date_format),
                outcome_table=OutcomeTable().with_entries(_classes(side.messages)),
                session=self._session,
            )
            vouchers = VoucherClient(
                interface,
                names=PropertyNames(side.component_interface.names),
                search_limit=side.component_interface.search_limit,
            )
            site = PeopleSoftSite(interface=interface, vouchers=vouchers)
            self._made[connection.id] = (connection.version, site)
        return site


def _classes(messages: Mapping[str, str]) -> dict[tuple[int, int], MessageClass]:
    """A site's table: "7030-12" to what it means there."""
    return {
        (int(number), int(within)): MessageClass(meaning)
        for number, _, within, meaning in (
            (*key.partition("-"), meaning) for key, meaning in messages.items()
        )
    }
