"""`python -m tests.chaos.soak`: mixed load, random faults, a long time: whether anything grows without end."""

import argparse
import asyncio
import json
import random
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from devstack.errors import DevstackError
from devstack.interruption import run as interruptible
from devstack.jvm import REPOSITORY
from devstack.screen import console as wide_console
from kafka.admin import ConfigResource, KafkaAdminClient

from .faults import Fault, Scene, broker, processes
from .judge import judged
from .load import Load
from .plan import SERVICES
from .record import RESULTS
from .soak_samples import LEDGERS, Sampler
from .soak_series import trends
from .soak_verdict import problems, tables
from .stack import ChaosStack

MINUTES = 30.0
PER_SECOND = 1.0
RUN_DIR = REPOSITORY / ".run" / "soak"
FIRST_FAULT_SECONDS = 30.0
FAULT_SECONDS = (45.0, 105.0)
"""Between the healing of a fault and the next; so a process lives about ten minutes, and is judged."""
REST_SECONDS = 240.0
COMPACTED_SOON = {
    "segment.ms": "30000",
    "min.cleanable.dirty.ratio": "0.01",
    "max.compaction.lag.ms": "60000",
}
"""An hour's segments would show nothing of compaction within a soak."""


class Soak:
    """One run. What went wrong is in `problems`."""

    def __init__(self, chaos: ChaosStack, *, seed: int, minutes: float, per_second: float) -> None:
        self.problems: list[str] = []
        self.faults: list[str] = []
        self.sampler = Sampler(chaos)
        self._chaos = chaos
        self._seconds = minutes * 60
        self._chance = random.Random(f"soak {seed}")  # noqa: S311 - reproducible on purpose
        self._load = Load(chaos, seed=seed, per_second=per_second)
        self._console = wide_console()

    async def run(self) -> None:
        """The whole soak: traffic and faults, then a rest, the tables and the verdict."""
        await asyncio.to_thread(_compact_soon, self._chaos.stack.kafka.bootstrap)
        async with self.sampler:
            sampling = asyncio.create_task(self.sampler.run(), name="samples")
            try:
                await self._broken_traffic()
                await self._rest()
                at_rest = await self.sampler.look()
            finally:
                sampling.cancel()
                await asyncio.gather(sampling, return_exceptions=True)
        verdict = await judged(self._chaos, at_rest=True)
        self._console.print(str(verdict), markup=False, highlight=False)
        self.problems += [str(each) for each in (*verdict.lost, *verdict.twice, *verdict.broken)]
        found, work = trends(self.sampler.samples), self.sampler.work[:-1]
        self.problems += problems(found, work, at_rest)
        for table in tables(self.sampler.samples, found, work, at_rest):
            self._console.print(table)

    async def _broken_traffic(self) -> None:
        traffic = asyncio.create_task(self._load.run(), name="traffic")
        breaking = asyncio.create_task(self._break(), name="faults")
        try:
            await asyncio.wait([traffic, breaking], return_when=asyncio.FIRST_COMPLETED)
            for task in (traffic, breaking):
                if task.done() and (task is traffic or task.exception() is not None):
                    self.problems.append(f"{task.get_name()} ended by itself: {task.exception()!r}")
        finally:
            for task in (traffic, breaking):
                task.cancel()
            await asyncio.gather(traffic, breaking, return_exceptions=True)

    async def _break(self) -> None:
        """One fault after the other until the time is over; the last one has healed by then."""
        until = time.monotonic() + self._seconds
        await asyncio.sleep(min(FIRST_FAULT_SECONDS, self._seconds))
        while (left := until - time.monotonic()) > 0:
            if left > FAULT_SECONDS[0]:
                await self._once()
            pause = self._chance.uniform(*FAULT_SECONDS)
            await asyncio.sleep(max(0.0, min(pause, until - time.monotonic())))

    async def _once(self) -> None:
        fault = self._fault()
        scene = Scene(chaos=self._chaos, load=self._load, chance=self._chance)
        with self._load.operations.doing("fault", connection="", name=fault.name) as doing:
            hit = await fault.inject(scene)
            doing.detail["target"] = ", ".join(hit)
        self.faults.append(f"{fault.name}: {', '.join(hit)}")
        self._say(self.faults[-1])

    def _fault(self) -> Fault:
        service = self._chance.choice(SERVICES)
        kinds = (processes.killed, processes.terminated, processes.frozen)
        return self._chance.choices(
            [*(kind(service) for kind in kinds), broker.restarted()], weights=[4, 4, 2, 1]
        )[0]

    async def _rest(self) -> None:
        self._say("rest")
        try:
            await self._chaos.all_ready()
            await self._load.rest(within=REST_SECONDS)
        except Exception as problem:  # noqa: BLE001 - the verdict comes all the same, and says what it is about
            self.problems.append(f"no rest: {problem!r}")

    def _say(self, what: str) -> None:
        self._console.print(f"{datetime.now(UTC):%H:%M:%S} {what}", markup=False, highlight=False)


async def soak(*, run_dir: Path, minutes: float, per_second: float, seed: int, record: bool) -> int:
    """0 only if nothing grew, nothing stayed undone and every promise held."""
    began = datetime.now(UTC)
    shutil.rmtree(run_dir, ignore_errors=True)
    async with ChaosStack(run_dir=run_dir, seed=seed, progress=print) as chaos:
        run = Soak(chaos, seed=seed, minutes=minutes, per_second=per_second)
        await run.run()
        endings = [asdict(each) for each in chaos.keeper.endings]
    for problem in run.problems:
        print(f"PROBLEM  {problem}")
    print("nothing grows without end, and every promise held" if not run.problems else "FAILED")
    if record:
        _keep(run, began=began, minutes=minutes, per_second=per_second, endings=endings)
    if run.problems:
        print(f"evidence: {run_dir}")
    else:
        with suppress(OSError):
            shutil.rmtree(run_dir)
    return 1 if run.problems else 0


def _keep(
    run: Soak, *, began: datetime, minutes: float, per_second: float, endings: Sequence[dict[str, object]]
) -> None:
    file = RESULTS / f"soak-{began:%Y-%m-%d}.json"
    content = {
        "at": began.isoformat(timespec="seconds"),
        "minutes": minutes,
        "invoices_a_second": per_second,
        "faults": run.faults,
        "endings": [{**each, "at": str(each["at"])} for each in endings],
        "trends": [asdict(each) for each in trends(run.sampler.samples)],
        "work": [asdict(each) for each in run.sampler.work[:: max(1, len(run.sampler.work) // 60)]],
        "problems": run.problems,
    }
    file.write_text(json.dumps(content, indent=1) + "\n")
    print(f"record: {file.relative_to(REPOSITORY)}")


def _compact_soon(bootstrap: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        admin.alter_configs(
            [ConfigResource("TOPIC", topic, configs=dict(COMPACTED_SOON)) for topic in LEDGERS]
        )
    finally:
        admin.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="default %(default)g")
    parser.add_argument("--per-second", type=float, default=PER_SECOND, help="invoices; default %(default)g")
    parser.add_argument("--seed", type=int, default=1, help="of traffic and faults")
    parser.add_argument("--run-dir", type=Path, default=RUN_DIR, help="default: .run/soak")
    parser.add_argument(
        "--record", action=argparse.BooleanOptionalAction, default=True, help="keep the results"
    )
    asked = parser.parse_args()
    try:
        return interruptible(
            soak(
                run_dir=asked.run_dir,
                minutes=asked.minutes,
                per_second=asked.per_second,
                seed=asked.seed,
                record=asked.record,
            )
        )
    except DevstackError as problem:
        print(f"soak: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
