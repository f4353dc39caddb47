"""What stands for Faust's threads and messages, and the partitions they are about."""

import sys
from collections.abc import Mapping
from typing import Any, NoReturn, cast

from aiokafka import TopicPartition
from chassis.streams.app_consumer import Fetched, ShardConsumer
from chassis.streams.app_shards import OwnShards
from faust.types import TP

from .one_shard import FIRST, SECOND, TABLE, incoming

TP_FIRST = TP(FIRST.name, 3)
ASSIGNED = [TopicPartition(FIRST.name, 3), TopicPartition(SECOND.name, 3)]


class Died(Exception):
    """The process would have ended here."""


def die(reason: str) -> NoReturn:
    raise Died(reason)


class Ends:
    """Watermarks: every followed partition ends at 0, and a changelog is stable to its end."""

    async def stable(self, partitions: Any) -> dict[Any, int]:
        return {each: sys.maxsize if each.topic == TABLE.name else 0 for each in partitions}


async def nothing_to_recover(partitions: Any, apply: Any) -> int:
    return 0


class Thread:
    """Stands for the consumer thread: what was committed and sought."""

    def __init__(self) -> None:
        self.commits: list[dict[TP, int]] = []
        self.accepts = True
        self.sought: list[Mapping[TP, int] | None] = []
        self.fetched = Fetched()

    def assignment(self) -> set[TP]:
        return {TP(*each) for each in ASSIGNED}

    async def commit(self, offsets: dict[TP, int]) -> bool:
        self.commits.append(dict(offsets))
        return self.accepts

    async def seek_to(self, wanted: Mapping[TP, int] | None) -> dict[TP, int]:
        self.sought.append(wanted)
        return dict(wanted or {TP(*each): 0 for each in ASSIGNED})


def thread(consumer: ShardConsumer) -> Thread:
    return cast("Thread", consumer._thread)


async def give(shards: OwnShards, offset: int) -> None:
    """One record, taken in."""
    shard = shards.shard(3)
    assert shard is not None
    shard.hand(FIRST.name, offset)
    shards.take(incoming(offset, version=offset + 1))


async def durable(shards: OwnShards) -> None:
    await shards.drain()


class Message:
    """What Faust acknowledges."""

    acked = False
    topic, partition, offset, tp = FIRST.name, 3, 0, TP_FIRST
