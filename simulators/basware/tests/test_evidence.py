"""What a checker asks for: every write as it came in and ended, and all documents with what happened to them."""

import asyncio
from pathlib import Path

import aiohttp
import pytest
from basware_simulator import Simulator
from basware_simulator.testkit import Customer, Webhook


async def test_each_write_is_logged_with_begin_end_caller_and_effect(customer: Customer) -> None:
    invoice = await customer.approve()
    await customer.acknowledge(invoice)
    first = customer.token
    await customer.log_in()
    await customer.acknowledge(invoice)
    taken, refused = (await customer.control("GET", f"writes?tenant={customer.tenant}"))["writes"]
    assert (taken["operation"], taken["status"], taken["effect"]) == ("acknowledge", 200, True)
    assert (refused["status"], refused["effect"], refused["hung_up"]) == (405, False, False)
    assert taken["arrived"] < taken["ended"] <= refused["arrived"] < refused["ended"]
    assert first != customer.token
    assert taken["caller"] != refused["caller"]


async def test_a_write_whose_caller_left_says_so(customer: Customer) -> None:
    await customer.fault("acknowledge", "delay_seconds", params={"seconds": 0.2, "processed": True})
    invoice = await customer.approve()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(customer.acknowledge(invoice), 0.1)
    async with asyncio.timeout(5):
        while not (found := (await customer.control("GET", "writes"))["writes"])[0]["ended"]:
            await asyncio.sleep(0.01)
    assert (found[0]["effect"], found[0]["hung_up"]) == (True, True)


async def test_writes_are_told_by_pages_and_survive_a_restart(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    for expected in (1, 2):
        async with Simulator(books=tmp_path / "books") as simulator:
            caller = Customer(session=session, url=simulator.api_url)
            await caller.enter("BW00")
            await caller.acknowledge(await caller.approve(seed=expected))
            page = await caller.control("GET", "writes?limit=1")
            assert (page["next"], len(page["writes"])) == (1, 1)
            rest = await caller.control("GET", "writes?after=1")
            assert [each["number"] for each in rest["writes"]] == [2] * (expected - 1)


async def test_histories_are_told_by_pages(customer: Customer, webhook: Webhook) -> None:
    invoices = {await customer.approve(seed=seed) for seed in (1, 2, 3)}
    page = await customer.control("GET", f"histories?tenant={customer.tenant}&limit=2")
    rest = await customer.control("GET", f"histories?tenant={customer.tenant}&limit=2&after={page['next']}")
    found = [*page["documents"], *rest["documents"]]
    assert {each["invoiceId"] for each in found} == invoices
    assert rest["next"] is None
    assert all(each["history"][0]["event"] == "approved" for each in found)
    assert all(each["notifications"][0]["document_id"] == each["invoiceId"] for each in found)
    assert all(each["responses"] == [] and "document" not in each for each in found)
