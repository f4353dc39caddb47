"""What one poll publishes: records as they were read, and earlier ones made inactive."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ap_domain.masterdata import EntityPlan, Mapped
from ap_domain.masterdata.deactivation import deactivated
from ap_domain.masterdata.record import MasterRecord, PublishedRecord, content_digest
from ap_domain.poll import PollDue
from chassis.connections import Connection
from chassis.failpoints import reached
from chassis.streams.poll_port import Progress

from masterdata.poll.core.silent_parts import SilentParts
from masterdata.poll.ports import Contents, Publisher

__all__ = ["AT_ONCE", "Found", "Publishing"]

AT_ONCE = 200
"""Records published together."""
CONTENT_BYTES = 4_000_000
"""Contents of earlier versions held at once."""
NEVER_FIT = "it became inactive before it was ever fit for import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record to be published: as it was read (None: it is not there any more), and what was published of it."""

    mapped: Mapped | None
    published: PublishedRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """Publishes in the name of one poll. Raises NotDurable and NotAnswered: some may be there."""

    connection: Connection
    entity: EntityPlan
    due: PollDue
    poll_offset: int
    contents: Contents
    publisher: Publisher
    progress: Progress
    now: datetime

    async def changed(self, found: Iterable[Found]) -> None:
        """Records as they were read.

        One that can no longer be imported keeps the last content that could: it is needed to deactivate it.
        """
        records: list[MasterRecord] = []
        spoiled: dict[int, Mapped] = {}
        for each in found:
            if each.mapped is None:
                continue
            if each.mapped.problems and each.published is not None:
                spoiled[each.published.offset] = each.mapped
            else:
                records.append(self._as_read(each.mapped, content=each.mapped.content))
        async for offset, last in self._last_versions(spoiled):
            records.append(self._as_read(spoiled.pop(offset), content=last.content))
        records.extend(self._as_read(mapped, content="") for mapped in spoiled.values())
        await self._publish(records)
        self.progress.step(changed=len(records))

    async def losing(self, found: Iterable[Found], parts: SilentParts) -> Mapping[int, frozenset[str]]:
        """Which silent parts would take something from which of the records, by where these were last published."""
        known = {
            each.published.offset: each.mapped.content if each.mapped else ""
            for each in found
            if each.published is not None
        }
        taken = {
            offset: parts.taking_from(last.content, known[offset])
            async for offset, last in self._last_versions(known)
        }
        return {offset: names for offset, names in taken.items() if names}

    async def deactivated(self, found: Iterable[Found]) -> int:
        """Records that are not active any more, each published before. How many could not be told, because a version
        this poll did not see has overtaken the one it saw.
        """
        left = {each.published.offset: each.mapped for each in found if each.published is not None}
        batch: list[MasterRecord] = []
        async for offset, last in self._last_versions(left):
            batch.append(self._inactive(last, left.pop(offset)))
            if len(batch) >= AT_ONCE:
                await self._publish_inactive(batch)
                batch = []
        await self._publish_inactive(batch)
        return len(left)

    async def _publish_inactive(self, records: Sequence[MasterRecord]) -> None:
        await self._publish(records)
        self.progress.step(deactivated=len(records))

    async def _publish(self, records: Sequence[MasterRecord]) -> None:
        if records:
            await self.publisher.publish(records, shard=self.connection.shard)
            reached("master records published")

    async def _last_versions(self, offsets: Iterable[int]) -> AsyncIterator[tuple[int, MasterRecord]]:
        """Those that still lie there."""
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

    def _as_read(self, mapped: Mapped, *, content: str) -> MasterRecord:
        return self._record(
            mapped.external_code,
            active=mapped.active,
            content=content,
            digest=mapped.digest,
            problems=mapped.problems,
            source=mapped.source,
        )

    def _inactive(self, last: MasterRecord, mapped: Mapped | None) -> MasterRecord:
        """As it was read if that can be imported, else as it was last, made inactive."""
        read = mapped is not None and bool(mapped.content)
        content = mapped.content if mapped and read else deactivated(last.content, self.entity.kind)
        problems = () if content else (mapped.problems if mapped else ()) or last.problems or (NEVER_FIT,)
        return self._record(
            last.external_code,
            active=False,
            content=content,
            digest=mapped.digest if mapped else content_digest(content, active=False, problems=problems),
            problems=problems,
            source=mapped.source if mapped and read else last.source,
        )

    def _record(
        self,
        external_code: str,
        *,
        active: bool,
        content: str,
        digest: str,
        problems: tuple[str, ...],
        source: str,
    ) -> MasterRecord:
        return MasterRecord(
            connection_id=self.connection.id,
            entity=self.entity.entity,
            external_code=external_code,
            active=active,
            content=content,
            digest=digest,
            problems=problems,
            source=source,
            poll_id=self.due.poll_id,
            poll_offset=self.poll_offset,
            read_at=self.now,
        )
