"""Processes that die, are asked to end, or stand still for longer than their group waits for them."""

import asyncio
import signal
from functools import partial

from .fault import Fault, Scene, Targets

FROZEN_SECONDS = 20.0


def killed(service: str) -> Fault:
    """A replica dies in the middle of whatever it does."""
    return Fault(name="SIGKILL of a replica", inject=partial(_killed, service), services=frozenset({service}))


def both_killed(service: str) -> Fault:
    """A whole service dies at once."""
    inject = partial(_both_killed, service)
    return Fault(name="SIGKILL of both replicas", inject=inject, services=frozenset({service}))


def terminated(service: str) -> Fault:
    """A replica is asked to end while its calls are under way."""
    return Fault(
        name="SIGTERM in mid-call", inject=partial(_terminated, service), services=frozenset({service})
    )


def frozen(service: str) -> Fault:
    """A replica stands still for 20 s and wakes up as a zombie."""
    inject = partial(_frozen, service)
    return Fault(name=f"SIGSTOP 20 s of {service}", inject=inject, services=frozenset({service}))


async def _killed(service: str, scene: Scene) -> Targets:
    name = scene.replica(service)
    await scene.sometime(0.0, 2.0)
    await scene.chaos.kill(name)
    return (name,)


async def _both_killed(service: str, scene: Scene) -> Targets:
    await scene.sometime(0.0, 2.0)
    names = scene.chaos.services[service]
    await asyncio.gather(*map(scene.chaos.kill, names))
    return (" ".join(names),)


async def _terminated(service: str, scene: Scene) -> Targets:
    name = scene.replica(service)
    await scene.burst(2)
    await scene.sometime(0.2, 2.0)
    await scene.chaos.kill(name, signal.SIGTERM)
    return (name,)


async def _frozen(service: str, scene: Scene) -> Targets:
    name = scene.replica(service)
    await scene.burst(1)
    await scene.sometime(0.0, 1.0)
    await scene.chaos.kill(name, signal.SIGSTOP)
    await asyncio.sleep(FROZEN_SECONDS)
    await scene.chaos.kill(name, signal.SIGCONT)
    return (name,)
