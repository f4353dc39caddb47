"""Calls the checker on a running stack. The checker itself imports nothing of ours."""

import asyncio
from dataclasses import replace

from .checker import Verdict, Where, gather, verdict
from .stack import ChaosStack


async def judged(chaos: ChaosStack, *, at_rest: bool) -> Verdict:
    """What the evidence says at this moment. The judging runs in a thread: the lines must go on passing bytes."""
    where = replace(Where.of_run(chaos.run_dir), secrets=chaos.secrets)
    evidence = await gather(where)
    return await asyncio.to_thread(verdict, evidence, at_rest=at_rest)
