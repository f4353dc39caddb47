"""`python -m bench.invoices`: how long an invoice takes, and what it costs. Run it from the repository's root."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import TypeVar

from devstack import DevstackError
from devstack.interruption import run
from devstack.screen import console as wide_console
from rich.console import Console

from bench.figures import Figures
from bench.measurement import WentWrong, measure
from bench.report import Machine, keep, tables
from bench.scenario import Scenario

Number = TypeVar("Number", int, float)
HERE = Path(__file__).resolve().parent


def default_scenarios(seconds: float) -> list[Scenario]:
    """One customer at ease, then twenty a second in the three ways one can have them."""
    return [
        Scenario(rate=1, seconds=seconds),
        Scenario(rate=20, seconds=seconds),
        Scenario(rate=20, seconds=seconds, concurrency=8),
        Scenario(rate=20, seconds=seconds, connections=4),
    ]


async def measure_all(scenarios: Sequence[Scenario], *, run_dir: Path, record: bool, console: Console) -> int:
    """One after the other; 0 when all were measured."""
    machine, at = Machine.here(), datetime.now(UTC)
    runs: list[Figures] = []
    for scenario in scenarios:
        console.print(f"[bold]{scenario.title}[/] for {scenario.seconds:g} s")
        runs.append(
            await measure(scenario, run_dir=run_dir, progress=lambda what: console.print(f"[dim]  {what}[/]"))
        )
    console.print(f"\n{machine}")
    for table in tables(runs):
        console.print(table)
    if record:
        console.print(f"kept in {keep(runs, machine=machine, at=at, folder=HERE)} and bench/README.md")
    return 0


def main() -> int:
    """The command line; exit code 1 with words when something went wrong."""
    parser = argparse.ArgumentParser(prog="bench.invoices", description=__doc__)
    parser.add_argument("--rates", type=_numbers(float), help="invoices a second, e.g. 1,20")
    parser.add_argument("--seconds", type=float, default=30, help="how long each run approves; default 30")
    parser.add_argument(
        "--connections", type=_numbers(int), default=[1], help="customers, e.g. 1,4; default 1"
    )
    parser.add_argument("--concurrency", type=int, help="calls to each system at once; default: as shipped")
    parser.add_argument("--latency-ms", type=int, default=50, help="of every call to PeopleSoft; default 50")
    parser.add_argument("--run-dir", type=Path, default=HERE.parent / ".run" / "bench")
    parser.add_argument(
        "--record", action=argparse.BooleanOptionalAction, default=True, help="keep the results"
    )
    given = parser.parse_args()
    scenarios = default_scenarios(given.seconds)
    if given.rates:
        scenarios = [
            Scenario(
                rate=rate,
                seconds=given.seconds,
                connections=connections,
                concurrency=given.concurrency,
                latency_ms=given.latency_ms,
            )
            for rate, connections in product(given.rates, given.connections)
        ]
    work = measure_all(
        scenarios, run_dir=given.run_dir.resolve(), record=given.record, console=wide_console()
    )
    try:
        return run(work)
    except (DevstackError, WentWrong) as problem:
        print(f"bench.invoices: {problem}", file=sys.stderr)
        return 1


def _numbers(kind: Callable[[str], Number]) -> Callable[[str], list[Number]]:
    def read(text: str) -> list[Number]:
        values = [kind(part) for part in text.split(",")]
        if min(values) <= 0:
            raise argparse.ArgumentTypeError("must be above 0")
        return values

    return read


if __name__ == "__main__":
    sys.exit(main())
