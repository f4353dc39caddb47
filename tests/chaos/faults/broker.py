"""The broker goes away: in good order, in the middle of commits, for a second or for a minute."""

import asyncio
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.chaos.markers import skipped
from tests.chaos.stack import LEDGERS

from .fault import Fault, Scene, Targets

KILLS, MOST_KILLS = 2, 5
"""The second while the run has not met committed records without markers yet."""
BURST = 8
COMMITS_WITHIN, _LOOK = 10.0, 0.0003
STUCK_AFTER = 120.0
UP_WITHIN = 150.0
"""After a kill the broker goes over all its logs before it serves."""


def restarted() -> Fault:
    """Shut down in good order and started again."""
    return Fault(name="broker restart", inject=_restarted, stuck_after=STUCK_AFTER)


def killed(times: int = KILLS, most: int = MOST_KILLS) -> Fault:
    """SIGKILL under a burst, in the moment in which a ledger hears of its commit, whose markers are under way; several
    times in a row; at `most` so often that markers are lost.
    """
    inject = partial(_killed, times, most)
    return Fault(name="broker SIGKILL in commits", inject=inject, stuck_after=STUCK_AFTER)


def away(seconds: float) -> Fault:
    """Killed, and not there for a while."""

    async def inject(scene: Scene) -> Targets:
        await scene.chaos.kill("kafka")
        await asyncio.sleep(seconds)
        await scene.chaos.stack.kafka.start(within=UP_WITHIN)
        return ("broker",)

    return Fault(name=f"broker away {seconds:.0f} s", inject=inject, stuck_after=STUCK_AFTER)


async def _restarted(scene: Scene) -> Targets:
    await scene.sometime(0.0, 1.0)
    await scene.chaos.stack.kafka.restart(within=UP_WITHIN)
    return ("broker",)


async def _killed(times: int, most: int, scene: Scene) -> Targets:
    kafka, log = scene.chaos.stack.kafka, scene.chaos.run_dir / "logs" / "kafka.log"
    kills = 0
    while kills < times or (kills < most and not skipped(log)):
        if kills:
            await scene.sometime(1.0, 4.0)
        await scene.burst(BURST)
        await scene.sometime(0.2, 2.5)
        await _kill_in_a_commit(scene)
        await kafka.start(within=UP_WITHIN)
        kills += 1
    return ("broker",) * kills


async def _kill_in_a_commit(scene: Scene) -> None:
    chaos, kafka = scene.chaos, scene.chaos.stack.kafka
    chaos.commit.unlink(missing_ok=True)
    try:
        await asyncio.to_thread(_kill_once, chaos.commit, partial(kafka.process.signal, signal.SIGKILL))
    finally:
        chaos.commit.touch()
        for name in (name for service in LEDGERS for name in chaos.services[service]):
            await chaos.kill(name, signal.SIGCONT)
    await kafka.kill(signal.SIGKILL)


def _kill_once(commit: Path, kill: Callable[[], None]) -> None:
    """In a thread of its own: the markers are out within some milliseconds."""
    ends = time.monotonic() + COMMITS_WITHIN
    while not commit.exists() and time.monotonic() < ends:
        time.sleep(_LOOK)
    kill()
