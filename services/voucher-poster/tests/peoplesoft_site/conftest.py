"""The bench of this folder."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from ap_domain.approved_invoice import ApprovedInvoice
from chassis.connections import Connection
from chassis.ledger.ports import Clock

from .site_bench import Bench, MakeEntry


@pytest.fixture
async def bench(
    invoice: ApprovedInvoice, connection: Connection, clock: Clock, make_entry: MakeEntry
) -> AsyncIterator[Bench]:
    async with aiohttp.ClientSession() as session:
        yield Bench(
            session=session, invoice=invoice, connection=connection, clock=clock, make_entry=make_entry
        )
