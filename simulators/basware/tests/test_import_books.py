"""Imports outlive the process as everything else does."""

from pathlib import Path
from typing import Any

import aiohttp
from basware_simulator import Simulator
from basware_simulator.master_data_samples import account, payment_means, vendor
from basware_simulator.testkit import Customer

VIEWS = (
    "masterdata?tenant=acme",
    "masterdata/p2p?api=accounts&content=true",
    "masterdata/p2p?api=vendors&content=true",
    "masterdata/accounts/a",
    "violations",
)


async def views(customer: Customer) -> list[Any]:
    return [await customer.control("GET", path) for path in VIEWS]


async def test_records_requests_and_what_is_taken_survive_a_restart(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async with Simulator(books=tmp_path) as simulator:
        customer = Customer(session=session, url=simulator.api_url)
        await customer.enter("BW00")
        ended = await customer.post_records("accounts", account("a"), account("b", accountCode="a"))
        held = vendor("holder", paymentMeans=payment_means("DE01"))
        await customer.post_records("vendors", held, vendor("gone"))
        await customer.advance(5)
        ids = {"requestIds": [ended.headers["x-amzn-RequestId"]]}
        await customer.call("POST", "/v1/requestStatus/acknowledge", json=ids)
        await customer.control("DELETE", "masterdata/vendors/gone")
        pending = await customer.post_records("accounts", account("a", text1="new"), account("c"))
        before = await views(customer)
        statuses = [(await customer.request_status(reply)).json() for reply in (ended, pending)]
    async with Simulator(books=tmp_path) as simulator:
        customer.url = simulator.api_url
        assert await views(customer) == before
        found = [(await customer.request_status(reply)).json() for reply in (ended, pending)]
        assert found == statuses
        await customer.advance(5)
        assert {end for end, _ in (await customer.items(pending)).values()} == {"Success"}
        rival = await customer.post_records("vendors", vendor("rival", paymentMeans=payment_means("DE01")))
        again = await customer.post_records("vendors", held)
        await customer.advance(5)
        assert (await customer.items(rival))["rival"][0] == "Error"
        assert (await customer.items(again))["holder"][0] == "NotProcessed"


async def test_what_is_taken_follows_the_versions_through_a_restart(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async with Simulator(books=tmp_path) as simulator:
        customer = Customer(session=session, url=simulator.api_url)
        await customer.enter("BW00")
        await customer.post_records("accounts", account("a", accountCode="1"))
        await customer.advance(5)
        swap = (account("a", accountCode="2"), account("b", accountCode="1"))
        await customer.post_records("accounts", *swap)
        await customer.advance(5)
    async with Simulator(books=tmp_path) as simulator:
        customer.url = simulator.api_url
        replies = [
            await customer.post_records("accounts", account(f"rival {code}", accountCode=code))
            for code in ("1", "2", "3")
        ]
        await customer.advance(5)
        ends = [end for reply in replies for end, _ in (await customer.items(reply)).values()]
        assert ends == ["Error", "Error", "Success"]
