"""The broker goes away: in good order, in the middle of commits, for a second or for a minute."""

import asyncio
import signal
from functools import partial

from tests.chaos.markers import skipped

from .fault import Fault, Scene, Targets

KILLS, MOST_KILLS = 2, 5
"""The second while the run has not met committed records without markers yet."""
BURST = 8
STUCK_AFTER = 120.0
UP_WITHIN = 150.0
"""After a kill the broker goes over all its logs before it serves."""


def restarted() -> Fault:
    """Shut down in good order and started again."""
    return Fault(name="broker restart", inject=_restarted, stuck_after=STUCK_AFTER)


def killed(times: int = KILLS, most: int = MOST_KILLS) -> Fault:
    """SIGKILL under a burst of commits, several times in a row; at `most` so often that markers are lost."""
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
        await kafka.kill(signal.SIGKILL)
        await kafka.start(within=UP_WITHIN)
        kills += 1
    return ("broker",) * kills
