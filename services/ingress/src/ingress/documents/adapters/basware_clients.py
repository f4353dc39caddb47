"""One Basware client per connection, made anew when the connection changes."""

from functools import partial

import aiohttp
from basware import BaswareClient, Limits
from chassis.connections import Connection
from chassis.ledger.signals import count_renewal
from chassis.topics import MESSAGE_LIMIT

LIMITS = Limits(document_bytes=4 * MESSAGE_LIMIT, page_bytes=4 * MESSAGE_LIMIT)
"""Larger than a record may be, so that a document that is too large for us is told apart from a broken answer."""


class BaswareClients:
    """The session is shared and the caller's; it must keep no cookies, or one customer's would reach another."""

    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._made: dict[str, tuple[int, BaswareClient]] = {}

    def of(self, connection: Connection) -> BaswareClient:
        """The client by this version of the connection; a call under way keeps the one it has."""
        version, client = self._made.get(connection.id, (None, None))
        if client is None or version != connection.version:
            side = connection.basware
            client = BaswareClient(
                base_url=side.base_url,
                client_id=side.client_id,
                client_secret=side.client_secret.reveal(),
                session=self._session,
                limits=LIMITS,
                on_renewal=partial(count_renewal, connection.id),
            )
            self._made[connection.id] = (connection.version, client)
        return client
