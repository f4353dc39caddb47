"""`python -m bench.recovery`: how soon work goes on after a kill, a restart, a stop, and beside somebody's outage.

Each part has a stack of its own and holds figures against the bounds promised of them; exit code 1 if one does not
hold, or if anything was lost or doubled.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devstack import DevstackError
from devstack.interruption import run
from devstack.screen import console as wide_console
from rich.console import Console

from bench import isolation
from bench.measurement import WentWrong
from bench.recovery_backlog import Backlog, drain
from bench.recovery_figures import (
    ISOLATION_FACTOR,
    PARTS,
    Figure,
    keep,
    of_backlog,
    of_pauses,
    of_takeovers,
    table,
)
from bench.recovery_rolling import roll
from bench.recovery_stack import replicated
from bench.recovery_takeover import takeovers
from bench.report import Machine

HERE = Path(__file__).resolve().parent
LATENCY_MS = 50


class _Run:
    """The parts; each gives its figures and what they were made from."""

    def __init__(self, given: argparse.Namespace, console: Console) -> None:
        self._given = given
        self._run_dir: Path = given.run_dir.resolve()
        self._console = console

    async def takeover(self) -> tuple[list[Figure], Any]:
        async with replicated(
            connections=3, latency_ms=LATENCY_MS, run_dir=self._run_dir, progress=self._say
        ) as of:
            found = await takeovers(of, first=1, times=self._given.kills, progress=self._say)
        return of_takeovers(found), [asdict(each) for each in found]

    async def rolling(self) -> tuple[list[Figure], Any]:
        async with replicated(
            connections=3, latency_ms=LATENCY_MS, run_dir=self._run_dir, progress=self._say
        ) as of:
            rolled = await roll(of, first=1, progress=self._say)
        self._say(
            f"{rolled.invoices} invoices, {rolled.changes} changes of master data a customer and "
            f"{rolled.payments} payments: none lost, none doubled"
        )
        return of_pauses(rolled.pauses, rolled.restarts), asdict(rolled)

    async def backlog(self) -> tuple[list[Figure], Any]:
        """A stack of its own for each latency."""
        found = []
        for latency_ms in self._given.latency_ms:
            size = Backlog(
                invoices=self._given.backlog,
                connections=self._given.connections,
                lanes=self._given.lanes,
                latency_ms=latency_ms,
            )
            found.append(await drain(size, run_dir=self._run_dir, progress=self._say))
        return of_backlog(found), [asdict(each) for each in found]

    async def isolation(self) -> tuple[list[Figure], Any]:
        found = await isolation.measure(
            rate=3,
            seconds=self._given.outage_seconds,
            latency_ms=LATENCY_MS,
            run_dir=self._run_dir,
            progress=self._say,
        )
        figure = Figure(
            part="isolation",
            what=f"another's PeopleSoft away for {self._given.outage_seconds:g} s: p99 of webhook -> voucher",
            value=found.factor,
            bound=ISOLATION_FACTOR,
            unit="times as long",
            detail=f"p99 {found.before.p99:.2f} s before, {found.during.p99:.2f} s during",
        )
        return [figure], asdict(found)

    def _say(self, what: str) -> None:
        self._console.print(f"[dim]  {datetime.now(UTC):%H:%M:%S} {what}[/]")


async def measure_all(parts: Sequence[str], given: argparse.Namespace, console: Console) -> int:
    """0 when all was measured and every bound holds."""
    machine, at = Machine.here(), datetime.now(UTC)
    figures: list[Figure] = []
    measured: dict[str, Any] = {}
    run_parts = _Run(given, console)
    for part in parts:
        console.print(f"[bold]{part}[/]")
        found, measured[part] = await getattr(run_parts, part)()
        figures += found
    console.print(f"\n{machine}")
    console.print(table(figures))
    if given.record:
        file = keep(figures, measured=measured, machine=machine, at=at, folder=HERE)
        console.print(f"kept in {file} and bench/README.md")
    return 0 if all(each.holds for each in figures) else 1


def main() -> int:
    """The command line; exit code 1 with words when something went wrong or a bound does not hold."""
    parser = argparse.ArgumentParser(prog="bench.recovery", description=__doc__)
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=list(PARTS),
        help=f"parts, e.g. rolling,isolation; default all: {','.join(PARTS)}",
    )
    parser.add_argument("--kills", type=int, default=5, help="of each service; default 5")
    parser.add_argument("--backlog", type=int, default=10_000, help="invoices; default 10000")
    parser.add_argument("--connections", type=int, default=8, help="that share the backlog; default 8")
    parser.add_argument("--lanes", type=int, default=4, help="calls to a PeopleSoft at once; default 4")
    parser.add_argument(
        "--latency-ms",
        type=lambda text: [int(each) for each in text.split(",")],
        default=[200, 600],
        help="of every call in the backlog, each in a run of its own; default 200,600",
    )
    parser.add_argument("--outage-seconds", type=float, default=60, help="of the isolation; default 60")
    parser.add_argument("--run-dir", type=Path, default=HERE.parent / ".run" / "recovery")
    parser.add_argument(
        "--record", action=argparse.BooleanOptionalAction, default=True, help="keep the results"
    )
    given = parser.parse_args()
    if unknown := set(given.only) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    try:
        return run(measure_all(given.only, given, wide_console()))
    except (DevstackError, WentWrong, asyncio.CancelledError) as problem:
        print(f"bench.recovery: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
