"""SIGKILL at every named point; the process is started again, and each invoice has one voucher and is confirmed.

PeopleSoft would take a second voucher (`warn`): nobody but us prevents it. The points are taken from the last to the
first, so that the invoices killed before, which go on while the next point is armed, are past it already.
"""

import asyncio
import signal
from pathlib import Path

from devstack import Stack

from .conftest import NewCustomer
from .customer import TRANSFERRED, Customer, Invoice
from .promises import kept
from .topic_records import DOCUMENTS

POSTER, FETCHER = "voucher-poster", "ingress-documents"
POINTS = {
    "reported": POSTER,
    "outcome committed": POSTER,
    "voucher created": POSTER,
    "create sent": POSTER,
    "started committed": POSTER,
    "acknowledged": POSTER,
    "document published": FETCHER,
}
OF_POSTING = {"started", "in doubt", "looked", "adopted", "not happened", "posted"}
DOUBT = {
    "voucher created": ["started", "in doubt", "adopted"],
    "create sent": ["started", "in doubt", "adopted"],
    "started committed": ["started", "in doubt", "looked", "not happened", "started", "posted"],
}
"""How an invoice whose voucher nobody knows of comes to one; after a kill elsewhere there is no doubt."""


async def test_a_service_killed_at_each_point_leaves_one_voucher(
    stack: Stack, new_customer: NewCustomer, tmp_path: Path
) -> None:
    customer = await new_customer("killed", peoplesoft={"settle_seconds": 1})
    await customer.site(duplicate_action="warn")
    killed: dict[str, Invoice] = {}
    for seed, (point, service) in enumerate(POINTS.items(), start=1):
        killed[point] = await _killed_at(point, service, customer, seed=seed, once=tmp_path / point)
    await asyncio.gather(stack.restart(POSTER, env={}), stack.restart(FETCHER, env={}))
    await customer.until_status(TRANSFERRED, *killed.values())
    evidence = await kept(customer)

    for point, invoice in killed.items():
        actions = [each for each in evidence.actions(invoice.id) if each in OF_POSTING]
        assert actions == DOUBT.get(point, ["started", "posted"]), point
        assert len(await customer.vouchers(invoice)) == 1, point
        assert len(await customer.calls("create", invoice)) == 1, point
    told_twice = await customer.seen_by_basware(killed["reported"])
    assert (told_twice["stored_responses"], told_twice["repeated_responses"]) == (1, 1)
    fetches = [each.value["invoice_id"] for each in evidence.records[DOCUMENTS]]
    assert fetches.count(killed["document published"].id) == 1


async def _killed_at(point: str, name: str, customer: Customer, *, seed: int, once: Path) -> Invoice:
    """An invoice at whose point the process died. What was killed before is started again by the same step."""
    await customer.stack.restart(name, env={"APSTREAM_KILL_AT": f"{point}:{once}"})
    invoice = await customer.approve(seed)
    await customer.stack.wait_ended(name)
    assert customer.stack.processes[name].exit_code == -signal.SIGKILL
    assert once.exists()
    return invoice
