"""The books outlive the process, whenever it is killed."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest
from basware_simulator import Simulator
from basware_simulator.decimal_json import dumps, loads
from basware_simulator.journal import JournalError
from basware_simulator.testkit import Customer, listening_webhook
from hypothesis import given
from hypothesis import strategies as st

PREFIX = b"ready api="


async def started(books: Path) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "basware_simulator",
        "--books",
        str(books),
        "--seed",
        "7",
        stdout=asyncio.subprocess.PIPE,
        env=os.environ,
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 20)
    assert line.startswith(PREFIX)
    return process, line.removeprefix(PREFIX).split()[0].decode()


async def test_what_was_answered_survives_a_kill(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    process, url = await started(tmp_path)
    customer = Customer(session=session, url=url)
    await customer.enter("BW00")
    await customer.settings(confirm_delay_seconds=60)
    await customer.advance(1000)
    invoice = await customer.approve()
    await customer.acknowledge(invoice)
    reply = await customer.respond(invoice)
    before = await customer.seen(invoice)
    process.send_signal(signal.SIGKILL)
    await process.wait()

    process, customer.url = await started(tmp_path)
    try:
        after = await customer.seen(invoice)
        assert after == before
        assert (await customer.control("GET", "clock"))["offset_seconds"] == 1000
        assert (await customer.acknowledge(invoice)).status == 405
        await customer.advance(60)
        assert (await customer.request_status(reply)).json()["requestStatus"][0]["requestStatus"] == "Success"
        assert await customer.approve(2) != invoice
    finally:
        process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_a_notification_not_yet_taken_is_sent_after_the_restart(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async with listening_webhook() as webhook:
        webhook.statuses = [503]
        async with Simulator(books=tmp_path) as simulator:
            customer = Customer(session=session, url=simulator.api_url)
            await customer.enter("BW00")
            order = {"tenant": "acme", "url": webhook.url, "secret": "s"}
            await customer.control("POST", "subscriptions", order)
            await customer.settings(webhook={"retry_after_seconds": [0.2]})
            await customer.approve()
            await webhook.wait_for(1)
        async with Simulator(books=tmp_path):
            assert len({body for _, body in await webhook.wait_for(2)}) == 1


async def test_a_torn_last_line_is_forgotten(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    async with Simulator(books=tmp_path) as simulator:
        customer = Customer(session=session, url=simulator.api_url)
        await customer.enter("BW00")
        invoice = await customer.approve()
    journal = tmp_path / "books.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'[{"table":"documents","key":["acme"')
    async with Simulator(books=tmp_path) as simulator:
        customer.url = simulator.api_url
        assert (await customer.seen(invoice))["status"] == "WaitingForTransfer"
        await customer.acknowledge(invoice)
    async with Simulator(books=tmp_path) as simulator:
        customer.url = simulator.api_url
        assert (await customer.seen(invoice))["status"] == "TransferInProgress"


async def test_a_spoilt_line_in_the_middle_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "books.jsonl").write_bytes(b"nonsense\n[]\n")
    with pytest.raises(JournalError, match="byte 0"):
        await Simulator(books=tmp_path).__aenter__()


async def test_books_are_held_by_one_simulator_at_a_time(tmp_path: Path) -> None:
    async with Simulator(books=tmp_path):
        with pytest.raises(JournalError, match="in use"):
            await Simulator(books=tmp_path).__aenter__()


async def test_only_the_owner_can_read_the_books(tmp_path: Path) -> None:
    async with Simulator(books=tmp_path / "books"):
        assert (tmp_path / "books" / "books.jsonl").stat().st_mode & 0o077 == 0


async def test_many_invoices_at_once_are_all_in_the_books(customer: Customer) -> None:
    async def whole_way(seed: int) -> None:
        invoice = await customer.approve(seed)
        await customer.fetch(invoice)
        assert (await customer.acknowledge(invoice)).status == 200
        assert (await customer.respond(invoice)).status == 200

    async with asyncio.TaskGroup() as calls:
        for seed in range(100):
            calls.create_task(whole_way(seed))
    await customer.advance(10)
    await customer.approve(100)
    books = await customer.control("GET", "books")
    assert books["by_status"] == {"Transferred": 100, "WaitingForTransfer": 1}
    assert (len(books["documents"]), books["fetched"]) == (101, 100)
    totals = await customer.control("GET", "books?documents=no")
    assert totals.keys() == books.keys() - {"documents"}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False).filter(bool),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_json_keeps_every_digit(value: object) -> None:
    text = dumps(value)
    again = loads(text)
    assert again == value
    assert dumps(again) == text
