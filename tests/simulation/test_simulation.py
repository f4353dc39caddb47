"""The shipped ledger and the services' rules under every fault the simulation knows, and proof that it can fail."""

import os
from collections.abc import Callable

import pytest

from .awaits import sites
from .runs import Summary, run, run_all
from .sabotage import SABOTAGES
from .sim_loop import SimLoop

SEEDS = int(os.environ.get("APSTREAM_SEEDS", "10000"))
FIRST = int(os.environ.get("APSTREAM_FIRST_SEED", "0"))
OFTEN = 100
"""How often each await must have been the place of a kill in a full run."""


@pytest.fixture(scope="module")
def summary() -> Summary:
    """All seeds, run once."""
    return run_all(range(FIRST, FIRST + SEEDS), workers=os.cpu_count() or 1)


@pytest.mark.xdist_group("many seeds")
@pytest.mark.timeout(900)
def test_no_seed_loses_or_doubles_or_leaves_anything(
    summary: Summary, record_property: Callable[[str, object], None]
) -> None:
    record_property("report", summary.report())
    assert not summary.violations, f"repeat one with tests.simulation.runs.run(seed): {summary.violations}"


@pytest.mark.xdist_group("many seeds")
@pytest.mark.timeout(900)
def test_a_process_was_killed_at_every_await_of_the_ledger(summary: Summary) -> None:
    if SEEDS < 5000:
        pytest.skip(f"{SEEDS} seeds are too few to reach every await {OFTEN} times")
    rare = {site: summary.crashed[site] for site in sites() if summary.crashed[site] < OFTEN}
    assert not rare


@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", SABOTAGES)
def test_the_simulation_notices(name: str) -> None:
    """Within 5,000 seeds, tried from one in which it was seen; without the sabotage that run keeps every promise."""
    sabotage = SABOTAGES[name]
    with sabotage.without_the_rule():
        seeds = (sabotage.seen_at, *range(5000))
        caught = next((seed for seed in seeds if run(seed, sabotage.weather).violations), None)
    assert caught is not None
    assert not run(caught, sabotage.weather).violations


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", [3, 4])
def test_one_seed_is_one_run(seed: int) -> None:
    once, again = run(seed), run(seed)
    assert (once.steps, once.seconds, once.faults) == (again.steps, again.seconds, again.faults)


def test_a_killed_process_takes_no_further_step() -> None:
    import asyncio  # noqa: PLC0415 - the loop under test is not the running one

    from .sim_loop import Process  # noqa: PLC0415

    loop, process, steps = SimLoop(1), Process("p"), []

    async def work() -> None:
        for step in range(5):
            steps.append(step)
            if step == 2:
                loop.end(process)
            await asyncio.sleep(1)

    loop.spawn(process, work())
    loop.run(deadline=100)
    assert steps == [0, 1, 2]
    for coroutine in process.suspended():
        coroutine.close()
