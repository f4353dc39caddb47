"""The work of one poll, step by step, and what it has counted so far."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import structlog
from ap_domain.mapping import SupplierScheme, parse_mapping
from ap_domain.masterdata import EntityPlan, Mapped, MasterDataPlan, map_record
from ap_domain.masterdata.deactivation import deactivated, deactivation_guard
from ap_domain.masterdata.record import MasterRecord, PublishedRecord, content_digest
from ap_domain.masterdata.source_rows import SourceFault, SourceGroup
from ap_domain.poll import PollDue
from chassis.connections import Connection
from chassis.failpoints import reached
from chassis.keys import record_key, split_key
from chassis.ledger.words import words
from chassis.streams.poll_port import Progress
from chassis.streams.ports import TableView

from masterdata.poll.core.published import Difference, difference
from masterdata.poll.core.watermark import Watermark, WatermarkFault
from masterdata.poll.ports import Contents, Publisher, Source
from masterdata.poll.tables import PUBLISHED

AT_ONCE = 200
"""Records mapped before other work gets its turn, and published together."""
CONTENT_BYTES = 4_000_000
"""Contents of earlier versions held at once."""
NAMED = 3
"""Records named in a result's words; the rest is counted."""

log = structlog.get_logger("masterdata.poll")


class Held(Exception):
    """One read would deactivate suspiciously much. Nothing was deactivated."""


@dataclass(slots=True)
class _Gone:
    """A record to be deactivated: as it was read (None: it is not there any more), and where its last version lies."""

    published: PublishedRecord
    mapped: Mapped | None


@dataclass(slots=True, kw_only=True)
class Turn:
    """Changes are published as they are found; deactivations wait until everything was read and their number known.

    ``since`` None: everything is read, and what is not met is gone.
    """

    connection: Connection
    plan: MasterDataPlan
    entity: EntityPlan
    due: PollDue
    poll_offset: int
    since: str | None
    source: Source
    contents: Contents
    publisher: Publisher
    view: TableView
    progress: Progress
    now: datetime
    watermark: str | None
    _seen: set[bytes] = field(default_factory=set)
    _gone: dict[bytes, _Gone] = field(default_factory=dict)
    _changes: list[MasterRecord] = field(default_factory=list)
    _spoiled: dict[int, MasterRecord] = field(default_factory=dict)
    _unmapped: int = 0
    _remarks: list[str] = field(default_factory=list)
    _mark: Watermark = field(init=False)
    _today: date = field(init=False)
    _scheme: SupplierScheme = field(init=False)

    def __post_init__(self) -> None:
        self._mark = Watermark(self.watermark)
        self._today = self.now.astimezone(self.plan.time_zone).date()
        self._scheme = parse_mapping(self.connection.mapping).scheme

    async def run(self) -> str | None:
        """To the end; how far the source has been read, by its own clock.

        Raises Held, SourceFailed, SourceFault, NotDurable, NotAnswered; what was published until then stays.
        """
        known_active = sum(1 for _, held in self._published() if held.active)
        async for page in self.source.read(self.connection, self.plan, self.entity, since=self.since):
            for start in range(0, len(page.groups), AT_ONCE):
                groups = page.groups[start : start + AT_ONCE]
                for group in groups:
                    self._take(group)
                self.progress.step(read=len(groups))
                await self._publish_changes()
                await asyncio.sleep(0)
            self._check_shrink(known_active)
        if self.since is None:
            self._miss_what_is_gone()
        self._check_shrink(known_active)
        await self._publish_gone()
        return self._mark.text

    def remarks(self) -> str:
        """What a person should know of a poll that is complete."""
        return "; ".join(self._remarks)

    def _take(self, group: SourceGroup) -> None:
        self._saw_change(group)
        try:
            found = map_record(self.plan, self.entity, group, today=self._today, scheme=self._scheme)
        except SourceFault:
            raise
        except Exception as error:
            # A bug that one record meets must not keep all the others unread.
            log.exception("a record could not be mapped by our own fault", connection=self.connection.id)
            self._unmapped += 1
            self.progress.step(faulty=1)
            self._remark(f"a record under {self._name(group)} could not be mapped: {words(error)}")
            return
        for mapped in found:
            self._compare(mapped)

    def _name(self, group: SourceGroup) -> str:
        return str(group.main[0].get(self.entity.page_key)) if group.main else "no key"

    def _saw_change(self, group: SourceGroup) -> None:
        if self.entity.changed_at is None:
            return
        for row in group.main:
            changed = row.get(self.entity.changed_at)
            try:
                self._mark.saw(None if changed is None else str(changed).strip() or None)
            except WatermarkFault as fault:
                self._remark(f"{self.entity.changed_at}: {fault}")

    def _compare(self, mapped: Mapped) -> None:
        key = record_key(self.connection.id, self.entity.entity, mapped.external_code)
        if key in self._seen:
            self.progress.step(faulty=1)
            self._remark(
                f"{mapped.source}: its external code {mapped.external_code} belongs to another record too"
            )
            return
        self._seen.add(key)
        held = self.view.get(PUBLISHED, self.connection.shard, key)
        digest = mapped.digest
        match difference(held, digest=digest, active=mapped.active):
            case Difference.NONE:
                pass
            case Difference.CHANGED if mapped.left_out:
                pass  # inactive already, and without content there is nothing to tell
            case Difference.DEACTIVATED if held is not None:
                self._gone[key] = _Gone(published=held, mapped=mapped)
            case _:
                record = self._record(mapped, digest=digest)
                if mapped.problems and held is not None:
                    self._spoiled[held.offset] = record
                else:
                    self._changes.append(record)
        if mapped.problems:
            self.progress.step(faulty=1)

    def _record(self, mapped: Mapped, *, digest: str) -> MasterRecord:
        return MasterRecord(
            connection_id=self.connection.id,
            entity=self.entity.entity,
            external_code=mapped.external_code,
            active=mapped.active,
            content="" if mapped.problems else mapped.content,
            digest=digest,
            problems=mapped.problems,
            source=mapped.source,
            poll_id=self.due.poll_id,
            poll_offset=self.poll_offset,
            read_at=self.now,
        )

    def _published(self) -> Iterable[tuple[bytes, PublishedRecord]]:
        prefix = record_key(self.connection.id, self.entity.entity, "")
        return self.view.items(PUBLISHED, self.connection.shard, prefix)

    def _miss_what_is_gone(self) -> None:
        if self._unmapped:
            self._remark("what is missing was left as it was, because not every record could be mapped")
            return
        for key, held in self._published():
            if held.active and key not in self._seen:
                self._gone[key] = _Gone(published=held, mapped=None)

    def _check_shrink(self, known_active: int) -> None:
        if self.due.accept_shrink:
            return
        said = deactivation_guard(
            known_active=known_active,
            deactivated=len(self._gone),
            limit=self.entity.shrink_limit,
            floor=self.entity.shrink_floor,
        )
        if said is not None:
            codes = sorted(split_key(key)[2] for key in self._gone)[:NAMED]
            raise Held(
                f"{said}; nothing was deactivated ({', '.join(codes)}, ...). Look at query {self.entity.query}: if it "
                f"is right, `apstream masterdata accept-shrink {self.entity.entity} --connection {self.connection.id}`"
            )

    async def _publish_changes(self) -> None:
        # A record that can no longer be imported keeps the last content that could: it is needed to deactivate it.
        async for offset, last in self._last_versions(self._spoiled):
            self._changes.append(replace(self._spoiled.pop(offset), content=last.content))
        records = [*self._changes, *self._spoiled.values()]
        self._changes, self._spoiled = [], {}
        if records:
            await self.publisher.publish(records, shard=self.connection.shard)
            reached("master records published")
            self.progress.step(changed=len(records))

    async def _publish_gone(self) -> None:
        by_offset = {gone.published.offset: key for key, gone in self._gone.items()}
        batch: list[MasterRecord] = []
        async for offset, last in self._last_versions(by_offset):
            batch.append(self._deactivated(last, self._gone.pop(by_offset[offset]).mapped))
            if len(batch) >= AT_ONCE:
                await self._publish_inactive(batch)
                batch = []
        await self._publish_inactive(batch)
        if self._gone:
            self._remark(f"{len(self._gone)} records wait for the next full poll to be deactivated")

    async def _last_versions(self, offsets: Iterable[int]) -> AsyncIterator[tuple[int, MasterRecord]]:
        """Those that still lie there; others were overtaken by a version that this poll did not see yet."""
        left = sorted(offsets)
        while left:
            found = await self.contents.read(
                shard=self.connection.shard, offsets=left, most_bytes=CONTENT_BYTES
            )
            for offset, record in found.items():
                if record is not None:
                    yield offset, record
            left = [offset for offset in left if offset not in found]
            self.progress.step()

    async def _publish_inactive(self, records: list[MasterRecord]) -> None:
        if records:
            await self.publisher.publish(records, shard=self.connection.shard)
            self.progress.step(deactivated=len(records))

    def _deactivated(self, last: MasterRecord, mapped: Mapped | None) -> MasterRecord:
        content, source = deactivated(last.content, self.entity.kind), last.source
        if mapped is not None and mapped.content:
            content, source = mapped.content, mapped.source
        digest = mapped.digest if mapped is not None else content_digest(content, active=False)
        return MasterRecord(
            connection_id=self.connection.id,
            entity=self.entity.entity,
            external_code=last.external_code,
            active=False,
            content=content,
            digest=digest,
            problems=(),
            source=source,
            poll_id=self.due.poll_id,
            poll_offset=self.poll_offset,
            read_at=self.now,
        )

    def _remark(self, said: str) -> None:
        if len(self._remarks) < NAMED:
            self._remarks.append(said)
