"""`make simulate SEEDS=1000000 [FROM=0]`: many seeds over all cores, for hours beside other work, and resumable.

What ran is kept in `bench/results/simulation-<date>.json` by the digest of the code it ran on, so that a run over days
and commits says honestly which seeds ran on which code. A violation stops nothing: its seed and words are recorded.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path

from .record import Record, digest_of_the_code
from .runs import Summary, run_chunk

CHUNK = 200
"""Seeds a worker takes at once: what an interruption loses of each worker at most."""
SAVED_EVERY = 20.0


def main() -> int:
    """Exit 0 if every seed asked for has run on this code, now or before, and none broke a promise."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.long_run")
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--results", type=Path, default=Path("bench/results"))
    asked = parser.parse_args()
    os.nice(10)
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # what ran is kept, and no worker is left behind
    digest = digest_of_the_code()
    record = Record.open(asked.results, digest)
    todo = record.missing(range(asked.first, asked.first + asked.seeds), size=CHUNK)
    left = sum(len(chunk) for chunk in todo)
    print(
        f"code {digest[:12]}: {asked.seeds - left} of {asked.seeds} seeds ran before, {left} to go",
        flush=True,
    )
    try:
        _run(todo, record, workers=asked.workers)
    except KeyboardInterrupt:
        print("\nstopped; the next make simulate goes on from here")
        return 130
    finally:
        record.save()
    print(record.table())
    return 1 if record.violations else 0


def _run(todo: list[range], record: Record, *, workers: int) -> None:
    """A worker always has a chunk; what it brings is recorded at once and saved every few seconds."""
    began, saved, done, total = time.monotonic(), time.monotonic(), 0, sum(len(chunk) for chunk in todo)
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_same_code, initargs=(record.digest,)
    )
    running: dict[Future[Summary], range] = {}
    waiting = list(reversed(todo))
    try:
        while waiting or running:
            while waiting and len(running) < 2 * workers:
                chunk = waiting.pop()
                running[pool.submit(run_chunk, list(chunk))] = chunk
            ended, _ = wait(running, timeout=SAVED_EVERY, return_when=FIRST_COMPLETED)
            for future in ended:
                chunk = running.pop(future)
                record.add(chunk, future.result())
                done += len(chunk)
            if ended and time.monotonic() - saved > SAVED_EVERY:
                saved = time.monotonic()
                record.save()
                _tell(done, total, seconds=saved - began, violations=len(record.violations))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _same_code(digest: str) -> None:
    """What a worker has imported is what is recorded; from here on the files may change."""
    if digest_of_the_code() != digest:
        raise RuntimeError("the code changed while the workers started: start again")


def _tell(done: int, total: int, *, seconds: float, violations: int) -> None:
    rate = done / seconds
    left = (total - done) / rate
    print(
        f"{done} of {total} seeds, {rate:.0f} a second, {left / 60:.0f} minutes left, "
        f"{violations} with violations",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
