"""The Basware clients of a connection for imports."""

from functools import partial

import aiohttp
import basware
from basware import BaswareClient, import_scopes
from basware import ImportApi as Target
from chassis.connections import Connection
from chassis.ledger.signals import count_renewal

__all__ = ["BaswareClients"]


class BaswareClients:
    """The session is shared and the caller's; it must keep no cookies, or one customer's would reach another.

    Each API has a client of its own, whose token asks for no more than that API needs: a scope that a customer was
    not given for one of them takes no other along.
    """

    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._clients = basware.BaswareClients(session=session)

    def of(self, connection: Connection, target: Target | None = None) -> BaswareClient:
        """The client for one API, or for the status of requests alone; a call under way keeps the one it has."""
        side = connection.basware
        return self._clients.of(
            connection.id,
            version=connection.version,
            base_url=side.base_url,
            client_id=side.client_id,
            client_secret=side.client_secret.reveal(),
            scopes=import_scopes((target,) if target else ()),
            on_renewal=partial(count_renewal, connection.id),
        )
