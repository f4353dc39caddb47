"""One host's clock is wrong: behind, ahead, or corrected in a jump while its services run."""

import asyncio
from functools import partial

from tests.chaos.clock_shift import ClockShift

from .fault import Fault, Scene, Targets

LASTS_SECONDS = 8.0
HOURS = {"2 h behind": (-2.0,), "2 h ahead": (2.0,), "jumping": (2.0, -2.0, 0.5)}


def wrong(service: str, how: str) -> Fault:
    """`how` is one of HOURS: the replica is started with such a clock, works, and is started with the right one."""
    inject = partial(_wrong, service, HOURS[how])
    return Fault(name=f"clock {how}", inject=inject, services=frozenset({service}))


async def _wrong(service: str, hours: tuple[float, ...], scene: Scene) -> Targets:
    name = scene.replica(service)
    clock = ClockShift(scene.files / f"clock of {name}")
    clock.set(hours[0])
    await scene.chaos.replica_restart(name, clock.env)
    try:
        for each in hours:
            clock.set(each)
            await scene.burst(1)
            await asyncio.sleep(LASTS_SECONDS / len(hours))
    finally:
        await scene.chaos.replica_restart(name)
    return (name,)
