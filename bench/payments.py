"""`python -m bench.payments`: what many open vouchers cost, read whole and by changes, and how fast Basware is told."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from devstack import DevstackError
from devstack.interruption import run
from devstack.screen import console as wide_console
from rich.console import Console

from bench.measurement import WentWrong
from bench.payments_figures import keep, tables
from bench.payments_measurement import Load, measure
from bench.report import Machine

HERE = Path(__file__).resolve().parent
VOUCHERS = (10_000, 30_000, 100_000)


async def measure_all(loads: Sequence[Load], *, run_dir: Path, record: bool, console: Console) -> int:
    """0 when everything was measured."""
    machine, at = Machine.here(), datetime.now(UTC)

    def progress(what: str) -> None:
        console.print(f"[dim]  {what}[/]")

    sizes = [await measure(load, run_dir=run_dir, progress=progress) for load in loads]
    console.print(f"\n{machine}")
    for table in tables(sizes):
        console.print(table)
    if record:
        console.print(f"kept in {keep(sizes, machine=machine, at=at, folder=HERE)} and bench/README.md")
    return 0


def main() -> int:
    """The command line; exit code 1 with words when something went wrong."""
    parser = argparse.ArgumentParser(prog="bench.payments", description=__doc__)
    parser.add_argument(
        "--vouchers",
        type=lambda text: [int(each) for each in text.split(",")],
        default=list(VOUCHERS),
        help="open in PeopleSoft, one run each; default 10000,30000,100000",
    )
    parser.add_argument("--share", type=float, default=0.01, help="of which something is paid; default 0.01")
    parser.add_argument("--latency-ms", type=int, default=50, help="of every call to PeopleSoft; default 50")
    parser.add_argument("--run-dir", type=Path, default=HERE.parent / ".run" / "bench")
    parser.add_argument(
        "--record", action=argparse.BooleanOptionalAction, default=True, help="keep the results"
    )
    given = parser.parse_args()
    loads = [Load(vouchers=each, share=given.share, latency_ms=given.latency_ms) for each in given.vouchers]
    work = measure_all(loads, run_dir=given.run_dir.resolve(), record=given.record, console=wide_console())
    try:
        return run(work)
    except (DevstackError, WentWrong) as problem:
        print(f"bench.payments: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
