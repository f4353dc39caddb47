"""A position moves only once nothing can undo what was committed: a crash may have lost its markers."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from aiokafka.structs import TopicPartition
from chassis.streams.app_marked import RELEASE_SECONDS, until_marked

from .one_shard import FIRST, TABLE, Clock, MakeShard, MemoryLog, incoming

PLACE = TopicPartition("changelog", 3)


async def test_a_position_waits_for_the_marker_of_what_was_committed(
    make_shard: MakeShard, log: MemoryLog, clock: Clock
) -> None:
    shard = make_shard()
    shard.start({})
    log.loses_markers = True
    writing = asyncio.create_task(shard.run())
    shard.hand(FIRST.name, 7)
    shard.take(incoming(7, version=1))
    async with asyncio.timeout(5):
        while log.asked < 3:
            await asyncio.sleep(0.01)
        assert (log.table(), shard.positions) == ({b"k": 1}, {})
        log.loses_markers = False
        clock.seconds += RELEASE_SECONDS + 1
        await shard.drained()
    assert shard.positions == {FIRST.name: 8}
    assert [record.kind for record in log.transactions[-1]] == ["owner"], (
        "a mark releases what lacks its marker"
    )
    assert {record.topic for record in log.transactions[-1]} == {TABLE.name}
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing


@pytest.mark.parametrize(("late", "releases"), [(1.0, 0), (RELEASE_SECONDS + 1, 1)])
async def test_what_releases_is_written_only_after_a_while(late: float, releases: int) -> None:
    clock, released, asked = Clock(), 0, 0

    async def stable(places: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        nonlocal asked
        asked += 1
        clock.seconds += late
        return dict.fromkeys(places, 10 if asked == 3 else 9)

    async def release() -> None:
        nonlocal released
        released += 1

    await until_marked({PLACE: 10}, stable=stable, release=release, clock=clock)
    assert (asked, released > 0) == (3, releases > 0)


async def test_where_nothing_was_written_nothing_is_asked_again() -> None:
    async def stable(places: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        return dict.fromkeys(places, 10)

    async def release() -> None:
        raise AssertionError

    await until_marked({PLACE: 10}, stable=stable, release=release, clock=Clock())
