"""A running simulator with one tenant and one subscribed webhook."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from basware_simulator import Simulator
from basware_simulator.testkit import Customer, Webhook, listening_webhook


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    # A connection of its own for each call: on a reused one aiohttp repeats a GET whose answer was dropped.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as opened:
        yield opened


@pytest.fixture
async def customer(tmp_path: Path, session: aiohttp.ClientSession) -> AsyncIterator[Customer]:
    async with Simulator(books=tmp_path / "books") as simulator:
        caller = Customer(session=session, url=simulator.api_url)
        await caller.enter("BW00")
        yield caller


@pytest.fixture
async def webhook(customer: Customer) -> AsyncIterator[Webhook]:
    async with listening_webhook() as taker:
        order = {"tenant": customer.tenant, "url": taker.url, "secret": "geheim-ö"}
        await customer.control("POST", "subscriptions", order)
        yield taker
