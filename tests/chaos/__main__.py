"""`python -m tests.chaos`: everything is broken on purpose, again and again; exit 0 only if every promise held."""

import argparse
import logging
import random
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devstack.errors import DevstackError
from devstack.interruption import run as interruptible
from devstack.jvm import REPOSITORY

from . import plan, record, table
from .faults import PointBook
from .faults.window import NAME as WINDOW
from .load import Load
from .markers import MarkerWatch, skipped
from .rounds import Course, Rounds
from .stack import ChaosStack

RUN_DIR = REPOSITORY / ".run" / "chaos"
PER_SECOND = 1.5
REST, SABOTAGED_REST = 150.0, 40.0
"""Seconds for coming to rest; without its rules a service may never come to it."""
SHOWN = 40
"""Failures that are told at the end; all of them stand in what was said at the rests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A run that came to its end."""

    course: Course
    rows: list[table.Row]
    failures: list[str]
    record: dict[str, Any]

    def __str__(self) -> str:
        shown = [*self.failures[:SHOWN], *(["..."] if len(self.failures) > SHOWN else [])]
        verdict = "\n  ".join(["FAILED", *shown]) if shown else "every promise held"
        exempt = sum(len(each.exempt) for each in self.course.verdicts[-1:])
        left, noticed = self.record["markers_skipped"], self.record["markers_missed"]
        said = (
            f"exempt: {exempt} ({WINDOW}, detected); "
            f"transactions that the broker left without markers: {left}, noticed by a service {noticed} times"
        )
        return f"{table.text(self.rows)}\n\n{said}\n{verdict}"


async def chaos(
    *,
    run_dir: Path,
    seed: int,
    planned: Callable[[random.Random, PointBook], Sequence[plan.Round]],
    complete: bool,
    say: Callable[[str], None],
    sabotage: str | None = None,
    per_second: float = PER_SECOND,
) -> Result:
    """A whole run. `complete` says that it must have met everything there is: all points, lost markers, the window."""
    began = time.monotonic()
    chance = random.Random(f"chaos {seed}")  # noqa: S311 - reproducible on purpose
    shutil.rmtree(run_dir / "faults", ignore_errors=True)
    (run_dir / "operations.jsonl").unlink(missing_ok=True)
    async with ChaosStack(run_dir=run_dir, seed=seed, sabotage=sabotage, progress=say) as stack:
        say(f"up after {time.monotonic() - began:.0f} s")
        (run_dir / "faults").mkdir()
        book = PointBook(run_dir / "faults")
        load = Load(stack, seed=seed, per_second=per_second)
        async with MarkerWatch(stack.stack.endpoints.metrics) as markers:
            rounds = Rounds(
                stack, load, chance=chance, say=say, rest_within=SABOTAGED_REST if sabotage else REST
            )
            course = await rounds.run(planned(chance, book))
        rows = table.rows(course.injected, course.rests)
        left_without = skipped(run_dir / "logs" / "kafka.log")
        made = record.as_record(
            course=course,
            table=rows,
            endings=stack.keeper.endings,
            seed=seed,
            seconds=time.monotonic() - began,
            markers_skipped=left_without,
            markers_missed=markers.missing,
            points_reached=[f"{each.name} ({each.service})" for each in book.reached()],
            points_left=[f"{each.name} ({each.service})" for each in book.left()],
        )
        failures = [*course.problems, *dict.fromkeys(str(each) for each in _findings(course))]
        if complete:
            failures += list(_not_met(course, book, left_without))
        return Result(course=course, rows=rows, failures=failures, record=made)


def _findings(course: Course) -> list[object]:
    return [
        finding for verdict in course.verdicts for finding in (*verdict.lost, *verdict.twice, *verdict.broken)
    ]


def _not_met(course: Course, book: PointBook, markers_skipped: int) -> list[str]:
    """What a run that is to prove something must have met, and did not."""
    missed = [f"never reached: {each.name} of {each.service}" for each in book.left()]
    if not markers_skipped:
        missed.append("no broker kill left committed records without their markers: kill more often")
    if not any(each.exempt for each in course.verdicts):
        missed.append("the window that cannot be closed was not met, or not detected")
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=plan.ROUNDS, help="at least so many; default %(default)s"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the order, the targets and the traffic")
    parser.add_argument(
        "--only", default="", help="only rounds with a fault of which this is part of the name"
    )
    parser.add_argument("--short", action="store_true", help="five rounds of what tells most")
    parser.add_argument("--sabotage", default=None, help="a rule to take away; 0 only if the run then fails")
    parser.add_argument("--keep", action="store_true", help="keep the run directory also when all held")
    parser.add_argument("--run-dir", type=Path, default=RUN_DIR, help="default: .run/chaos")
    asked = parser.parse_args()
    # The driver's own Kafka clients meet a broker that is away, again and again; what they say of it helps nobody.
    logging.getLogger().addHandler(logging.NullHandler())
    whole = not (asked.only or asked.short or asked.sabotage or asked.rounds < plan.ROUNDS)

    def planned(chance: random.Random, book: PointBook) -> Sequence[plan.Round]:
        if asked.short:
            return plan.short(chance, book=book)
        if asked.sabotage:
            return plan.sabotaged(book)
        rounds = plan.full(chance, rounds=asked.rounds, book=book)
        if asked.only:
            rounds = [each for each in rounds if any(asked.only in fault.name for fault in each)]
        return rounds[: max(asked.rounds, 1)] if not whole else rounds

    async def run() -> int:
        result = await chaos(
            run_dir=asked.run_dir,
            seed=asked.seed,
            planned=planned,
            complete=whole,
            say=_say,
            sabotage=asked.sabotage,
        )
        _say(f"\n{result}")
        if whole:
            _say(f"record: {record.write(result.record).relative_to(REPOSITORY)}")
        if result.failures or asked.keep:
            _say(f"evidence: {asked.run_dir}")
        else:
            shutil.rmtree(asked.run_dir, ignore_errors=True)
        if asked.sabotage:
            return int(all(each.ok for each in result.course.verdicts))
        return int(bool(result.failures))

    try:
        return interruptible(run())
    except DevstackError as problem:
        print(f"chaos: {problem}", file=sys.stderr)
        return 1


def _say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
