"""The bench of this folder."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from basware.testing import StubApi
from chassis.connections import Connection
from voucher_poster.adapters.basware_clients import BaswareClients
from voucher_poster.adapters.basware_steps import BaswareSteps
from voucher_poster.adapters.document_source import DocumentSource
from voucher_poster.adapters.payment_steps import PaymentSteps

from .api_bench import Bench, NothingKept


@pytest.fixture
async def bench(connection: Connection, clock: Any) -> AsyncIterator[Bench]:
    async with StubApi() as stub, aiohttp.ClientSession() as session:
        here = replace(connection, basware=replace(connection.basware, base_url=stub.url()))
        clients = BaswareClients(session=session)
        documents = DocumentSource(records=NothingKept(), clients=clients)
        payments = PaymentSteps(documents=documents)
        steps = BaswareSteps(clients=clients, payments=payments, clock=clock)
        yield Bench(stub=stub, steps=steps, connection=here)
