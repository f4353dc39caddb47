"""What the simulation found of one process that leaves while the group is still rebalancing."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from chassis.ledger.policy import Policy
from chassis.ledger.ports import LogRecord
from chassis.ledger.worker import Assignments, LedgerWorker, TopicPartition

from .sim_loop import SimLoop
from .sim_ports import SimClock, SimSignals


class LateMember:
    """Is assigned a partition while it leaves."""

    def __init__(self) -> None:
        self.listener: Assignments | None = None
        self.paused: list[TopicPartition] = []

    async def join(self, topics: Sequence[str], listener: Assignments) -> None:
        self.listener = listener

    async def poll(self) -> Sequence[LogRecord]:
        await asyncio.sleep(0)
        return ()

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset()

    def pause(self, partitions: Iterable[TopicPartition]) -> None:
        self.paused += partitions

    def resume(self, partitions: Iterable[TopicPartition]) -> None: ...

    async def seek(self, partition: TopicPartition, offset: int | None) -> None: ...

    async def dangling(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {}

    async def leave(self) -> None:
        assert self.listener is not None
        await self.listener.assigned([("inputs", 0)])


async def test_who_leaves_takes_nothing_over() -> None:
    """Its calls would begin and nobody would wait for them."""
    loop = SimLoop(1)
    made: list[int] = []

    def make_owner(partition: int) -> Any:
        made.append(partition)
        raise AssertionError(partition)

    def die(reason: str) -> NoReturn:
        raise AssertionError(reason)

    member = LateMember()
    worker: LedgerWorker[Any] = LedgerWorker(
        member=member,
        inputs=("inputs",),
        written=("ledger",),
        make_owner=make_owner,
        clock=SimClock(loop, loop.world),
        signals=SimSignals(),
        policy=Policy(),
        die=die,
    )
    stop = asyncio.Event()
    stop.set()
    await worker.run(stop)
    assert (made, member.paused) == ([], [("inputs", 0)])
