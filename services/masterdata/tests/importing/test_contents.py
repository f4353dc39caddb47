"""Reading contents back: who waits for others loses none of its time, and a limit brings what was reached."""

import asyncio
from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from ap_domain.masterdata.record import MasterRecord
from chassis.errors import NotAnswered
from chassis.records import MASTER_RECORD
from masterdata import kafka_contents
from masterdata.kafka_contents import KafkaContents

from .virtual_time import START, in_virtual_time, this_loop

RECORDS = {
    offset: MASTER_RECORD.encode(
        MasterRecord(
            connection_id="acme", entity="accounts", external_code=str(offset), active=True, content="0123456789",
            digest="d", problems=(), source="", poll_id="p", poll_offset=0, read_at=START,
        )
    )
    for offset in (*range(5), *range(1000, 1005))
}  # fmt: skip


class SlowLog:
    """A partition of two runs, each fetch of which takes its time; `fetches` are the offsets it began at."""

    def __init__(self, **_: object) -> None:
        self.at = 0
        self.fetches: list[int] = []

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def assign(self, partitions: Sequence[TopicPartition]) -> None: ...

    def pause(self, *partitions: TopicPartition) -> None: ...

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.at = offset

    async def position(self, partition: TopicPartition) -> int:
        return self.at

    async def beginning_offsets(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    async def end_offsets(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        return dict.fromkeys(partitions, 1005)

    async def getmany(
        self, partition: TopicPartition, *, timeout_ms: int, max_records: int
    ) -> Mapping[TopicPartition, Sequence[SimpleNamespace]]:
        began, seconds = self.at, 6.0
        self.fetches.append(began)
        await asyncio.sleep(seconds)
        found = [offset for offset in RECORDS if began <= offset < began + 5]
        self.at = began + 5
        return {partition: [SimpleNamespace(offset=offset, value=RECORDS[offset]) for offset in found]}


@pytest.fixture
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_contents, "AIOKafkaConsumer", SlowLog)
    monkeypatch.setattr(kafka_contents, "monotonic", lambda: this_loop().time())


@pytest.mark.usefixtures("_slow")
def test_waiting_for_others_takes_nothing_of_the_time_of_a_read() -> None:
    async def main() -> None:
        contents = KafkaContents(bootstrap="", timeout=10)
        found = await asyncio.gather(
            *(contents.read(shard=0, offsets=[1, 3], most_bytes=10_000) for _ in range(5))
        )
        assert [sorted(each) for each in found] == [[1, 3]] * 5

    in_virtual_time(main())


@pytest.mark.usefixtures("_slow")
def test_a_read_that_runs_out_of_time_gives_what_it_reached() -> None:
    async def main() -> None:
        contents = KafkaContents(bootstrap="", timeout=10)
        found = await contents.read(shard=0, offsets=[1, 3, 1002], most_bytes=10_000)
        assert sorted(found) == [1, 3]
        with pytest.raises(NotAnswered):
            await KafkaContents(bootstrap="", timeout=5).read(shard=0, offsets=[1], most_bytes=10_000)

    in_virtual_time(main())
