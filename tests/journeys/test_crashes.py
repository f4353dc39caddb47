"""SIGKILL where two things belong together: a hand-over, a sweep, a person's command."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from devstack import Stack

from .conftest import NewCustomer
from .customer import TRANSFERRED, Customer, Invoice
from .entries import until_parked
from .promises import kept
from .topic_records import AUDIT_INGRESS, DOCUMENTS, FETCHES

POSTER, FETCHER = "voucher-poster", "ingress-documents"


async def test_hand_overs_sweeps_and_commands_survive_a_kill(
    stack: Stack, new_customer: NewCustomer, tmp_path: Path
) -> None:
    one, ordered = await asyncio.gather(new_customer("crash-one"), new_customer("crash-command"))
    other = await new_customer("crash-other", tenant=one.id, business_units={"BW10": "US002"})
    reported = await _not_carried_out(ordered)

    async def fetcher() -> tuple[Invoice, list[Invoice]]:
        async with _killed_at(stack, FETCHER, "handed over", tmp_path):
            strange = await other.approve(1)
        async with _killed_at(stack, FETCHER, "sweep told", tmp_path):
            lost = [await one.approve(seed, webhook={"lose": True}) for seed in (2, 3, 4)]
            await one.apply(basware={"sweep_seconds": 1})
        await stack.restart(FETCHER, env={})
        return strange, lost

    async def poster() -> None:
        async with _killed_at(stack, POSTER, "outcome committed", tmp_path):
            assert "done:" in await ordered.parked("resubmit", reported, reason="mended in Basware")
        await stack.restart(POSTER, env={})

    (strange, lost), _ = await asyncio.gather(fetcher(), poster())
    await one.until_status(TRANSFERRED, *lost)
    await other.until_status(TRANSFERRED, strange)
    await ordered.until_status(TRANSFERRED, reported)
    handing, served, commanded = await asyncio.gather(*map(kept, (one, other, ordered)))

    # Told twice perhaps, under one task; fetched and posted once.
    assert handing.actions(strange.id, AUDIT_INGRESS).count("handed over") == 1
    assert len({each.value["task_id"] for each in served.records["basware.notifications"]}) == 1
    assert len(await other.vouchers(strange)) == 1
    for invoice in lost:
        assert len(await one.vouchers(invoice)) == 1
        offered = [
            each.value["processing_status"]
            for each in handing.records[DOCUMENTS]
            if each.value["invoice_id"] == invoice.id
        ]
        assert offered.count("WaitingForTransfer") == 1
    assert len(commanded.events(reported.id, "command applied")) == 1
    told = (await ordered.seen_by_basware(reported))["responses"]
    assert len({each["body"]["externalCode"] for each in told}) == 2
    assert handing.latest(FETCHES).keys() >= {handing.key(each.id) for each in lost}


async def _not_carried_out(customer: Customer) -> Invoice:
    """An invoice whose report Basware did not carry out: it waits for a person."""
    invoice = await customer.approve_document(await customer.sample(), deliver=False)
    await customer.outcome(invoice, status="Error", message="Locked by a user")
    await customer.notify(invoice)
    assert "Locked by a user" in await until_parked(customer, invoice)
    return invoice


@asynccontextmanager
async def _killed_at(stack: Stack, name: str, point: str, directory: Path) -> AsyncIterator[None]:
    """What is done inside leads the service to its point, and to its end."""
    once = directory / point
    await stack.restart(name, env={"APSTREAM_KILL_AT": f"{point}:{once}"})
    yield
    await stack.wait_ended(name)
    assert stack.processes[name].exit_code == -signal.SIGKILL
    assert once.exists()
