"""The ledger's ports on real Kafka keep the contract that the simulation assumes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import NoReturn

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from chassis.ledger.kafka_log import LARGEST, KafkaLog
from chassis.ledger.kafka_member import KafkaMember
from chassis.ledger.kafka_reader import KafkaReader, Watermarks
from chassis.ledger.ports import Fenced, LogRecord, Refused, Unknown
from chassis.ledger.transaction import GroupRefused, commit
from chassis.ledger.worker import TopicPartition
from devstack.kafka import KafkaNode

pytestmark = pytest.mark.asyncio(loop_scope="module")

PARTITIONS = 2
BOUND = 90.0
"""Seconds; of whatever should come at once."""
_numbers = count(1)


class Cluster:
    """A running node, and topics that no other test uses."""

    def __init__(self, node: KafkaNode, watermarks: Watermarks) -> None:
        self.bootstrap = node.bootstrap
        self.watermarks = watermarks
        self.reader = KafkaReader(bootstrap=node.bootstrap, watermarks=watermarks, bound=BOUND)

    async def topic(self, **configs: str) -> str:
        name = f"topic-{next(_numbers)}"
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            made = NewTopic(name, num_partitions=PARTITIONS, replication_factor=1, topic_configs=configs)
            await admin.create_topics([made])
        finally:
            await admin.close()
        return name

    def log(self, name: str) -> KafkaLog:
        return KafkaLog(bootstrap=self.bootstrap, transactional_id=name, start_seconds=BOUND)

    async def read(self, topic: str, *, until: int | None = None) -> list[LogRecord]:
        end = await self.reader.high_watermark(topic, 0) if until is None else until
        return [record async for record in self.reader.read(topic, 0, until=end)]

    def member(
        self, topics: Sequence[str], *, group: str, partitions: int = PARTITIONS
    ) -> tuple[KafkaMember, "Deaths"]:
        deaths = Deaths()
        member = KafkaMember(
            bootstrap=self.bootstrap,
            group=group,
            client_id=group,
            watermarks=self.watermarks,
            partitions=dict.fromkeys(topics, partitions),
            die=deaths,
        )
        return member, deaths


class Died(Exception):
    """The process would have ended here."""


class Deaths:
    """Stands for the end of the process; keeps the reason."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def __call__(self, reason: str) -> NoReturn:
        self.reasons.append(reason)
        raise Died(reason)


class Assigned:
    """A listener that pauses what it is given, as the worker does."""

    def __init__(self, member: KafkaMember, *, failing: bool = False) -> None:
        self._member = member
        self._failing = failing
        self.partitions: set[TopicPartition] = set()
        self.told = asyncio.Event()

    async def revoked(self) -> None:
        self.partitions = set()

    async def assigned(self, partitions: Sequence[TopicPartition]) -> None:
        self._member.pause(partitions)
        self.partitions = set(partitions)
        self.told.set()
        if self._failing:
            raise ValueError("an owner could not be made")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def cluster(kafka: KafkaNode) -> AsyncIterator[Cluster]:
    async with Watermarks(bootstrap=kafka.bootstrap) as watermarks:
        yield Cluster(kafka, watermarks)


def record(topic: str, value: bytes = b"value", *, key: bytes = b"key", kind: str = "") -> LogRecord:
    return LogRecord(
        topic=topic, partition=0, key=key, value=value, kind=kind, headers={"traceparent": b"00-a-b-01"}
    )


async def test_a_commit_shows_all_its_records_with_kind_and_headers(cluster: Cluster) -> None:
    first, second = await cluster.topic(), await cluster.topic()
    log = cluster.log("visible")
    await log.initialise()
    wrote = [record(first, b"one"), record(first, b"two", kind="position"), record(second, b"three")]
    assert await commit(log, wrote, bound=BOUND) == (0, 1, 0)
    found = await cluster.read(first)
    assert [(each.value, each.kind, each.offset) for each in found] == [
        (b"one", "", 0),
        (b"two", "position", 1),
    ]
    assert found[0].headers == {"traceparent": b"00-a-b-01"}
    assert [each.value for each in await cluster.read(second)] == [b"three"]
    await log.close()
    await log.close()


async def test_one_refused_record_leaves_nothing_of_its_transaction(cluster: Cluster) -> None:
    wide, narrow = await cluster.topic(), await cluster.topic(**{"max.message.bytes": "1000"})
    log = cluster.log("refused")
    await log.initialise()
    with pytest.raises(GroupRefused):
        await commit(log, [record(wide, b"fine"), record(narrow, b"x" * 5000)], bound=BOUND)
    await commit(log, [record(wide, b"later")], bound=BOUND)
    assert [each.value for each in await cluster.read(wide)] == [b"later"]
    assert await cluster.read(narrow) == []
    await log.close()


async def test_what_is_too_large_is_refused_before_it_is_sent(cluster: Cluster) -> None:
    topic = await cluster.topic()
    log = cluster.log("large")
    await log.initialise()
    await log.begin()
    with pytest.raises(Refused):
        await log.send(record(topic, b"x" * (LARGEST + 1)))
    await log.abort()
    large = LARGEST - 200
    await commit(log, [record(topic, b"x" * large)], bound=BOUND)
    assert [len(each.value) for each in await cluster.read(topic)] == [large]
    await log.close()


async def test_a_second_initialise_fences_the_first_for_ever(cluster: Cluster) -> None:
    topic = await cluster.topic()
    former, latter = cluster.log("fenced"), cluster.log("fenced")
    await former.initialise()
    await commit(former, [record(topic, b"former")], bound=BOUND)
    await latter.initialise()
    with pytest.raises(Fenced):
        await commit(former, [record(topic, b"zombie")], bound=BOUND)
    for _ in range(2):
        with pytest.raises(Fenced):
            await former.begin()
    await commit(latter, [record(topic, b"latter")], bound=BOUND)
    assert [each.value for each in await cluster.read(topic)] == [b"former", b"latter"]
    await former.close()
    await latter.close()


async def test_an_initialise_aborts_what_the_former_had_open(cluster: Cluster) -> None:
    topic = await cluster.topic()
    former, latter = cluster.log("open"), cluster.log("open")
    await former.initialise()
    await former.begin()
    assert await (await former.send(record(topic, b"open"))) == 0
    assert await cluster.reader.last_stable_offset(topic, 0) == 0
    assert await cluster.reader.high_watermark(topic, 0) == 1
    await latter.initialise()
    await commit(latter, [record(topic, b"latter")], bound=BOUND)
    assert [each.value for each in await cluster.read(topic)] == [b"latter"]
    with pytest.raises(Fenced):
        await former.commit()
    await former.close()
    await latter.close()


async def test_the_stable_offset_stays_below_what_is_open_and_dangling_shows_it(cluster: Cluster) -> None:
    topic = await cluster.topic()
    log = cluster.log("watermarks")
    await log.initialise()
    await commit(log, [record(topic)], bound=BOUND)
    member, _ = cluster.member([topic], group="watermarks")
    both = [(topic, 0), (topic, 1)]
    assert await member.dangling(both) == {}
    await log.begin()
    await (await log.send(record(topic)))
    assert await cluster.reader.last_stable_offset(topic, 0) == 2
    assert await cluster.reader.high_watermark(topic, 0) == 3
    assert await member.dangling(both) == {(topic, 0): 2}
    await log.commit()
    async with asyncio.timeout(BOUND):
        while await member.dangling(both):
            await asyncio.sleep(0.05)
    await log.close()


async def test_a_read_ends_at_until_although_markers_and_aborted_records_lie_there(cluster: Cluster) -> None:
    topic = await cluster.topic()
    log = cluster.log("until")
    await log.initialise()
    await commit(log, [record(topic, b"1"), record(topic, b"2")], bound=BOUND)
    await log.begin()
    await (await log.send(record(topic, b"aborted")))
    await log.abort()
    assert [each.value for each in await cluster.read(topic)] == [b"1", b"2"]
    assert await cluster.read(await cluster.topic()) == []
    await log.close()


async def test_a_read_that_cannot_reach_until_is_unknown(cluster: Cluster) -> None:
    topic = await cluster.topic()
    reader = KafkaReader(bootstrap=cluster.bootstrap, watermarks=cluster.watermarks, bound=1)
    log = cluster.log("unreachable")
    await log.initialise()
    await log.begin()
    await (await log.send(record(topic)))
    with pytest.raises(Unknown):
        _ = [each async for each in reader.read(topic, 0, until=1)]
    await log.abort()
    await log.close()


async def test_a_member_gets_nothing_until_it_resumes_and_then_from_where_it_sought(cluster: Cluster) -> None:
    topic = await cluster.topic()
    log = cluster.log("member")
    await log.initialise()
    await commit(log, [record(topic, str(number).encode()) for number in range(5)], bound=BOUND)
    await commit(log, [record(topic, b"", key=b"gone"), record(topic, b"{}", kind="owner")], bound=BOUND)
    member, deaths = cluster.member([topic], group="member")
    listener = Assigned(member)
    await member.join([topic], listener)
    async with asyncio.timeout(BOUND):
        while not listener.told.is_set():
            assert await member.poll() == []
    for _ in range(2):
        assert await member.poll() == []
    assert member.joined
    assert member.assignment() == {(topic, 0), (topic, 1)}
    await member.seek((topic, 0), 2)
    await member.seek((topic, 1), None)
    member.resume([(topic, 0), (topic, 1)])
    found: list[LogRecord] = []
    async with asyncio.timeout(BOUND):
        while len(found) < 3:
            found += await member.poll()
    assert [each.value for each in found] == [b"2", b"3", b"4"]
    assert await member.poll() == []
    assert deaths.reasons == []
    await member.leave()
    await log.close()


async def test_what_goes_wrong_in_a_rebalance_ends_the_process(cluster: Cluster) -> None:
    topic = await cluster.topic()
    member, deaths = cluster.member([topic], group="failing")
    listener = Assigned(member, failing=True)
    await member.join([topic], listener)
    async with asyncio.timeout(BOUND):
        while not deaths.reasons:
            await asyncio.sleep(0.05)
    assert "an owner could not be made" in deaths.reasons[0]
    await member.leave()


async def test_a_topic_that_is_missing_or_cut_otherwise_is_named_at_the_start(cluster: Cluster) -> None:
    topic = await cluster.topic()
    member, _ = cluster.member([topic], group="counts", partitions=PARTITIONS + 1)
    with pytest.raises(Unknown, match=f"{topic} has {PARTITIONS} partitions, wanted {PARTITIONS + 1}"):
        await member.join([topic], Assigned(member))
    await member.leave()
    other, _ = cluster.member(["no-such-topic"], group="missing")
    with pytest.raises(Unknown, match="no-such-topic does not exist"):
        await other.join(["no-such-topic"], Assigned(other))
    await other.leave()
