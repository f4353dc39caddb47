"""The work of one poll, step by step: read, map, compare with what was published, publish the difference."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta

import structlog
from ap_domain.mapping import SupplierScheme
from ap_domain.masterdata import EntityPlan, Mapped, MasterDataPlan, map_record
from ap_domain.masterdata.record import PublishedRecord
from ap_domain.masterdata.source_rows import SourceFault, SourceGroup
from ap_domain.poll import PollDue
from chassis.connections import Connection
from chassis.keys import record_key, split_key
from chassis.ledger.words import words
from chassis.streams.poll_port import Progress
from chassis.streams.poll_remarks import NAMED, Remarks
from chassis.streams.poll_watermark import Watermark, WatermarkFault
from chassis.streams.ports import TableView

from masterdata.poll.core.leaving import Leaving
from masterdata.poll.core.published import Difference, difference, overtaken
from masterdata.poll.core.silent_parts import SilentParts
from masterdata.poll.ports import Source
from masterdata.poll.publishing import AT_ONCE, Found, Publishing
from masterdata.poll.tables import PUBLISHED

__all__ = ["Held", "Turn"]

LOOKED_AT_ONCE = 2000
"""Records of the table looked at before other work gets its turn."""

MOST_DOUBTFUL = 2000
"""Records kept back at once; when there are more, a read that would be held is not worth its end."""
FEW_UNDATED = 3
"""Records without a date that are never taken for a fault of the query."""

log = structlog.get_logger("masterdata.poll")


class Held(Exception):
    """One read would deactivate suspiciously much (``number`` active records), or take a part from many records.

    None of that was published.
    """

    def __init__(self, words: str, *, number: int) -> None:
        super().__init__(words)
        self.number = number


class Turn:
    """Changes are published as they are found; deactivations wait until everything was read and their number known,
    and so do changes that take from a record what a part gave it, while that part has given no row.

    ``since`` None: everything is read, and what is not met is gone.
    """

    def __init__(
        self,
        *,
        connection: Connection,
        plan: MasterDataPlan,
        entity: EntityPlan,
        scheme: SupplierScheme,
        due: PollDue,
        since: str | None,
        watermark: str | None,
        source: Source,
        publishing: Publishing,
        view: TableView,
        progress: Progress,
        now: datetime,
        monotonic: Callable[[], float],
    ) -> None:
        local = now.astimezone(plan.time_zone)
        self._connection = connection
        self._plan = plan
        self._entity = entity
        self._scheme = scheme
        self._due = due
        self._since = since
        self._source = source
        self._publishing = publishing
        self._view = view
        self._progress = progress
        self._monotonic = monotonic
        self._today = local.date()
        # A read of everything starts anew: it heals a time that ran ahead, or is written in another form today.
        self._mark = Watermark(watermark if since is not None else None, now=local)
        self._remarks = Remarks()
        self._seen: set[bytes] = set()
        self._silent = SilentParts(entity)
        self._changes: list[Found] = []
        self._doubtful: list[tuple[Found, frozenset[str]]] = []
        self._gone: dict[bytes, Found | None] = {}
        self._leaving = Leaving(
            entity, prefix=plan.code_prefix, accepted=(due.accepted or 0) if due.accept_shrink else None
        )
        self._held_for_good = False
        self._unmapped = 0

    @property
    def remarks(self) -> str:
        """What a person should know of what was read."""
        return self._remarks.text

    async def run(self) -> str | None:
        """To the end; how far the source has been read, by its own clock.

        Raises Held, SourceFailed, SourceFault, NotDurable, NotAnswered; what was published until then stays. A read
        that is held has published what changed, to the last page.
        """
        async for key, held in self._published():
            if held.active:
                self._leaving.knows(_code(key))
        began = self._monotonic()
        pages = self._source.read(
            self._connection, self._plan, self._entity, since=self._since, stepped=self._progress.step
        )
        async with aclosing(pages):
            async for groups in pages:
                await self._take_page(groups)
                del groups  # the next page comes into memory without it
        took = timedelta(seconds=self._monotonic() - began)
        if self._since is None:
            await self._miss_what_is_gone()
        await self._check_held()
        left = await self._publishing.deactivated(each for each in self._gone.values() if each is not None)
        if left:
            self._remarks.of_read(f"{left} records wait for the next full poll to be deactivated")
        return self._mark.reached(took)

    async def _take_page(self, groups: Sequence[SourceGroup]) -> None:
        for start in range(0, len(groups), AT_ONCE):
            some = groups[start : start + AT_ONCE]
            self._silent.met(some)
            undated = [group for group in some if self._take(group)]
            if len(undated) > max(FEW_UNDATED, len(some) // 2):
                raise SourceFault(
                    f"{len(undated)} of {len(some)} records of query {self._entity.query} have a row, there or in "
                    f"one of its parts, without a day as in 2026-01-31 in {self._entity.effective}"
                )
            self._progress.step(read=len(some))
            await self._publish_changes()
            await asyncio.sleep(0)

    async def _publish_changes(self) -> None:
        changes, self._changes = self._changes, []
        losing: Mapping[int, frozenset[str]] = {}
        if self._silent and not self._due.accept_shrink:
            losing = await self._publishing.losing(changes, self._silent)
        for each in changes:
            offset = each.published.offset if each.published is not None else -1
            self._doubtful.append((each, losing.get(offset, frozenset())))
        await self._publish_sure()
        if len(self._doubtful) > MOST_DOUBTFUL:
            await self._check_held()

    async def _publish_sure(self) -> None:
        sure = [each for each, parts in self._doubtful if not self._silent.among(parts)]
        self._doubtful = [(each, parts) for each, parts in self._doubtful if self._silent.among(parts)]
        for start in range(0, len(sure), AT_ONCE):
            await self._publishing.changed(sure[start : start + AT_ONCE])

    def _take(self, group: SourceGroup) -> bool:
        """Whether a date is missing in it."""
        self._saw_change(group)
        try:
            found = map_record(self._plan, self._entity, group, today=self._today, scheme=self._scheme)
        except SourceFault:
            raise
        except Exception as error:
            # A bug that one record meets must not keep all the others unread.
            name = str(group.main[0].get(self._entity.page_key)) if group.main else "no key"
            if self._unmapped < NAMED:
                log.exception(
                    "a record could not be mapped by our own fault", connection=self._connection.id, key=name
                )
            self._unmapped += 1
            self._progress.step(faulty=1)
            self._remarks.of_record(f"a record under {name} could not be mapped: {words(error)}")
            return False
        for mapped in found:
            self._compare(mapped)
        return any(mapped.undated for mapped in found)

    def _saw_change(self, group: SourceGroup) -> None:
        if self._entity.changed_at is None:
            return
        for row in group.main:
            changed = row.get(self._entity.changed_at)
            try:
                self._mark.saw(None if changed is None else str(changed).strip() or None)
            except WatermarkFault as fault:
                self._remarks.of_record(f"{self._entity.changed_at}: {fault}")

    def _compare(self, mapped: Mapped) -> None:
        key = record_key(self._connection.id, self._entity.entity, mapped.external_code)
        if key in self._seen:
            self._progress.step(faulty=1)
            self._remarks.of_record(
                f"{mapped.source}: its external code {mapped.external_code} belongs to another record too"
            )
            return
        self._seen.add(key)
        if mapped.problems:
            self._progress.step(faulty=1)
        held = self._view.get(PUBLISHED, self._connection.shard, key)
        found = Found(mapped=mapped, published=held)
        match difference(held, digest=mapped.digest, active=mapped.active):
            case Difference.DEACTIVATED if held is not None:
                self._leave(key, found, active=held.active)
            # One left out was inactive already, and has no content that could be told.
            case Difference.CHANGED if not mapped.left_out:
                self._changes.append(found)
            case _:
                pass

    async def _published(self) -> AsyncIterator[tuple[bytes, PublishedRecord]]:
        prefix = record_key(self._connection.id, self._entity.entity, "")
        for number, item in enumerate(self._view.items(PUBLISHED, self._connection.shard, prefix), 1):
            yield item
            if number % LOOKED_AT_ONCE == 0:
                self._progress.step()
                await asyncio.sleep(0)

    async def _miss_what_is_gone(self) -> None:
        if self._unmapped:
            self._remarks.of_read(
                f"{self._unmapped} records could not be mapped, so what is missing was left as it was"
            )
            return
        async for key, held in self._published():
            if key not in self._seen and (held.active or overtaken(held)):
                self._leave(key, Found(mapped=None, published=held), active=held.active)

    def _leave(self, key: bytes, found: Found, *, active: bool) -> None:
        if active:
            self._leaving.leaves(_code(key))
        # Of many that may not go only the keys are kept: an entity that says of all records they are inactive is large.
        if not self._held_for_good and self._leaving.is_held_for_good:
            self._held_for_good = True
            self._gone = dict.fromkeys(self._gone)
        self._gone[key] = None if self._held_for_good else found

    async def _check_held(self) -> None:
        """Raises Held; else publishes what was kept back."""
        silent = self._silent.why_held([parts for _, parts in self._doubtful])
        leaving = self._leaving.why_held()
        if silent is None:
            await self._publishing.changed(each for each, _ in self._doubtful)
        if silent is None and leaving is None:
            return
        codes = sorted(map(_code, self._gone))[:NAMED]
        said = f"{leaving}; nothing was deactivated ({', '.join(codes)}, ...)" if leaving else None
        look = "that query" if silent else f"query {self._entity.query}"
        raise Held(
            f"{'; '.join(filter(None, (silent, said)))}. Look at {look}: if it is right, "
            f"`apstream masterdata accept-shrink {self._entity.entity} "
            f"--connection {self._connection.id} --reason '...'`",
            number=self._leaving.number,
        )


def _code(key: bytes) -> str:
    return split_key(key)[2]
