"""SIGKILL at every named point and at random moments; started again, everything arrives, and little comes twice."""

import asyncio
import random
import signal
from pathlib import Path

from devstack import Stack

from tests.journeys.eventually import eventually

from .conftest import SELDOM, NewCustomer
from .customer import MasterDataCustomer
from .same import same
from .topic_watch import RECORDS

POLL, IMPORT = "masterdata-poll", "masterdata-import"
DEATHS = (
    {POLL: "poll read", IMPORT: "import settled"},
    {POLL: "master records published", IMPORT: "import answered"},
    {IMPORT: "import noted"},
    {IMPORT: "import sent"},
    {IMPORT: "import intended"},
)
"""The points of one change each. Taken from the last to the first, so that what was killed before, and goes on while
the next point is armed, is past it already (what was sent is sent again, and meets the one before that too)."""
SENT_AGAIN = 3
"""The death of this place: the batch is in Basware and nobody knows it, so it goes once more and overwrites itself."""
COST_CENTERS = {"cost_centers": {"changes": SELDOM, "full": SELDOM}}


async def test_services_killed_at_each_point_bring_each_change_in(
    stack: Stack, new_customer: NewCustomer, tmp_path: Path
) -> None:
    customer = await new_customer("md-killed", entities=COST_CENTERS)
    await customer.loaded()
    departments = sorted(await customer.pickable("cost_centers"))
    codes, untouched = departments[: len(DEATHS)], departments[len(DEATHS) :]
    for number, (points, code) in enumerate(zip(DEATHS, codes, strict=True)):
        armed = {
            service: {"APSTREAM_KILL_AT": f"{point}:{tmp_path / point}"} for service, point in points.items()
        }
        if POLL not in armed and not stack.processes[POLL].running:
            armed[POLL] = {}
        await asyncio.gather(*(stack.restart(service, env=env) for service, env in armed.items()))
        value = code.removeprefix("SHARE_")
        await customer.change(chartfields=[{"field": "DEPTID", "value": value, "descr": f"Death {number}"}])
        await customer.order("run_now", "cost_centers")
        for service, point in points.items():
            await stack.wait_ended(service)
            assert stack.processes[service].exit_code == -signal.SIGKILL
            assert (tmp_path / point).exists()
    await stack.restart(IMPORT, env={})
    await same(customer)
    versions = [each.value["external_code"] for each in customer.watch.of(RECORDS, customer.id)]
    assert {code: versions.count(code) for code in codes} == dict.fromkeys(codes, 2)
    posts = await customer.posts("cost_centers", *codes)
    assert posts == [3 if number == SENT_AGAIN else 2 for number in range(len(codes))]
    assert set(await customer.posts("cost_centers", *untouched)) == {1}


async def test_both_services_killed_at_random_moments_of_a_first_load_bring_everything_in(
    stack: Stack, new_customer: NewCustomer
) -> None:
    moments = random.Random(20)  # noqa: S311 - moments, not secrets
    customer = await new_customer("md-random", section={"page_rows": 20}, prepare=_some)
    for _ in range(2):
        for name in (POLL, IMPORT):
            await asyncio.sleep(moments.uniform(0, 2))  # not to wait for anything: the moment is the test
            stack.kill(name)
            await stack.wait_ended(name)
        await asyncio.gather(stack.restart(POLL), stack.restart(IMPORT))
    await customer.loaded()
    await same(customer)
    await customer.change(suppliers=[{"vendor_id": "0000810000", "name": "Renamed"}])
    await customer.poll("suppliers")
    await same(customer)


async def test_a_killed_remote_leaves_nothing_behind(stack: Stack, new_customer: NewCustomer) -> None:
    customer = await new_customer("md-remotes", entities=COST_CENTERS)
    await customer.loaded()
    await customer.change(chartfields=[{"field": "DEPTID", "value": "10000", "descr": "While away"}])
    stack.kill("basware")
    await stack.wait_ended("basware")
    await customer.poll("cost_centers")

    async def tried() -> float:
        return await customer.metric(IMPORT, "apstream_masterdata_import_requests_total", outcome="no_answer")

    await eventually(tried, bool, what="an import tried in vain")
    await stack.restart("basware")
    await customer.tenant(imports={"delay_seconds": 0.3})
    await same(customer)


async def _some(customer: MasterDataCustomer) -> None:
    suppliers = [
        {"vendor_id": f"{810_000 + number:010d}", "name": f"Supplier {number}"} for number in range(250)
    ]
    await customer.peoplesoft.post("suppliers", {"node": customer.spec.node, "suppliers": suppliers})
    await customer.peoplesoft_fails("delay_seconds", query="APS_SUPPLIER*", times=60, params={"seconds": 0.1})
