"""A PeopleSoft site and Kafka in memory for the poll: the source's groups, the topic, the table that follows it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ap_domain.masterdata import EntityPlan, MasterDataPlan
from ap_domain.masterdata.record import MasterRecord, PublishedRecord
from ap_domain.masterdata.source_rows import SourceGroup
from ap_domain.poll import PollDue, PollKind, PollOutcome, PollReason
from chassis import topics
from chassis.connections import Connection
from chassis.connections.testing import a_connection
from chassis.errors import NotDurable
from chassis.keys import record_key
from chassis.records import MASTER_RECORD
from chassis.streams.poll_port import Polled, Progress
from chassis.streams.testing import MemoryStreams, MovedClock, RunningFlows
from masterdata.poll.adapters.publisher import KafkaPublisher
from masterdata.poll.poller import MasterDataPoller
from masterdata.poll.ports import SourceFailed
from masterdata.poll.tables import PUBLISHED, published

SHARD = 3
NOON = datetime(2026, 6, 20, 12, tzinfo=UTC)
SECTION: dict[str, Any] = {
    "time_zone": "Europe/Berlin",
    "companies": {"SHARE": ["BW00"]},
    "watermark_overlap_seconds": 0,
    "shrink_limit": 0.5,
    "shrink_floor": 2,
    "entities": {"accounts": {"changes": "*/15 * * * *", "full": "30 2 * * *"}},
}
ROW = {
    "SETID": "SHARE",
    "EFFDT": "2020-01-01",
    "EFF_STATUS": "A",
    "STATISTICS_ACCOUNT": "N",
    "BUDGETARY_ONLY": "N",
    "LASTUPDDTTM": "2026-06-01T08:00:00",
}
Cells = dict[str, Any]


def connection(section: Mapping[str, Any] = SECTION, **fields: Any) -> Connection:
    """A live connection whose master data is polled."""
    return a_connection(**({"shard": SHARD, "masterdata": section} | fields))


def account(number: str, **fields: Any) -> Cells:
    """A row of APS_ACCOUNTS."""
    return ROW | {"ACCOUNT": number, "DESCR": f"Account {number}"} | fields


@dataclass(slots=True, kw_only=True)
class Site:
    """Source of one entity: its rows by key, given out in pages. ``before_page`` is told the page's number first."""

    rows: dict[str, list[Cells]] = field(default_factory=dict)
    page: int = 2
    before_page: Callable[[int], None] = lambda _: None
    asked: list[str | None] = field(default_factory=list)
    closed: int = 0

    async def read(
        self,
        connection: Connection,
        plan: MasterDataPlan,
        entity: EntityPlan,
        *,
        since: str | None,
        stepped: Callable[[], None],
    ) -> AsyncGenerator[Sequence[SourceGroup], None]:
        self.asked.append(since)
        try:
            wanted = [key for key in sorted(self.rows) if since is None or self._changed(key) >= since]
            for number, start in enumerate(range(0, len(wanted) + 1, self.page)):
                self.before_page(number)
                await asyncio.sleep(0)  # where a cancellation arrives
                stepped()
                keys = wanted[start : start + self.page]
                yield tuple(self.group(key) for key in keys if key in self.rows)
        finally:
            self.closed += 1

    def group(self, key: str) -> SourceGroup:
        return SourceGroup(main=tuple(dict(row) for row in self.rows[key]))

    def _changed(self, key: str) -> str:
        return max(str(row["LASTUPDDTTM"]) for row in self.rows[key])

    def breaks_at(self, page: int) -> None:
        """The answer to this page is none."""

        def broken(number: int) -> None:
            if number == page:
                raise SourceFailed("the gateway is away")

        self.before_page = broken


@dataclass(slots=True, kw_only=True)
class Kafka:
    """Contents and Publisher. ``durable``: so many records more, then Kafka says nothing more of any."""

    streams: MemoryStreams
    durable: int | None = None
    lost: set[int] = field(default_factory=set)

    async def read(
        self, *, shard: int, offsets: Sequence[int], most_bytes: int
    ) -> Mapping[int, MasterRecord | None]:
        assert list(offsets) == sorted(offsets)
        log = self.streams.topics[topics.MASTER_DATA.name, shard]
        found: dict[int, MasterRecord | None] = {}
        size = 0
        for offset in offsets:
            value = None if offset in self.lost else log[offset][1]
            found[offset] = None if value is None else MASTER_RECORD.decode(value)
            size += len(value or b"")
            if size >= most_bytes:
                break
        return found

    async def publish(self, records: Sequence[MasterRecord], *, shard: int) -> None:
        assert records
        inner = KafkaPublisher(producer=self.streams.producer, owned=self.streams.owned)
        if self.durable is None or len(records) <= self.durable:
            self.durable = None if self.durable is None else self.durable - len(records)
            await inner.publish(records, shard=shard)
            return
        await inner.publish(records[: self.durable], shard=shard)
        self.durable = 0
        raise NotDurable("Kafka is away")


class World:
    """What polls of one connection stand on; `poll` is one of them."""

    def __init__(self, *, entity: str = "accounts", connection: Connection | None = None) -> None:
        self.entity = entity
        self.connection = connection or _CONNECTION
        self.streams = MemoryStreams(tables=(PUBLISHED,), followings=(published,))
        self.streams.own(SHARD)
        self.kafka = Kafka(streams=self.streams)
        self.site = Site()
        self.clock = MovedClock(NOON)
        self.flows = RunningFlows()
        self.polls = 0
        self.watermark: str | None = None
        self.held: int | None = None
        self.progress = Progress()

    async def poll(
        self,
        kind: PollKind = PollKind.FULL,
        *,
        accept_shrink: bool = False,
        subject: str | None = None,
        source: Any = None,
    ) -> Polled:
        """One poll; the watermark, and what was held, are kept as the runner keeps them."""
        self.polls += 1
        self.progress = Progress()
        poller = MasterDataPoller(
            source=source or self.site,
            contents=self.kafka,
            publisher=self.kafka,
            view=self.streams.view,
            flows=self.flows,
            clock=self.clock,
        )
        due = PollDue(
            poll_id=f"poll-{self.polls}",
            connection_id=self.connection.id,
            subject=subject or self.entity,
            kind=kind,
            due_at=self.clock.at,
            reason=PollReason.SCHEDULE,
            actor="test",
            issued_at=self.clock.at,
            accept_shrink=accept_shrink,
            accepted=self.held if accept_shrink else None,
        )
        polled = await poller.poll(
            self.connection,
            due,
            poll_offset=self.polls,
            watermark=self.watermark,
            progress=self.progress,
        )
        if polled.outcome is PollOutcome.COMPLETE:
            self.watermark = polled.watermark
        if polled.outcome is not PollOutcome.FAILED:
            self.held = polled.held
        return polled

    async def complete(self, kind: PollKind = PollKind.FULL, *, accept_shrink: bool = False) -> Polled:
        """A poll that comes to its end."""
        polled = await self.poll(kind, accept_shrink=accept_shrink)
        assert polled.outcome is PollOutcome.COMPLETE, polled.words
        return polled

    def have(self, *numbers: str, **fields: str) -> None:
        """The site has these accounts from here on."""
        for number in numbers:
            self.site.rows[number] = [account(number, **fields)]

    def changed(self) -> list[str]:
        """The records of the last poll."""
        return [record.external_code for record in self.records() if record.poll_offset == self.polls]

    def records(self) -> list[MasterRecord]:
        """All ever published."""
        log = self.streams.topics[topics.MASTER_DATA.name, SHARD]
        values = [value for _, value in log]
        assert None not in values, "nothing is ever deleted"
        return [MASTER_RECORD.decode(value) for value in values if value is not None]

    def latest(self) -> dict[bytes, MasterRecord]:
        """As compaction leaves the topic."""
        return {self.key(record.external_code): record for record in self.records()}

    def last(self, code: str) -> MasterRecord:
        """The latest version of one record."""
        return self.latest()[self.key(code)]

    def key(self, code: str) -> bytes:
        return record_key(self.connection.id, self.entity, code)

    def table(self) -> dict[bytes, PublishedRecord]:
        return dict(self.streams.view.items(PUBLISHED, SHARD))

    def late(self, record: MasterRecord) -> None:
        """A process that was frozen publishes what an old poll found."""
        self.streams.feed(
            topics.MASTER_DATA.name, SHARD, self.key(record.external_code), MASTER_RECORD.encode(record)
        )


_CONNECTION = connection()
