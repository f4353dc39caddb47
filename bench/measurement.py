"""One scenario, carried out on a stack of its own."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from devstack import Stack
from devstack.control import ControlApi

from bench.books import Books, audited, transferred
from bench.figures import Figures, figures
from bench.load import Load
from bench.processes import ProcessWatch
from bench.scenario import Scenario

WARM_UP = 3
"""Invoices of each connection that are not measured: tokens are fetched, WSDLs read, connections opened."""
REST_SECONDS = 60.0
SLOWEST = 4.0
"""Invoices a second that are got through at the least; an overloaded run may take so long to come to rest."""
AUDIT_SECONDS = 30.0
SHOWN = 20


class WentWrong(Exception):
    """An invoice was lost or doubled, or a run did not come to rest: its times mean nothing."""


async def measure(scenario: Scenario, *, run_dir: Path, progress: Callable[[str], None]) -> Figures:
    """Bring everything up, send the invoices, wait until all are confirmed, check the books.

    Raises WentWrong, and what `Stack` raises.
    """
    specs = scenario.specs()
    async with (
        Stack(run_dir=run_dir, connections=specs, progress=progress) as stack,
        ControlApi(name="Basware", base_url=stack.basware_url) as basware,
        ControlApi(name="PeopleSoft", base_url=stack.peoplesoft_url) as peoplesoft,
        Load(stack, basware) as load,
    ):
        for spec in specs:
            await peoplesoft.post(f"settings/{spec.node}", {"latency_ms": scenario.latency_ms})
        watch = ProcessWatch(stack)
        sampling = asyncio.create_task(watch.sample())
        try:
            warm_up = await load.prepare(specs, first=1, count=WARM_UP * len(specs))
            invoices = await load.prepare(specs, first=len(warm_up) + 1, count=scenario.invoices)
            progress(f"warming up with {len(warm_up)} invoices")
            before = await load.send(warm_up, rate=len(specs))
            await _at_rest(basware, count=len(warm_up))
            progress(f"approving {len(invoices)} invoices, {scenario.rate:g} a second")
            watch.begin()
            sent = await load.send(invoices, rate=scenario.rate)
            watch.end()
            progress("waiting until all are confirmed")
            await _at_rest(basware, count=len(warm_up) + len(invoices))
            steps = await audited(stack, invoices, within=AUDIT_SECONDS)
        finally:
            sampling.cancel()
        books = await Books.read(basware, peoplesoft)
        problems = list(books.problems([*before, *sent]))
        problems += [
            f"{each.number}: the audit does not have it confirmed"
            for each in invoices
            if "confirmed" not in steps.get(each.id, {})
        ]
        if problems:
            raise WentWrong(
                "\n".join(problems[:SHOWN]) + f"\n({len(problems)} problems; logs: {run_dir}/logs)"
            )
        return figures(
            scenario,
            sent=sent,
            books=books,
            steps=steps,
            usage=watch.usage(),
            machine_percent=watch.machine_percent,
        )


async def _at_rest(basware: ControlApi, *, count: int) -> None:
    """Wait for them, a bounded time: what is missing then is said by the check of the books."""
    await transferred(basware, count=count, within=REST_SECONDS + count / SLOWEST)
