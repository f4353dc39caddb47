"""`python -m bench.masterdata`: what many suppliers cost, unchanged, a little changed, and at the first load."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from devstack import DevstackError
from devstack.interruption import run
from devstack.screen import console as wide_console
from rich.console import Console

from bench.masterdata_figures import POLL, keep, tables
from bench.masterdata_measurement import Sizes, measure
from bench.measurement import WentWrong
from bench.report import Machine

HERE = Path(__file__).resolve().parent
MOST_MEMORY_MB = 300
"""Of the process that polls, whatever the number of suppliers."""


async def measure_all(sizes: Sizes, *, run_dir: Path, record: bool, console: Console) -> int:
    """0 when everything was measured and the polling process stayed within its memory."""
    machine, at = Machine.here(), datetime.now(UTC)
    phases = await measure(sizes, run_dir=run_dir, progress=lambda what: console.print(f"[dim]  {what}[/]"))
    console.print(f"\n{machine}")
    for table in tables(phases):
        console.print(table)
    peak = max(phase.usage[POLL].rss_mib for phase in phases) * 2**20 / 1e6
    console.print(f"peak memory of {POLL}: {peak:.0f} MB (at most {MOST_MEMORY_MB} promised)")
    if record:
        console.print(f"kept in {keep(phases, machine=machine, at=at, folder=HERE)} and bench/README.md")
    return 0 if peak <= MOST_MEMORY_MB else 1


def main() -> int:
    """The command line; exit code 1 with words when something went wrong."""
    parser = argparse.ArgumentParser(prog="bench.masterdata", description=__doc__)
    parser.add_argument("--suppliers", type=int, default=200_000, help="in PeopleSoft; default 200000")
    parser.add_argument("--first-load", type=int, default=20_000, help="of them at first; default 20000")
    parser.add_argument("--run-dir", type=Path, default=HERE.parent / ".run" / "bench")
    parser.add_argument(
        "--record", action=argparse.BooleanOptionalAction, default=True, help="keep the results"
    )
    given = parser.parse_args()
    if not 0 < given.first_load <= given.suppliers:
        parser.error("--first-load is above 0 and not more than --suppliers")
    sizes = Sizes(first_load=given.first_load, suppliers=given.suppliers)
    work = measure_all(sizes, run_dir=given.run_dir.resolve(), record=given.record, console=wide_console())
    try:
        return run(work)
    except (DevstackError, WentWrong) as problem:
        print(f"bench.masterdata: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
