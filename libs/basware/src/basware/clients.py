"""One client for each tenant and set of scopes, made anew when what is known of the tenant changes."""

from collections.abc import Sequence

import aiohttp

from basware._tokens import OnRenewal
from basware.client import DEFAULT_LIMITS, DEFAULT_SCOPES, BaswareClient
from basware.limits import Limits

__all__ = ["BaswareClients"]


class BaswareClients:
    """The session is shared and the caller's; it must keep no cookies, or one customer's would reach another."""

    def __init__(self, *, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._made: dict[tuple[str, tuple[str, ...]], tuple[int, BaswareClient]] = {}

    def of(
        self,
        name: str,
        *,
        version: int,
        base_url: str,
        client_id: str,
        client_secret: str,
        scopes: Sequence[str] = DEFAULT_SCOPES,
        limits: Limits = DEFAULT_LIMITS,
        on_renewal: OnRenewal = lambda _: None,
    ) -> BaswareClient:
        """The client for the tenant `name` by this version of what is known of it; a call under way keeps the one it
        has. Raises InvalidRequest for what cannot be an address, credentials or scopes.
        """
        place = (name, tuple(scopes))
        known, client = self._made.get(place, (None, None))
        if client is None or known != version:
            client = BaswareClient(
                base_url=base_url,
                client_id=client_id,
                client_secret=client_secret,
                session=self._session,
                scopes=scopes,
                limits=limits,
                on_renewal=on_renewal,
            )
            self._made[place] = (version, client)
        return client
