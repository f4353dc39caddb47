"""The sweep against the simulated Basware: pages, redirects, tokens, and bytes as they really come."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ap_domain.document import AccountingDocument
from ap_domain.fetch_state import FetchState
from basware_simulator import Simulator
from basware_simulator.testkit import Customer
from chassis.connections import Secret
from chassis.ledger.entry import Entry
from chassis.ledger.machine import Input
from chassis.ledger.outcomes import Done
from ingress.documents.core.answers import Fetched
from ingress.documents.core.machine import FETCH, DocumentMachine


@pytest.fixture
async def customer(tmp_path: Path) -> AsyncIterator[Customer]:
    connector = aiohttp.TCPConnector(force_close=True)
    async with Simulator(books=tmp_path) as simulator, aiohttp.ClientSession(connector=connector) as session:
        caller = Customer(session=session, url=simulator.api_url)
        await caller.enter("BW00", "BW01")
        yield caller


@pytest.fixture
def tenant(bench: Any, customer: Customer) -> Any:
    """The bench's connection acme, as that customer."""
    side = replace(bench.acme.basware, base_url=customer.url, client_secret=Secret(customer.client_secret))
    bench.acme = replace(bench.acme, basware=side)
    bench.directory.known["acme"] = bench.acme
    return bench


async def take_in(bench: Any, ledger: dict[str, Entry[FetchState]]) -> list[str]:
    """Fetch what was told and not yet taken in, as the ledger would; the statuses published."""
    machine, statuses = DocumentMachine(), []
    for told, partition in bench.kafka.published:
        record = Input(
            topic="n", partition=partition, offset=0, key=told.document_id, connection_id="acme", payload=told
        )
        entry = machine.received(ledger.get(told.document_id), record, now=bench.clock.now()).entry
        assert entry is not None
        outcome = await bench.caller.call(entry, FETCH, gate=lambda: None, repeat=False)
        assert isinstance(outcome, Done)
        assert isinstance(outcome.value, Fetched)
        decision = machine.succeeded(entry, outcome.value, now=bench.clock.now(), others=lambda _: ())
        assert decision.entry is not None
        ledger[told.document_id] = decision.entry
        for fact in decision.facts:
            assert isinstance(fact.payload, AccountingDocument)
            statuses.append(fact.payload.processing_status)
    bench.kafka.published.clear()
    return statuses


async def test_lost_webhooks_are_found_once_and_nothing_is_told_twice(
    tenant: Any, customer: Customer
) -> None:
    ids = {await customer.approve(seed, deliver=False) for seed in range(1, 8)}
    ledger: dict[str, Entry[FetchState]] = {}
    assert await tenant.sweep.turn(tenant.acme, ledger.get) == 0.0
    assert {told.document_id for told, _ in tenant.kafka.published} == ids
    assert await take_in(tenant, ledger) == ["WaitingForTransfer"] * 7
    await tenant.sweep.turn(tenant.acme, ledger.get)
    assert tenant.kafka.published == []


async def test_what_is_acknowledged_is_seen_once_more_and_then_rests(tenant: Any, customer: Customer) -> None:
    invoice_id = await customer.approve(deliver=False)
    ledger: dict[str, Entry[FetchState]] = {}
    await tenant.sweep.turn(tenant.acme, ledger.get)
    await take_in(tenant, ledger)
    await customer.acknowledge(invoice_id)
    await tenant.sweep.turn(tenant.acme, ledger.get)
    assert await take_in(tenant, ledger) == ["TransferInProgress"]
    await tenant.sweep.turn(tenant.acme, ledger.get)
    assert tenant.kafka.published == []
