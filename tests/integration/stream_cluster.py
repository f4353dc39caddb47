"""Processes of a stream service on a real broker, what is fed to them, and what they must hold in the end."""

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from ap_domain.desired_state import DesiredState, FlowState
from chassis.errors import NotDurable
from chassis.producer import DurableProducer
from chassis.records import DESIRED_STATE
from chassis.topic_admin import TopicAdmin
from chassis.topic_scan import Scanned, scan
from devstack.kafka import KafkaNode
from kafka import KafkaAdminClient

from tests.integration import stream_process
from tests.integration.stream_process import Highest

PARTITIONS = 12
ALL = frozenset(range(PARTITIONS))
KEYS = json.dumps({"k": base64.b64encode(b"1" * 32).decode()})
SECONDS = 90.0
"""Bound of every wait; a shared machine is slow at times."""
MUST_NOT_GO_ON = 70
"""Exit status of a process that ends because going on could do harm."""

Interval = tuple[float, float]


async def until(condition: Callable[[], bool], what: str, *, within: float = SECONDS) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        await asyncio.sleep(0.05)


@dataclass(kw_only=True)
class Replica:
    """A process, the ones started after its end, and what they said of themselves."""

    directory: Path
    argv: Sequence[str]
    env: Mapping[str, str]
    child: subprocess.Popen[bytes] = field(init=False)
    _started_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Starts it, again if it has ended."""
        self._started_at = time.monotonic()
        with (self.directory / "log").open("ab") as output:
            self.child = subprocess.Popen(  # noqa: S603 - our own process
                self.argv, stdout=output, stderr=subprocess.STDOUT, env=self.env
            )

    def seen(self) -> list[dict[str, Any]]:
        path = self.directory / "seen.jsonl"
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    @property
    def owned(self) -> frozenset[int]:
        """By its last look; nothing if it has ended, or has not looked since it was started."""
        return frozenset(self._last["owned"])

    @property
    def held(self) -> int:
        """Keys of the shards it owns."""
        return int(self._last["held"])

    @property
    def _last(self) -> dict[str, Any]:
        seen = [] if self.child.poll() is not None else self.seen()
        return seen[-1] if seen and seen[-1]["at"] > self._started_at else {"owned": (), "held": 0}

    def intervals(self, shard: int) -> list[Interval]:
        """When it held itself for the shard's owner: from a look that said so to the next one that did."""
        return [
            (one["at"], next_one["at"])
            for one, next_one in pairwise(self.seen())
            if shard in one["owned"] and shard in next_one["owned"]
        ]

    def send(self, number: signal.Signals) -> None:
        self.child.send_signal(number)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit status."""
        if self.child.poll() is None:
            self.send(number)
        await until(lambda: self.child.poll() is not None, "the process ends")
        return self.child.returncode

    def log(self) -> str:
        return (self.directory / "log").read_text()


@dataclass(kw_only=True)
class Cluster:
    """One service's topics, its processes, and the model: the highest version of every key that was fed."""

    node: KafkaNode
    directory: Path
    service: Highest
    producer: DurableProducer
    replicas: list[Replica] = field(default_factory=list)
    model: dict[bytes, int] = field(default_factory=dict)
    _numbers: int = 0

    def start(self) -> Replica:
        directory = self.directory / f"replica-{len(self.replicas)}"
        directory.mkdir()
        settings = {
            "APSTREAM_KAFKA_BOOTSTRAP": self.node.bootstrap,
            "APSTREAM_PARTITIONS": str(PARTITIONS),
            "APSTREAM_KEYS": KEYS,
        }
        replica = Replica(
            directory=directory,
            argv=[sys.executable, stream_process.__file__, str(directory), self.service.name],
            env={**os.environ, **settings},
        )
        self.replicas.append(replica)
        return replica

    @asynccontextmanager
    async def supervised(self) -> AsyncIterator[None]:
        """Whatever ends because it must not go on, at whatever time, is started again, as anywhere."""

        async def look() -> None:
            while True:
                for replica in self.replicas:
                    if (status := replica.child.poll()) is not None:
                        assert status == MUST_NOT_GO_ON, replica.log()[-3000:]
                        replica.start()
                await asyncio.sleep(0.5)

        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(look())
            try:
                yield
            finally:
                looking.cancel()

    async def feed(self, count: int) -> None:
        """New keys, and every third one an overwrite; to both topics, in all shards."""
        await asyncio.gather(*(self._feed_one() for _ in range(count)))

    async def feed_until(self, done: asyncio.Event) -> None:
        """Feeds small portions, also while the broker is away."""
        while not done.is_set():
            await self.feed(30)
            await asyncio.sleep(0.1)

    async def _feed_one(self) -> None:
        number = self._numbers = self._numbers + 1
        key = b"%d" % (number - 12 if number % 3 == 0 and number > 12 else number)
        shard = int(key) % PARTITIONS
        topic = self.service.first if int(key) % 2 else self.service.second
        state = DesiredState(
            connection_id="c",
            flow="f",
            state=FlowState.RUNNING,
            version=number,
            connection_version=1,
            reason="r",
            actor="a",
            at=datetime.now(UTC),
        )
        self.model[key] = number
        while True:
            try:
                await self.producer.send(
                    topic=topic.name, partition=shard, key=key, value=DESIRED_STATE.encode(state)
                )
            except NotDurable:
                continue
            return

    async def owned_by(self, *replicas: Replica, within: float = SECONDS) -> None:
        """Waits until these own all shards between them, each one some."""

        def divided() -> bool:
            parts = [replica.owned for replica in replicas]
            return all(parts) and frozenset().union(*parts) == ALL and sum(map(len, parts)) == PARTITIONS

        await until(divided, f"{len(replicas)} replicas own all shards", within=within)

    async def table(self) -> dict[bytes, int]:
        """The table as its changelog has it: what the next owner would recover."""
        held: dict[bytes, int] = {}

        def take(record: Scanned) -> None:
            if record.value is None:
                held.pop(record.key, None)
            else:
                held[record.key] = DESIRED_STATE.decode(record.value).version

        await self._scan([self.service.changelog.name], take)
        return held

    async def behind_the_offsets(self) -> list[str]:
        """Records below the committed offsets whose effect the table does not have. There must be none."""
        committed = await asyncio.to_thread(self._committed)
        table = await self.table()
        lost: list[str] = []

        def take(record: Scanned) -> None:
            done = record.offset < committed.get((record.topic, record.partition), 0)
            if done and record.value is not None:
                version = DESIRED_STATE.decode(record.value).version
                if table.get(record.key, -1) < version:
                    lost.append(f"{record.topic}/{record.partition}/{record.offset}")

        await self._scan([self.service.first.name, self.service.second.name], take)
        assert committed, "nothing was committed: the check proves nothing"
        return lost

    async def whole(self, *replicas: Replica, within: float = SECONDS) -> None:
        """Waits until these hold as many keys as the model; then compares the table with it."""
        await until(
            lambda: sum(replica.held for replica in replicas) == len(self.model),
            f"{len(self.model)} keys are held",
            within=within,
        )
        deadline = time.monotonic() + within
        while (table := await self.table()) != self.model:
            assert time.monotonic() < deadline, {
                key: (version, table.get(key))
                for key, version in self.model.items()
                if table.get(key) != version
            }
            await asyncio.sleep(0.2)

    async def _scan(self, topics: list[str], take: Callable[[Scanned], None]) -> None:
        await scan(bootstrap=self.node.bootstrap, topics=topics, partition=None, take=take, within=SECONDS)

    def _committed(self) -> dict[tuple[str, int], int]:
        admin = KafkaAdminClient(bootstrap_servers=self.node.bootstrap)
        try:
            found = admin.list_group_offsets([self.service.name])
        finally:
            admin.close()
        return {
            (topic_partition.topic, topic_partition.partition): place.offset
            for topic_partition, place in found[self.service.name].items()
        }


def make_topics(node: KafkaNode, service: Highest) -> None:
    with TopicAdmin(bootstrap=node.bootstrap, partitions=PARTITIONS, catalogue=service.topics) as admin:
        admin.apply()


def overlaps(
    one: Replica, other: Replica, *, leave_out: Interval | None = None
) -> list[tuple[int, Interval]]:
    """Times at which both held themselves for owners of a shard, those around ``leave_out`` left out."""
    found = []
    for shard in ALL:
        for begin, end in one.intervals(shard):
            if leave_out is not None and begin < leave_out[1] and end > leave_out[0]:
                continue
            found += [
                (shard, (begin, end))
                for begin_2, end_2 in other.intervals(shard)
                if begin < end_2 and begin_2 < end
            ]
    return found
