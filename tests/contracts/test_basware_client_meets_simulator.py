"""The client and the simulator, which share no code, on the days that a sweep and a report can have."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from basware import (
    AlreadyAcknowledged,
    AnswerTooLarge,
    BaswareClient,
    InvalidRequest,
    ItemState,
    Limits,
    NotFound,
    ProcessingStatus,
    RequestState,
    RetryLater,
    TransferResponse,
)
from basware_simulator import Simulator
from basware_simulator.testkit import Customer

RESPONSE = TransferResponse(
    external_code="code-1",
    success=True,
    response_message="Posted as voucher 00000001 ä🚫",
    payment_block=True,
    voucher_number1="00000001",
)


@pytest.fixture
async def customer(tmp_path: Path) -> AsyncIterator[Customer]:
    async with Simulator(books=tmp_path) as simulator, aiohttp.ClientSession() as session:
        caller = Customer(session=session, url=simulator.api_url)
        await caller.enter("BW00", "BW01")
        yield caller


@pytest.fixture
def client(customer: Customer) -> BaswareClient:
    return client_of(customer)


def client_of(customer: Customer, limits: Limits | None = None) -> BaswareClient:
    return BaswareClient(
        base_url=customer.url,
        client_id="acme-client",
        client_secret=customer.client_secret,
        session=customer.session,
        limits=limits or Limits(),
    )


async def waiting(client: BaswareClient, *, company: str | None = None, page_size: int = 100) -> list[str]:
    found = client.list_documents(
        processing_status=ProcessingStatus.WAITING_FOR_TRANSFER, company_code=company, page_size=page_size
    )
    return [document.invoice_id async for document in found]


async def approve(customer: Customer, seed: int, company: str) -> str:
    document = await customer.control("GET", f"sample?seed={seed}&company={company}")
    order = {"tenant": "acme", "document": document}
    return str((await customer.control("POST", "documents", order))["invoiceId"])


@pytest.mark.parametrize("redirect", [True, False])
async def test_a_sweep_finds_the_documents_of_its_companies_page_by_page(
    customer: Customer, client: BaswareClient, redirect: bool
) -> None:
    await customer.settings(redirect=redirect)
    ours = [await approve(customer, seed, "BW00") for seed in range(1, 6)]
    others = [await approve(customer, seed, "BW01") for seed in range(6, 8)]
    assert await waiting(client, company="BW00", page_size=2) == ours
    assert await waiting(client, company="BW01") == others
    assert await waiting(client, page_size=1) == ours + others
    assert await waiting(client, company="BW02") == []


async def test_a_listed_document_is_the_fetched_one(customer: Customer, client: BaswareClient) -> None:
    await approve(customer, 1, "BW00")
    (listed,) = [d async for d in client.list_documents(processing_status="WaitingForTransfer")]
    assert listed == await client.get_document(listed.invoice_id)


async def test_a_document_that_is_too_large_to_fetch_does_not_hide_the_others(customer: Customer) -> None:
    document = await customer.control("GET", "sample?seed=9&rows=2")
    order = {"tenant": "acme", "document": document, "at_least_bytes": 700_000}
    large = (await customer.control("POST", "documents", order))["invoiceId"]
    others = [await approve(customer, seed, "BW00") for seed in range(1, 6)]
    for seed in range(20, 24):
        document = await customer.control("GET", f"sample?seed={seed}&rows=2")
        order = {"tenant": "acme", "document": document, "at_least_bytes": 300_000}
        others.append((await customer.control("POST", "documents", order))["invoiceId"])
    client = client_of(customer, Limits(document_bytes=500_000, page_bytes=1_000_000))
    assert sorted(await waiting(client)) == sorted([large, *others])
    with pytest.raises(AnswerTooLarge):
        await client.get_document(large)


async def test_another_consumer_is_told_by_405_and_by_the_status(
    customer: Customer, client: BaswareClient
) -> None:
    invoice = await approve(customer, 1, "BW00")
    await customer.control("POST", f"documents/{invoice}/acknowledge", {})
    with pytest.raises(AlreadyAcknowledged) as failed:
        await client.acknowledge(invoice)
    assert not failed.value.may_have_taken_effect
    assert (await client.get_document(invoice)).processing_status == "TransferInProgress"
    assert await waiting(client) == []


@pytest.mark.parametrize(
    ("status", "request_state", "item_state"),
    [
        ("Error", RequestState.ERROR, ItemState.ERROR),
        ("RecordExpired", RequestState.ERROR, ItemState.RECORD_EXPIRED),
        ("Warning", RequestState.SUCCESS, ItemState.WARNING),
        ("NotProcessed", RequestState.SUCCESS, ItemState.NOT_PROCESSED),
        ("Unpublished", RequestState.SUCCESS, ItemState.UNPUBLISHED),
    ],
)
async def test_every_outcome_of_a_report_is_read_with_its_words(
    customer: Customer,
    client: BaswareClient,
    status: str,
    request_state: RequestState,
    item_state: ItemState,
) -> None:
    invoice = await approve(customer, 1, "BW00")
    await client.acknowledge(invoice)
    await customer.advance(5)
    await customer.control("POST", f"documents/{invoice}/outcome", {"status": status, "message": "Worte"})
    request_id = await client.send_transfer_response(invoice, RESPONSE)
    assert request_id is not None
    await customer.advance(5)
    found = await client.request_status(request_id)
    assert found is not None
    (item,) = found.items_of("code-1")
    assert (found.state, item.state, item.errors[0].message) == (request_state, item_state, "Worte")
    assert item.parent_external_code == invoice
    await client.acknowledge_request_status([request_id])
    with pytest.raises(AlreadyAcknowledged):
        await client.acknowledge_request_status([request_id])


async def test_throttled_in_the_middle_of_a_list(customer: Customer, client: BaswareClient) -> None:
    for seed in range(1, 12):
        await approve(customer, seed, "BW00")
    await customer.settings(calls_per_second=3, throttle_retry_after=2)
    with pytest.raises(RetryLater) as failed:
        await waiting(client, page_size=1)
    assert (failed.value.status, failed.value.retry_after) == (429, 2.0)
    await customer.settings(calls_per_second=None)
    assert len(await waiting(client, page_size=1)) == 11


async def test_tokens_that_end_in_the_middle_of_a_list_are_renewed(
    customer: Customer, client: BaswareClient
) -> None:
    ids = [await approve(customer, seed, "BW00") for seed in range(1, 4)]
    found = []
    async for document in client.list_documents(processing_status="WaitingForTransfer", page_size=1):
        found.append(document.invoice_id)
        await customer.control("POST", "tokens/revoke", {"tenant": "acme"})
    assert found == ids


@pytest.mark.parametrize("kind", ["503", "drop"])
@pytest.mark.parametrize("origin", ["api", "documents", "both"])
async def test_an_outage_is_waited_out(
    customer: Customer, client: BaswareClient, kind: str, origin: str
) -> None:
    invoice = await approve(customer, 1, "BW00")
    await client.ping()
    await customer.control("POST", "outage", {"seconds": 60, "kind": kind, "origin": origin})
    with pytest.raises(RetryLater):
        await client.get_document(invoice)
    with pytest.raises(RetryLater):
        await client.ping()
    await customer.control("DELETE", "outage")
    await client.ping()
    assert (await client.get_document(invoice)).invoice_id == invoice


async def test_a_deleted_document_is_not_found(customer: Customer, client: BaswareClient) -> None:
    invoice = await approve(customer, 1, "BW00")
    await customer.control("DELETE", f"documents/{invoice}")
    with pytest.raises(NotFound):
        await client.get_document(invoice)
    assert await waiting(client) == []


async def test_a_status_that_lists_nothing_is_refused_by_both(
    customer: Customer, client: BaswareClient
) -> None:
    with pytest.raises(InvalidRequest):
        client.list_documents(processing_status="waitingForTransfer")
    refused = await customer.call("GET", "/v1/accountingDocuments?ProcessingStatus=waitingForTransfer")
    assert refused.status == 400
