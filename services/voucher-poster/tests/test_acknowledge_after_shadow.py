"""Going live with invoices that were rehearsed: who took them over meanwhile decides."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from ap_domain.invoice_state import InvoiceState, Step
from basware.testing import Canned, StubApi
from chassis.connections import Connection
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, Outcome, Parked
from chassis.record_reader import RecordReader
from voucher_poster.adapters.basware_clients import BaswareClients
from voucher_poster.adapters.basware_steps import BaswareSteps
from voucher_poster.adapters.document_source import DocumentSource
from voucher_poster.adapters.payment_steps import PaymentSteps
from voucher_poster.core.answers import Acknowledged, TakenElsewhere

MakeEntry = Callable[..., Entry[InvoiceState]]
Acknowledge = Callable[..., Any]

DOCUMENT = "/v1/accountingDocuments/138e7d94997847aebe7432e521b3dac9"
ACKNOWLEDGE = f"{DOCUMENT}/acknowledge"
OURS = Done(value=Acknowledged(spacing=5.0))
TAKEN = Done(
    value=TakenElsewhere(fetch_number=1, said="acknowledged by another consumer since it was rehearsed")
)


@pytest.fixture
async def acknowledge(
    connection: Connection, clock: Any, make_entry: MakeEntry
) -> AsyncIterator[Acknowledge]:
    async with StubApi() as stub, aiohttp.ClientSession() as session:
        here = replace(connection, basware=replace(connection.basware, base_url=stub.url()))
        clients = BaswareClients(session=session)
        documents = DocumentSource(records=RecordReader(bootstrap="127.0.0.1:1"), clients=clients)
        payments = PaymentSteps(documents=documents)
        steps = BaswareSteps(clients=clients, payments=payments, clock=clock)

        async def call(*answers: Canned, rehearsal: str, tried: bool, repeat: bool) -> Outcome:
            stub.script("POST", ACKNOWLEDGE, *answers)
            shown = {
                "invoiceId": "138e7d94997847aebe7432e521b3dac9",
                "processingStatus": "TransferInProgress",
            }
            stub.script("GET", DOCUMENT, Canned.of_json(shown))
            entry = make_entry(Step.ACKNOWLEDGE, body={"rehearsal": rehearsal}, tried=tried)
            return await steps.call("acknowledge", entry, here, repeat=repeat)

        yield call


@pytest.mark.parametrize("rehearsal", ["", "would be posted in US001"])
async def test_what_basware_takes_is_ours(acknowledge: Acknowledge, rehearsal: str) -> None:
    assert await acknowledge(Canned(status=200), rehearsal=rehearsal, tried=False, repeat=False) == OURS


async def test_never_tried_and_taken_already_it_was_another_consumer_before_go_live(
    acknowledge: Acknowledge,
) -> None:
    answer = await acknowledge(Canned(status=405), rehearsal="would be posted", tried=False, repeat=False)
    assert answer == TAKEN


async def test_after_a_restart_nobody_knows_who_took_it(acknowledge: Acknowledge) -> None:
    """The process before this one may have acknowledged it; in shadow mode the other system may have."""
    answer = await acknowledge(Canned(status=405), rehearsal="would be posted", tried=False, repeat=True)
    assert isinstance(answer, Parked)
    assert answer.reason == "acknowledged before, by us or by whoever transferred it before go-live"


async def test_tried_before_it_is_ours(acknowledge: Acknowledge) -> None:
    answer = await acknowledge(Canned(status=405), rehearsal="would be posted", tried=True, repeat=True)
    assert answer == OURS


@pytest.mark.parametrize(("repeat", "kind"), [(True, Done), (False, Parked)])
async def test_without_a_rehearsal_a_restart_makes_it_ours_and_a_first_try_another_consumers(
    acknowledge: Acknowledge, *, repeat: bool, kind: type[Outcome]
) -> None:
    answer = await acknowledge(Canned(status=405), rehearsal="", tried=False, repeat=repeat)
    assert type(answer) is kind
