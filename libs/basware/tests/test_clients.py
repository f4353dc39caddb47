"""A client, and with it its token, is kept until what is known of the tenant changes."""

from typing import Any

import aiohttp
import pytest
from basware import BaswareClient, BaswareClients, InvalidRequest


def client(clients: BaswareClients, name: str = "acme", *, version: int = 1, **given: Any) -> BaswareClient:
    known = {"base_url": "https://basware.test", "client_id": "client", "client_secret": "secret", **given}
    return clients.of(name, version=version, **known)


async def test_a_client_is_kept_for_its_tenant_version_and_scopes() -> None:
    async with aiohttp.ClientSession() as session:
        clients = BaswareClients(session=session)
        first = client(clients)
        assert client(clients) is first
        assert client(clients, "other") is not first
        assert client(clients, scopes=("vendors.write",)) is not first
        assert client(clients) is first
        assert client(clients, version=2) is not first
        assert client(clients, version=2) is client(clients, version=2)


async def test_what_cannot_be_a_client_is_refused_each_time_and_nothing_is_kept() -> None:
    async with aiohttp.ClientSession() as session:
        clients = BaswareClients(session=session)
        for _ in range(2):
            with pytest.raises(InvalidRequest):
                client(clients, client_secret="")
        assert client(clients) is client(clients)
