"""What one process takes in, where it reads from, and which shards it owns."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import TopicPartition
from chassis.streams.app import StreamApp
from chassis.streams.app_consumer import Fetched, ShardConsumer
from chassis.streams.app_shards import OwnShards
from faust.types import TP

from .faust_member import ASSIGNED, TP_FIRST, Died, thread
from .one_shard import FIRST, SECOND, Clock


async def test_a_record_says_by_its_header_that_it_is_the_ledger_s_own(
    app: StreamApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Event:
        def __init__(self, headers: Any) -> None:
            self.message = SimpleNamespace(
                topic=FIRST.name, partition=3, offset=0, key=b"k", value=b"v", headers=headers
            )

    class Stream:
        def noack(self) -> "Stream":
            return self

        async def events(self) -> AsyncIterator[Event]:
            for headers in ((), None, (("kind", b"owner"),), (("traceparent", b"t"), ("kind", b"position"))):
                yield Event(headers)

    taken: list[str] = []
    monkeypatch.setattr(app._shards, "take", lambda incoming: taken.append(incoming.kind))
    await app._take(Stream())
    assert taken == ["", "", "owner", "position"]


async def test_a_service_of_fausts_that_crashes_ends_the_process(app: StreamApp) -> None:
    with pytest.raises(Died, match="boom"):
        await app.crash(ValueError("boom"))


async def test_a_partition_without_a_committed_position_is_read_from_the_beginning(app: StreamApp) -> None:
    class Client:
        def __init__(self) -> None:
            self.sought: dict[TopicPartition, int] = {}

        def assignment(self) -> set[TopicPartition]:
            return set(ASSIGNED)

        async def committed(self, partition: TopicPartition) -> int | None:
            return 2 if partition.topic == SECOND.name else None

        async def beginning_offsets(self, partitions: Any) -> dict[TopicPartition, int]:
            return dict.fromkeys(partitions, 5)

        def seek(self, partition: TopicPartition, offset: int) -> None:
            self.sought[partition] = offset

    client = Client()
    member = cast("ShardConsumer", app.consumer)._thread
    member._consumer = cast("Any", client)
    assert set((await member._seek_to(None)).values()) == {5}, "what is deleted cannot be read either"
    assert set(client.sought) == set(ASSIGNED)
    member.thread_loop.close()


async def test_records_fetched_out_of_turn_are_dropped_and_read_again(
    consumer: ShardConsumer, shards: OwnShards, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shards.assigned(ASSIGNED)
    await consumer.perform_seek()
    handed: list[int] = []

    class Record:
        def __init__(self, offset: int) -> None:
            self.offset = offset

    async def callback(message: int) -> None:
        handed.append(message)

    consumer.callback = cast("Any", callback)
    monkeypatch.setattr(consumer, "_to_message", lambda tp, record: record.offset)

    def fetched(before: int, *offsets: int, after: int) -> Fetched:
        return Fetched(
            records={TP_FIRST: [Record(each) for each in offsets]},
            before={TP_FIRST: before, TP(SECOND.name, 3): 0},
            after={TP_FIRST: after},
        )

    await consumer._hand(fetched(0, 0, 1, after=2), 1)
    await consumer._hand(fetched(4, 4, 5, after=6), 1)
    assert handed == [0, 1]
    assert thread(consumer).sought[-1] == {TP_FIRST: 2}
    await consumer._hand(fetched(2, 2, 3, after=9), 1)
    await consumer._hand(fetched(9, 9, after=10), 1)
    assert handed == [0, 1, 2, 3, 9]


async def test_partitions_of_one_shard_at_two_processes_end_this_one(shards: OwnShards) -> None:
    with pytest.raises(Died, match=r"partition 3 of \['second'\] went to another process"):
        await shards.assigned(ASSIGNED[:1])


async def test_one_that_stood_still_owns_nothing(shards: OwnShards, clock: Clock) -> None:
    await shards.assigned(ASSIGNED)
    shard = shards.shard(3)
    assert shard is not None
    shards.pulse.beat()
    for topic in (FIRST.name, SECOND.name):
        shard.read_to(topic, 0)
    assert shards.owned() == {3}
    clock.seconds += 6.5
    assert shards.owned() == frozenset()
    shards.pulse.beat()
    assert shards.owned() == frozenset(), "a beat after waking does not hide it"
