"""The work of one poll of payments: which vouchers are read, and what is concluded from those that are not shown."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import aclosing, contextmanager
from datetime import datetime, timedelta

from ap_domain.payments import InstalmentState, PaymentStanding, Proof, ranges
from ap_domain.payments.inquiry import InquiryRow
from ap_domain.payments.plan import PaymentPlan
from chassis.streams.poll_remarks import Remarks
from chassis.streams.poll_watermark import Watermark, WatermarkFault

from payment_poller.book import VoucherKey, Watching
from payment_poller.core.absence import Absence
from payment_poller.core.handed_on import handed_on
from payment_poller.core.wholeness import is_whole, numbers_of
from payment_poller.picturing import AT_ONCE, Picturing
from payment_poller.ports import Reading, SourceFailed, VoucherRows

__all__ = ["Turn", "Unbelieved"]

GAP = 500
"""Vouchers of others read along rather than asking once more: about what a request costs."""
FEW = 3
"""Vouchers that cannot be read, or have no schedule, of which never the query is suspected."""
CHANGED_AT = "LAST_UPDATE_DT"
PAID = frozenset({PaymentStanding.PAID, PaymentStanding.PARTIALLY_PAID, PaymentStanding.CLOSED_UNPAID})

_LOOK = (
    "nothing was concluded for them. Run it in Query Viewer as the operator: look at its joins, its prompts and the "
    "row security"
)


class Unbelieved(Exception):
    """The source was read to its end, but shows so much less than before that nothing is concluded from what is
    missing; what it does show was published.
    """


class Turn:
    """Pictures are published as they are found. What a query does not show any more waits until the business unit is
    read, and is believed only where it is little.

    ``since`` None: every voucher is read that can still change; else what changed since then, and what was never read.
    """

    def __init__(
        self,
        *,
        plan: PaymentPlan,
        since: str | None,
        watermark: str | None,
        reading: Reading,
        watching: Watching,
        inquired: Mapping[VoucherKey, InquiryRow],
        picturing: Picturing,
        remarks: Remarks,
        now: datetime,
    ) -> None:
        self._plan = plan
        self._since = since
        self._reading = reading
        self._watching = watching
        self._inquired = inquired
        self._picturing = picturing
        self._remarks = remarks
        self._now = now
        self._watermark = watermark
        # A read of everything starts anew: it heals a time that ran ahead, or is written in another form today.
        self._mark = Watermark(watermark if since is not None else None, now=now.astimezone(plan.time_zone))
        self._units_with_payments: set[str] = set()
        self._unbelieved: list[str] = []

    async def run(self) -> None:
        """To the end. Raises Unbelieved, SourceFailed, NotDurable; what was published until then stays."""
        if Proof.QUERY in self._plan.sources:
            for unit, ids in (await self._wanted()).items():
                with self._apart(unit):
                    await self._read(unit, ids)
        else:
            await self._take(
                (unit, VoucherRows(voucher_id=voucher_id, voucher=(), payments=()))
                for unit, voucher_id in self._inquired
            )
        await self._picturing.publish()
        self._suspect_faults()
        if self._unbelieved:
            raise Unbelieved("; ".join(self._unbelieved))

    def reached(self, took: timedelta) -> str | None:
        """How far the source has been read, by its own clock."""
        found = self._mark.reached(took)
        if self._since is not None:
            return found
        now = self._now.astimezone(self._plan.time_zone)
        return handed_on(before=self._watermark, found=found, now=now)

    @contextmanager
    def _apart(self, unit: str) -> Iterator[None]:
        """What is wrong with the rows of one business unit keeps no other from being read."""
        try:
            yield
        except SourceFailed as failed:
            if not failed.of_rows:
                raise
            self._unbelieved.append(f"{unit}: {failed.words}")

    async def _wanted(self) -> Mapping[str, AbstractSet[str]]:
        """The vouchers to be read one by one, by business unit."""
        if self._since is None:
            return self._watching.unsettled(since=self._now - self._plan.watch_settled)
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        done: defaultdict[str, set[str]] = defaultdict(set)
        for unit in self._watching.units:
            with self._apart(unit):
                done[unit], wanted[unit] = await self._read_changes(unit, self._since)
        for unit, ids in self._watching.untold().items():
            wanted[unit] |= ids - done[unit]
        for unit, voucher_id in self._surprising():
            wanted[unit] |= {voucher_id} - done[unit]
        return wanted

    def _surprising(self) -> Sequence[VoucherKey]:
        """What the inquiry calls paid and was not when it was read last."""
        words = self._plan.inquiry.statuses if self._plan.inquiry is not None else {}
        return [
            voucher
            for voucher, row in self._inquired.items()
            if words.get(row.status.strip().upper()) is InstalmentState.PAID
            and (seen := self._watching.seen.get(voucher)) is not None
            and seen.standing not in PAID
        ]

    async def _read_changes(self, unit: str, since: str) -> tuple[set[str], set[str]]:
        """What changed: the vouchers that were taken, and those of which only a part was shown and that must be read
        again.
        """
        done, again = set[str](), set[str]()
        async with aclosing(self._reading.vouchers(unit, since=since)) as pages:
            async for rows in _one_by_one(pages):
                self._saw(unit, rows)
                if (unit, rows.voucher_id) not in self._watching.owners:
                    continue
                whole = is_whole(rows.voucher, rows.payments) and not _is_bare(rows)
                if whole and not self._loses(unit, rows):
                    done.add(rows.voucher_id)
                    self._picturing.take(unit, rows)
                    await self._picturing.publish(at_least=AT_ONCE)
                else:
                    again.add(rows.voucher_id)
        return done, again

    async def _read(self, unit: str, ids: AbstractSet[str]) -> None:
        """These vouchers, whatever changed of them; then what is to be made of those that are not shown."""
        missing = Absence(expected=sum(not self._is_missing((unit, each)) for each in ids))
        losing = Absence(expected=sum(self._had_payments((unit, each)) for each in ids))
        left, orphans = set(ids), dict[str, VoucherRows]()
        lost, bare = dict[str, VoucherRows](), dict[str, VoucherRows]()
        for after, up_to in ranges(ids, most=max(1, len(ids)), gap=GAP):
            async with aclosing(self._reading.vouchers(unit, after=after, up_to=up_to)) as pages:
                async for rows in _one_by_one(pages):
                    if rows.voucher_id not in ids:
                        continue
                    self._saw(unit, rows)
                    if not rows.voucher:
                        orphans[rows.voucher_id] = rows
                        continue
                    left.discard(rows.voucher_id)
                    if self._loses(unit, rows):
                        losing.absent += 1
                        lost[rows.voucher_id] = rows
                    elif _is_bare(rows):
                        bare[rows.voucher_id] = rows
                    else:
                        self._picturing.take(unit, rows)
                        await self._picturing.publish(at_least=AT_ONCE)
        missing.absent = sum(not self._is_missing((unit, each)) for each in left)
        await self._conclude_lost(unit, lost, losing)
        await self._conclude_bare(unit, bare)
        if self._since is None:
            await self._conclude_missing(unit, left, orphans, missing)

    async def _conclude_lost(self, unit: str, lost: Mapping[str, VoucherRows], losing: Absence) -> None:
        """Payments that are not shown any more: a silent query un-pays nothing."""
        if not lost:
            return
        shown = await self._shows_payments(unit)
        if shown and not losing.suspicious:
            await self._take((unit, rows) for rows in lost.values())
            return
        self._unbelieved.append(
            f"query {self._plan.queries.payments} shows {'less than before' if shown else 'no payments'} for {losing} "
            f"vouchers of {unit} that had some ({_some(lost)}); {_LOOK}"
        )

    async def _conclude_bare(self, unit: str, bare: Mapping[str, VoucherRows]) -> None:
        """Vouchers without any schedule: PeopleSoft makes one for each that can be posted, so where a business unit
        shows none at all it is the query that lacks them.
        """
        if len(bare) <= FEW or await self._shows_payments(unit):
            await self._take((unit, rows) for rows in bare.values())
            return
        self._unbelieved.append(
            f"query {self._plan.queries.payments} shows nothing of {unit}, not for {len(bare)} vouchers of ours either "
            f"({_some(bare)}); {_LOOK}"
        )

    async def _shows_payments(self, unit: str) -> bool:
        return unit in self._units_with_payments or await self._reading.shows_payments(unit)

    async def _conclude_missing(
        self, unit: str, left: AbstractSet[str], orphans: Mapping[str, VoucherRows], missing: Absence
    ) -> None:
        if missing.suspicious:
            self._unbelieved.append(
                f"query {self._plan.queries.vouchers} does not show {missing} watched vouchers of {unit} "
                f"({_some(left)}); nothing was concluded for them. Run it in Query Viewer as the operator: look at "
                f"its prompts and the row security, and whether vouchers were archived"
            )
            return
        await self._take(
            (unit, orphans.get(each) or VoucherRows(voucher_id=each, voucher=(), payments=()))
            for each in sorted(left)
        )

    async def _take(self, found: Iterable[tuple[str, VoucherRows]]) -> None:
        for number, (unit, rows) in enumerate(found, 1):
            self._picturing.take(unit, rows)
            await self._picturing.publish(at_least=AT_ONCE)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)

    def _saw(self, unit: str, rows: VoucherRows) -> None:
        if rows.payments:
            self._units_with_payments.add(unit)
        for row in (*rows.voucher, *rows.payments):
            changed = row.get(CHANGED_AT)
            try:
                self._mark.saw(str(changed).strip() or None if changed is not None else None)
            except WatermarkFault as fault:
                self._remarks.of_record(f"voucher {unit}/{rows.voucher_id}: {CHANGED_AT}: {fault}")

    def _loses(self, unit: str, rows: VoucherRows) -> bool:
        """Whether instalments were shown of it before and are not now: paid ones, or any where the others are not
        whole without it. Of a voucher that was deleted they go with it.
        """
        seen = self._watching.seen.get((unit, rows.voucher_id))
        if seen is None or not self._had_payments((unit, rows.voucher_id)) or _has_status(rows, "X"):
            return False
        if not rows.payments:
            return True
        numbers = numbers_of(rows.payments)
        if not numbers.issuperset(seen.paid):
            return True
        return not numbers.issuperset(seen.shown) and not is_whole(rows.voucher, rows.payments)

    def _had_payments(self, voucher: VoucherKey) -> bool:
        seen = self._watching.seen.get(voucher)
        return seen is not None and not seen.absent and seen.standing is not PaymentStanding.NOT_SCHEDULED

    def _is_missing(self, voucher: VoucherKey) -> bool:
        seen = self._watching.seen.get(voucher)
        return seen is not None and seen.absent

    def _suspect_faults(self) -> None:
        read, faulty = self._picturing.read, self._picturing.faulty
        if faulty > max(FEW, read // 2):
            self._unbelieved.append(
                f"{faulty} of {read} vouchers could not be read, so the query is suspected: "
                f"{self._picturing.first_fault}"
            )


def _is_bare(rows: VoucherRows) -> bool:
    """A voucher that can be paid, without any schedule."""
    return not rows.payments and _has_status(rows, "P")


def _has_status(rows: VoucherRows, entry_status: str) -> bool:
    return any(str(row.get("ENTRY_STATUS") or "").strip() == entry_status for row in rows.voucher)


async def _one_by_one(pages: AsyncIterator[Sequence[VoucherRows]]) -> AsyncIterator[VoucherRows]:
    """Gives other work its turn now and then."""
    async for page in pages:
        for number, rows in enumerate(page, 1):
            yield rows
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)


def _some(ids: Collection[str]) -> str:
    first = sorted(ids)[:3]
    return ", ".join(first) + (", ..." if len(ids) > len(first) else "")
