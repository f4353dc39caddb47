"""Outages, throttling, tokens that end, another consumer: what a whole tenant meets."""

import asyncio

import aiohttp
import pytest
from basware_simulator.testkit import Customer
from basware_simulator.throttle import Throttle

LIST = "/v1/accountingDocuments"


async def outage(customer: Customer, **order: object) -> None:
    await customer.control("POST", "outage", {"seconds": 60} | order)


async def test_an_outage_is_everybodys_until_it_ends(customer: Customer) -> None:
    invoice = await customer.approve()
    first = await customer.call("GET", f"{LIST}/{invoice}")
    await outage(customer, retry_after=9)
    for reply in (
        await customer.acknowledge(invoice),
        await customer.call("GET", LIST),
        await customer.send("POST", f"{customer.url}/v1/tokens", data={}),
        await customer.send("GET", first.headers["Location"]),
    ):
        assert (reply.status, reply.headers["Retry-After"]) == (503, "9")
    [held] = (await customer.control("GET", "outage"))["outages"]
    assert 50 < held["seconds_left"] <= 60
    assert (await customer.seen(invoice))["acknowledgements"] == 0
    await customer.control("DELETE", "outage")
    assert (await customer.acknowledge(invoice)).status == 200


async def test_what_one_tenant_ordered_is_ended_alone(customer: Customer) -> None:
    for tenant in ("acme", "acme-2"):
        await customer.control(
            "POST", "tenants", {"tenant": tenant, "client_id": tenant, "client_secret": "s"}
        )
        await outage(customer, tenant=tenant)
        await customer.fault("any", "status", tenant=tenant)
    await customer.control("DELETE", "outage?tenant=acme")
    await customer.control("DELETE", "faults?tenant=acme")
    assert [held["tenant"] for held in (await customer.control("GET", "outage"))["outages"]] == ["acme-2"]
    assert [held["tenant"] for held in (await customer.control("GET", "faults"))["faults"]] == ["acme-2"]


async def test_an_outage_ends_by_itself(customer: Customer) -> None:
    await outage(customer, seconds=0.2)
    assert (await customer.log_in()).status == 503
    async with asyncio.timeout(5):
        while (await customer.control("GET", "outage"))["outages"]:
            await asyncio.sleep(0.01)
    assert (await customer.log_in()).status == 200


async def test_an_outage_can_be_one_tenants(customer: Customer) -> None:
    other = Customer(session=customer.session, url=customer.url, tenant="other")
    await other.enter()
    await outage(customer, tenant="other")
    assert (await other.call("GET", LIST)).status == 503
    basic = aiohttp.encode_basic_auth("other-client", other.client_secret)
    reply = await other.send("POST", f"{other.url}/v1/tokens", headers={"Authorization": basic})
    assert reply.status == 503
    assert (await customer.call("GET", LIST)).status == 404


@pytest.mark.parametrize(("origin", "statuses"), [("api", (503, 200)), ("documents", (302, 503))])
async def test_an_outage_can_be_one_origins(
    customer: Customer, origin: str, statuses: tuple[int, int]
) -> None:
    invoice = await customer.approve()
    location = (await customer.call("GET", f"{LIST}/{invoice}")).headers["Location"]
    await outage(customer, origin=origin)
    first = await customer.call("GET", f"{LIST}/{invoice}")
    second = await customer.send("GET", location)
    assert (first.status, second.status) == statuses


async def test_an_outage_can_be_closed_connections(customer: Customer) -> None:
    await outage(customer, kind="drop")
    with pytest.raises(aiohttp.ClientError):
        await customer.call("GET", LIST)


@pytest.mark.parametrize("order", [{}, {"seconds": 1, "kind": "slow"}, {"seconds": 1, "tenant": "nobody"}])
async def test_a_mistyped_outage_is_refused(customer: Customer, order: dict[str, object]) -> None:
    reply = await customer.send("POST", f"{customer.url}/control/outage", json=order)
    assert reply.status in (400, 404)


@pytest.mark.parametrize("retry_after", [None, 3])
async def test_more_calls_than_allowed_are_throttled_and_counted(
    customer: Customer, retry_after: int | None
) -> None:
    await customer.settings(calls_per_second=5, throttle_retry_after=retry_after)
    replies = [await customer.call("GET", LIST) for _ in range(20)]
    refused = [reply for reply in replies if reply.status == 429]
    assert 404 in {reply.status for reply in replies}
    assert refused
    for reply in refused:
        assert reply.json() == {"message": "Too Many Requests"}
        assert reply.headers.get("Retry-After") == (None if retry_after is None else "3")
    assert (await customer.control("GET", "books?tenant=acme"))["throttled"] == len(refused)
    await customer.settings(calls_per_second=None)
    assert (await customer.call("GET", LIST)).status == 404


def test_the_throttle_fills_with_time() -> None:
    now = 0.0
    throttle = Throttle(clock=lambda: now)
    assert [throttle.admit("a", per_second=2) for _ in range(3)] == [True, True, False]
    assert throttle.admit("b", per_second=0.5)
    now += 0.5
    assert [throttle.admit("a", per_second=2) for _ in range(2)] == [True, False]
    assert not throttle.admit("b", per_second=0.5)
    now += 1.5
    assert throttle.admit("b", per_second=0.5)
    assert throttle.refused == {"a": 2, "b": 1}


async def test_all_tokens_of_a_tenant_can_end_at_once(customer: Customer) -> None:
    assert await customer.control("POST", "tokens/revoke", {"tenant": "acme"}) == {"revoked": 1}
    assert (await customer.call("GET", LIST)).status == 401
    await customer.log_in()
    assert (await customer.call("GET", LIST)).status == 404


async def test_another_consumer_can_be_first(customer: Customer) -> None:
    invoice = await customer.approve()
    taken = await customer.control("POST", f"documents/{invoice}/acknowledge", {})
    assert taken["status"] == "TransferInProgress"
    assert (await customer.acknowledge(invoice)).status == 405
    seen = await customer.seen(invoice)
    assert (seen["acknowledged"], seen["acknowledgements"]) == (True, 0)
    again = await customer.send("POST", f"{customer.url}/control/documents/{invoice}/acknowledge")
    assert again.status == 400
    listed = await customer.call("GET", f"{LIST}?ProcessingStatus=TransferInProgress")
    assert listed.status == 302


async def test_another_consumer_can_come_between_reading_and_acknowledging(customer: Customer) -> None:
    invoice = await customer.approve()
    await customer.fault("acknowledge", "other_consumer", document_id=invoice)
    assert (await customer.fetch(invoice)).json()["accountingDocuments"][0]["processingStatus"] == (
        "WaitingForTransfer"
    )
    assert (await customer.acknowledge(invoice)).status == 405
    assert (await customer.seen(invoice))["history"][-1]["event"] == "acknowledged by another consumer"


async def test_several_companies_of_one_tenant_are_listed_apart(customer: Customer) -> None:
    await customer.enter("BW00", "BW01")
    first = await customer.approve(1)
    document = await customer.control("GET", "sample?seed=2&company=BW01")
    second = (await customer.control("POST", "documents", {"tenant": "acme", "document": document}))[
        "invoiceId"
    ]
    await customer.settings(redirect=False)
    for query, ids in (
        ("companyCode=BW00", [first]),
        ("companyCode=BW01", [second]),
        ("ProcessingStatus=WaitingForTransfer", [first, second]),
    ):
        listed = (await customer.call("GET", f"{LIST}?{query}")).json()["accountingDocuments"]
        assert [document["invoiceId"] for document in listed] == ids
    assert (await customer.call("GET", f"{LIST}?companyCode=BW02")).status == 404


async def test_a_deleted_document_is_gone_until_it_is_sent_again(customer: Customer) -> None:
    invoice = await customer.approve()
    location = (await customer.call("GET", f"{LIST}/{invoice}")).headers["Location"]
    await customer.control("DELETE", f"documents/{invoice}")
    assert (await customer.fetch(invoice)).status == 404
    assert (await customer.send("GET", location)).status == 404
    assert (await customer.acknowledge(invoice)).status == 404
    assert (await customer.call("GET", LIST)).status == 404
    assert (await customer.seen(invoice))["deleted"] is True
    await customer.control("POST", f"documents/{invoice}/retransfer", {})
    assert (await customer.fetch(invoice)).status == 200
