"""Both simulators side by side, with the clients of the services."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from basware import BaswareClient
from basware_simulator import Simulator
from basware_simulator.decimal_json import loads
from basware_simulator.testkit import Customer
from peoplesoft import Credentials, QueryClient
from peoplesoft_simulator.server import simulator

NODE, PASSWORD = "PSFT_EP", "pa55word"


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """The running simulators, with the clients of the services."""

    session: aiohttp.ClientSession
    peoplesoft: str
    queries: QueryClient
    customer: Customer
    basware: BaswareClient
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def ask(self, method: str, path: str, order: Any = None) -> tuple[int, Any]:
        """PeopleSoft's control API: status and answer."""
        url = f"{self.peoplesoft}/control/{path}"
        async with self.session.request(method, url, json=order) as answer:
            text = await answer.text()
        if answer.status not in (200, 409):
            raise AssertionError(f"{method} {path} {order}: {answer.status} {text}")
        return answer.status, loads(text.encode())


@asynccontextmanager
async def both_sites(folder: Path) -> AsyncIterator[Both]:
    """Both simulators with one customer each, Basware's clock ten years ahead of PeopleSoft's."""
    async with (
        simulator(books=folder / "peoplesoft", seed=7) as peoplesoft,
        Simulator(books=folder / "basware") as basware,
        aiohttp.ClientSession() as session,
    ):
        customer = Customer(session=session, url=basware.api_url)
        await customer.advance(timedelta(days=3650).total_seconds())
        await customer.enter("BW00")
        both = Both(
            session=session,
            peoplesoft=peoplesoft,
            queries=QueryClient(
                base_url=peoplesoft,
                node=NODE,
                credentials=Credentials(operator="APSTREAM", password=PASSWORD),
                session=session,
            ),
            customer=customer,
            basware=BaswareClient(
                base_url=customer.url,
                client_id="acme-client",
                client_secret=customer.client_secret,
                session=session,
            ),
        )
        await both.ask("POST", "sites", {"node": NODE, "operator": "APSTREAM", "password": PASSWORD})
        yield both
