"""One round after another on one stack: faults, healing, how soon work goes on; now and then a rest and the checker."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from .checker import Verdict
from .faults import Fault, Scene
from .judge import judged
from .load import ChaosCustomer, Load, Restless, Stuck
from .load.desk import AWAY
from .plan import Round
from .stack import ChaosStack
from .table import Injected, Rested

REST_EVERY = 20
READY_WITHIN = 90.0
_AGAIN = 0.5


@dataclass(kw_only=True)
class Course:
    """What has happened in a run so far."""

    injected: list[Injected] = field(default_factory=list)
    rests: list[Rested] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Everything else that makes the run fail: work that was stuck, a fault that could not be injected, no rest."""


class Rounds:
    """Runs a plan. Traffic goes on all the time but at rests."""

    def __init__(
        self,
        chaos: ChaosStack,
        load: Load,
        *,
        chance: random.Random,
        say: Callable[[str], None],
        rest_within: float,
    ) -> None:
        self.course = Course()
        self._chaos = chaos
        self._load = load
        self._chance = chance
        self._say = say
        self._rest_within = rest_within
        self._rested_after = 0

    async def run(self, plan: Sequence[Round]) -> Course:
        """All rounds, then a last rest; what went wrong is in the course."""
        traffic = self._traffic()
        try:
            for number, faults in enumerate(plan, start=1):
                await self._round(number, len(plan), faults)
                if traffic.done():
                    self._problem(f"the traffic ended by itself: {traffic.exception()!r}")
                    traffic = self._traffic()
                if number % REST_EVERY == 0 or number == len(plan):
                    await self._rest(number)
                    self._load.resume()
        finally:
            traffic.cancel()
            await asyncio.gather(traffic, return_exceptions=True)
        return self.course

    async def _round(self, number: int, of: int, faults: Sequence[Fault]) -> None:
        began = time.monotonic()
        hits = await asyncio.gather(*(self._inject(number, each) for each in faults))
        within = max(each.stuck_after for each in faults)
        recovered, stuck = await self._recovery(within)
        if stuck:
            self._problem(f"round {number}: {stuck}")
        self.course.injected += [
            Injected(fault=fault.name, round=number, hit=hit, recovered=recovered, problem=stuck)
            for fault, targets in zip(faults, hits, strict=True)
            for hit in targets
        ]
        with suppress(TimeoutError):
            await self._chaos.all_ready(within=READY_WITHIN)
        names = "; ".join(f"{fault.name} [{', '.join(hit)}]" for fault, hit in zip(faults, hits, strict=True))
        went_on = "STUCK" if recovered is None else f"on again after {recovered:.1f} s"
        took = time.monotonic() - began
        self._say(f"{number:>3}/{of}  {took:>5.1f} s  {went_on}  {names}")

    async def _inject(self, number: int, fault: Fault) -> tuple[str, ...]:
        scene = Scene(
            chaos=self._chaos,
            load=self._load,
            chance=random.Random(self._chance.getrandbits(64)),  # noqa: S311 - by seed
        )
        try:
            with self._load.operations.doing("fault", connection="", name=fault.name, round=number) as doing:
                hit = await fault.inject(scene)
                doing.detail["target"] = ", ".join(hit)
        except Exception as problem:  # noqa: BLE001 - the run goes on, and fails in the end with what is wrong
            self._problem(f"round {number}: {fault.name} could not be done: {problem!r}")
            return ()
        return hit

    async def _recovery(self, within: float) -> tuple[float | None, str]:
        """Seconds until every connection posts again, and else what is stuck."""
        began = time.monotonic()
        try:
            await asyncio.gather(*(self._posts(customer, within) for customer in self._chaos.customers))
        except (Stuck, TimeoutError) as stuck:
            return None, f"stuck: {stuck}"
        return time.monotonic() - began, ""

    async def _posts(self, customer: ChaosCustomer, within: float) -> None:
        async with asyncio.timeout(within + 30):
            while True:
                with suppress(*AWAY):
                    probe = await self._load.probe(customer)
                    break
                await asyncio.sleep(_AGAIN)
        await probe.posted(within=within)

    async def _rest(self, number: int) -> None:
        began = time.monotonic()
        try:
            await self._load.rest(within=self._rest_within)
        except (Restless, *AWAY) as problem:
            self._problem(f"no rest after round {number}: {problem}")
        try:
            verdict = await judged(self._chaos, at_rest=True)
        except Exception as problem:  # noqa: BLE001 - a checker that breaks must not end the run, only fail it
            self._problem(f"the checker could not judge after round {number}: {problem!r}")
            return
        self.course.verdicts.append(verdict)
        rounds = range(self._rested_after + 1, number + 1)
        self.course.rests.append(Rested(rounds=rounds, lost=len(verdict.lost), twice=len(verdict.twice)))
        self._rested_after = number
        self._say(f"rest after round {number}, {time.monotonic() - began:.1f} s\n{verdict}")

    def _traffic(self) -> "asyncio.Task[None]":
        return asyncio.create_task(self._load.run(), name="traffic")

    def _problem(self, words: str) -> None:
        self.course.problems.append(words)
        self._say(f"PROBLEM  {words}")
