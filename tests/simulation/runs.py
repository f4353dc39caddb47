"""Many seeds at once: which world a seed lives in, and what a run of many showed."""

from __future__ import annotations

import gc
import warnings
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from .awaits import sites, target
from .fetch_world import FetchWorld
from .poster_world import PosterWorld
from .weather import FAIR, Result, Weather

CHUNK = 25


def run(seed: int, weather: Weather = FAIR) -> Result:
    """Every fifth seed is a run of the document fetcher, the others of the voucher poster."""
    world = FetchWorld if seed % 5 == 4 else PosterWorld
    return world(seed, adapted(seed) if weather is FAIR else weather).run()


def adapted(seed: int) -> Weather:
    """Weather in which the await this seed aims at is reached: some only are after a certain fault.

    In some PeopleSoft works longer than it was said to: two vouchers cannot be prevented then, and must be told.
    """
    if seed % LATE == LATE - 3:
        return _LATE
    place = target(seed).split()
    return _NEEDS.get(place[1], _NEEDS.get(place[0].split(":")[0], FAIR))


LATE = 50
"""One seed in so many breaks what customers promise."""
_LATE = Weather(latest=70.0, trouble=(0.3, 0.6))
_LEAVING = Weather(terminate=1.0, terminations=(2, 3, 4), trouble=(0.3, 0.6))
_REFUSING = Weather(refuse=1.0, refusals=0.15)
_MISSING = Weather(refuse=1.0, refusals=0.5, kill=0.0, payments=1.0, recall=1.0, aim=1.0, aim_freezes=0.05)
_NEEDS = {
    "_canary": Weather(outage=1.0, outages=(2, 3)),
    "tell_stop": Weather(lockout=1.0, lose_stop=0.8),
    "_next_group": _MISSING,
    "read_missed": _MISSING,
    "_decide": Weather(refuse=1.0, refusals=0.3, burst=1.0),
    "transaction.py": _REFUSING,
    "revoked": _LEAVING,
    "close": _LEAVING,
    "run": _LEAVING,
}


@dataclass(slots=True)
class Summary:
    """Many runs added up."""

    seeds: int = 0
    violations: dict[int, list[str]] = field(default_factory=dict)
    crashed: Counter[str] = field(default_factory=Counter)
    frozen: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    seconds: float = 0.0

    def add(self, other: Summary) -> None:
        """Take another summary in."""
        self.seeds += other.seeds
        self.violations |= other.violations
        self.crashed += other.crashed
        self.frozen += other.frozen
        self.faults += other.faults
        self.steps += other.steps
        self.seconds += other.seconds

    def report(self) -> str:
        """A table: each await of the ledger, how often a process was killed and frozen there."""
        lines = [
            f"{self.seeds} seeds, {self.steps} steps, {self.seconds / 3600:.0f} simulated hours",
            f"{len(self.violations)} seeds with violations",
            "faults: " + ", ".join(f"{name} {count}" for name, count in self.faults.most_common(12)),
            f"{'await':<44} killed frozen",
        ]
        lines += [f"{site:<44} {self.crashed[site]:6d} {self.frozen[site]:6d}" for site in sites()]
        return "\n".join(lines)


def run_all(seeds: Iterable[int], *, workers: int) -> Summary:
    """Run the seeds in so many processes."""
    todo = list(seeds)
    chunks = [todo[at : at + CHUNK] for at in range(0, len(todo), CHUNK)]
    total = Summary()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for part in pool.map(run_chunk, chunks):
            total.add(part)
    return total


def run_chunk(seeds: list[int]) -> Summary:
    """Run some seeds in this process."""
    total = Summary()
    gc.collect()
    gc.freeze()
    gc.disable()  # one look for garbage a chunk is enough
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # coroutines of killed processes were never awaited
        for seed in seeds:
            result = run(seed)
            if result.violations:
                total.violations[seed] = result.violations
            total.add(
                Summary(
                    seeds=1,
                    crashed=result.crashed,
                    frozen=result.frozen,
                    faults=result.faults,
                    steps=result.steps,
                    seconds=result.seconds,
                )
            )
    gc.enable()
    return total
