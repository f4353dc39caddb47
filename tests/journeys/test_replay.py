"""A new owner has nothing but the ledger: it comes to the same state and does nothing over again."""

import asyncio
import re
from collections import Counter

import aiohttp
from devstack import Stack

from .conftest import NewCustomer
from .customer import FAILED, TRANSFERRED
from .promises import kept
from .topic_records import FETCHES, INVOICES, read_topics

LEDGERS = {"voucher-poster": INVOICES, "ingress-documents": FETCHES}
_ENTRIES = re.compile(
    r'^apstream_ledger_entries\{connection="([^"]*)",phase="([^"]*)"\} ([\d.]+)$', re.MULTILINE
)


async def test_services_that_start_again_hold_what_their_ledgers_say(
    stack: Stack, new_customer: NewCustomer
) -> None:
    customer = await new_customer("replayed")
    posted, returned = await customer.approve(1), await customer.approve(2, cost_center="99999")
    await customer.until_status(TRANSFERRED, posted)
    await customer.until_status(FAILED, returned)
    before = await kept(customer)
    await asyncio.gather(*map(stack.restart, LEDGERS))
    after = await kept(customer)
    assert after.records == before.records
    assert len(after.calls) == len(before.calls)

    # Every connection that worked on this stack, whatever happened to it.
    found = await read_topics(stack.kafka.bootstrap, tuple(LEDGERS.values()))
    for service, ledger in LEDGERS.items():
        latest = {each.key: each.value for each in found[ledger] if not each.kind}
        told = Counter((entry["connection_id"], entry["phase"]) for entry in latest.values())
        assert await _held(stack.endpoints.metrics[service]) == told


async def _held(metrics: str) -> Counter[tuple[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(metrics) as answer:
        page = await answer.text()
    return Counter(
        {(connection, phase): int(float(count)) for connection, phase, count in _ENTRIES.findall(page)}
    )
