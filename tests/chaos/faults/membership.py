"""Processes that come and go in good order, come twice, or take too long to begin."""

import asyncio
import signal
from functools import partial

from .fault import Fault, Scene, Targets

STAYS_SECONDS = 8.0
LOADS_SECONDS = 25.0
SLOW_SECONDS = 0.9
"""Each way, for each of the many questions of a start: a load takes longer than the group waits for a member (6 s)."""


def joins_and_leaves(service: str) -> Fault:
    """One process more for a while."""
    inject = partial(_joins_and_leaves, service)
    return Fault(name="replica joins and leaves", inject=inject, services=frozenset({service}))


def same_instance(service: str) -> Fault:
    """Two processes hold themselves for the same instance."""
    inject = partial(_same_instance, service)
    return Fault(name="two with one instance id", inject=inject, services=frozenset({service}))


def slow_load(service: str) -> Fault:
    """A replica whose line to Kafka is slow must take everything over: loading lasts longer than the session."""
    inject = partial(_slow_load, service)
    return Fault(
        name="load longer than the session",
        inject=inject,
        services=frozenset({service}),
        stuck_after=90.0,
    )


def rolling_restart() -> Fault:
    """Every replica is replaced, one after the other, as a release does it."""
    return Fault(name="rolling restart", inject=_rolling_restart)


async def _joins_and_leaves(service: str, scene: Scene) -> Targets:
    async with scene.chaos.one_more(service) as name:
        await scene.burst(1)
        await asyncio.sleep(STAYS_SECONDS)
        await scene.chaos.kill(name, signal.SIGTERM)
        return (name,)


async def _same_instance(service: str, scene: Scene) -> Targets:
    first = scene.chaos.services[service][0]
    async with scene.chaos.one_more(service, {"APSTREAM_INSTANCE": first}) as name:
        await scene.burst(1)
        await asyncio.sleep(STAYS_SECONDS)
        return (f"{name} as {first}",)


async def _slow_load(service: str, scene: Scene) -> Targets:
    slow, other = scene.chance.sample(scene.chaos.services[service], 2)
    line = scene.chaos.kafka_lines[slow]
    async with scene.held(other):
        line.delay = SLOW_SECONDS
        try:
            await scene.burst(2)
            await scene.chaos.kill(other)
            await asyncio.sleep(LOADS_SECONDS)
        finally:
            line.heal()
    return (slow,)


async def _rolling_restart(scene: Scene) -> Targets:
    await asyncio.gather(*(_one_after_the_other(scene, of) for of in scene.chaos.services.values()))
    return ("all",)


async def _one_after_the_other(scene: Scene, names: tuple[str, ...]) -> None:
    for name in names:
        await scene.chaos.replica_restart(name)
