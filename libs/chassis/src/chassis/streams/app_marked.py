"""Waiting until what was committed can be read, which a commit alone does not say.

A commit is answered when the coordinator has written it down, and a broker that crashes then may lose the markers. The
next marker of the producer decides about those records too; if that is an abort, they are gone. A position in the group
that was past them by then would let nobody take their inputs in again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiokafka.structs import TopicPartition

from chassis.ledger.ports import Clock

__all__ = ["Stable", "until_marked"]

Stable = Callable[[Sequence[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]
"""The last stable offsets of partitions. Raises Unknown."""

RELEASE_SECONDS = 5.0
"""So long markers may take; then something small is committed, whose marker decides about what is before it."""
_SOON, _LATER = 0.002, 0.1


async def until_marked(
    ends: Mapping[TopicPartition, int],
    *,
    stable: Stable,
    release: Callable[[], Awaitable[object]],
    clock: Clock,
) -> None:
    """Returns once every partition is stable up to its end. Raises what `stable` and `release` raise; not bounded."""
    since, pause = clock.monotonic(), _SOON
    while True:
        found = await stable(list(ends)) if ends else {}
        if all(found[each] >= end for each, end in ends.items()):
            return
        if clock.monotonic() - since > RELEASE_SECONDS:
            await release()
            since = clock.monotonic()
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LATER)
