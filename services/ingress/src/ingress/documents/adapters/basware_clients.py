"""The Basware client of a connection."""

from functools import partial

import aiohttp
import basware
from basware import BaswareClient, Limits
from chassis.connections import Connection
from chassis.ledger.signals import count_renewal
from chassis.topics import MESSAGE_LIMIT

LIMITS = Limits(document_bytes=4 * MESSAGE_LIMIT, page_bytes=4 * MESSAGE_LIMIT)
"""Larger than a record may be, so that a document that is too large for us is told apart from a broken answer."""


class BaswareClients:
    """The session is shared and the caller's; it must keep no cookies, or one customer's would reach another."""

    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._clients = basware.BaswareClients(session=session)

    def of(self, connection: Connection) -> BaswareClient:
        """The client by this version of the connection; a call under way keeps the one it has."""
        side = connection.basware
        return self._clients.of(
            connection.id,
            version=connection.version,
            base_url=side.base_url,
            client_id=side.client_id,
            client_secret=side.client_secret.reveal(),
            limits=LIMITS,
            on_renewal=partial(count_renewal, connection.id),
        )
