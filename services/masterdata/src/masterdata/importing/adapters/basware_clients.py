"""Clients of Basware for imports, made anew when the connection changes."""

from functools import partial

import aiohttp
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
        self._session = session
        self._made: dict[tuple[str, str], tuple[int, BaswareClient]] = {}

    def of(self, connection: Connection, target: Target | None = None) -> BaswareClient:
        """The client for one API, or for the status of requests alone; a call under way keeps the one it has."""
        place = (connection.id, target.scope if target else "")
        version, client = self._made.get(place, (None, None))
        if client is None or version != connection.version:
            side = connection.basware
            client = BaswareClient(
                base_url=side.base_url,
                client_id=side.client_id,
                client_secret=side.client_secret.reveal(),
                session=self._session,
                scopes=import_scopes((target,) if target else ()),
                on_renewal=partial(count_renewal, connection.id),
            )
            self._made[place] = (connection.version, client)
        return client
