"""The vouchers of the shards that are ours, by business unit and voucher: kept from the tables as they change."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ap_domain.payments import ExceptionKind, PaymentStanding, PublishedPicture
from chassis.keys import split_key
from chassis.streams.ports import Table, TableView

from payment_poller.core.published import hidden
from payment_poller.tables import PICTURES, WATCHED

__all__ = ["Seen", "VoucherBook", "VoucherKey", "Watching"]

AT_ONCE = 1000
"""Records of a table read before other work gets its turn."""
TICK_SECONDS = 1.0

VoucherKey = tuple[str, str]
"""Business unit and voucher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Of a published picture what is looked at again and again. ``hidden``: it must be published once more; ``shown``
    and ``paid`` are numbers of instalments.
    """

    invoice_id: str
    posted_at: datetime | None
    standing: PaymentStanding
    settled_at: datetime | None
    exceptions: tuple[tuple[ExceptionKind, datetime], ...]
    shown: tuple[int, ...]
    paid: tuple[int, ...]
    hidden: bool

    def has(self, kind: ExceptionKind) -> bool:
        """Whether this exception is published of it."""
        return any(kind is each for each, _ in self.exceptions)

    @property
    def absent(self) -> bool:
        """Whether it is known already that PeopleSoft does not show the voucher, or not all of it; of what was settled
        that is no exception.
        """
        settled_unseen = self.settled_at is not None and self.standing is PaymentStanding.UNKNOWN
        return settled_unseen or self.has(ExceptionKind.MISSING)


@dataclass(slots=True, kw_only=True, eq=False)
class Watching:
    """The vouchers of one connection: which invoices each stands for, and what was published of it.

    One voucher stands for one invoice. Where the ledger says otherwise, `shared` names the voucher, and its pictures go
    to one of them. ``faulty`` are vouchers whose rows could not be read when they were read last.
    """

    owners: dict[VoucherKey, tuple[str, ...]] = field(default_factory=dict)
    seen: dict[VoucherKey, Seen] = field(default_factory=dict)
    faulty: set[VoucherKey] = field(default_factory=set)
    _of_invoice: dict[str, VoucherKey] = field(default_factory=dict)
    _posted_at: dict[str, datetime | None] = field(default_factory=dict)

    def watch(
        self, invoice_id: str, voucher: VoucherKey | None, *, posted_at: datetime | None = None
    ) -> None:
        """The invoice's voucher from here on, and since when it stands for it; None: it has none."""
        before = self._of_invoice.pop(invoice_id, None)
        self._posted_at.pop(invoice_id, None)
        if before is not None and before != voucher:
            left = tuple(each for each in self.owners[before] if each != invoice_id)
            self.owners[before] = left
            if not left:
                del self.owners[before]
        if voucher is None:
            return
        self._of_invoice[invoice_id] = voucher
        self._posted_at[invoice_id] = posted_at
        owners = self.owners.get(voucher, ())
        if invoice_id not in owners:
            self.owners[voucher] = tuple(sorted((*owners, invoice_id)))

    def see(self, voucher: VoucherKey, picture: PublishedPicture | None) -> None:
        """What is published of the voucher from here on."""
        if picture is None:
            self.seen.pop(voucher, None)
            return
        self.seen[voucher] = Seen(
            invoice_id=picture.invoice_id,
            posted_at=picture.posted_at,
            standing=picture.standing,
            settled_at=picture.settled_at,
            exceptions=tuple((each.kind, each.since) for each in picture.exceptions),
            shown=picture.shown,
            paid=picture.paid,
            hidden=hidden(picture),
        )

    @property
    def units(self) -> tuple[str, ...]:
        """The business units that have a watched voucher."""
        return tuple(sorted({unit for unit, _ in self.owners}))

    @property
    def shared(self) -> tuple[VoucherKey, ...]:
        """Vouchers that stand for more than one invoice."""
        return tuple(voucher for voucher, owners in self.owners.items() if len(owners) > 1)

    def owner(self, voucher: VoucherKey) -> str:
        """The invoice that the voucher's pictures go to: of several the one they went to before, else the first."""
        owners, seen = self.owners[voucher], self.seen.get(voucher)
        return seen.invoice_id if seen is not None and seen.invoice_id in owners else owners[0]

    def untold(self) -> Mapping[str, set[str]]:
        """Watched vouchers, by business unit, of which no picture is published, or none since the voucher stands for
        this invoice, or not the newest; and those that could not be read.
        """
        return self._by_unit(self._is_untold)

    def unsettled(self, *, since: datetime) -> Mapping[str, set[str]]:
        """Watched vouchers, by business unit, that are not settled or have been for so short that a reversal would
        be told; and those of `untold`.
        """

        def wanted(voucher: VoucherKey) -> bool:
            seen = self.seen.get(voucher)
            settled_at = seen.settled_at if seen is not None else None
            return settled_at is None or settled_at > since or self._is_untold(voucher)

        return self._by_unit(wanted)

    def _is_untold(self, voucher: VoucherKey) -> bool:
        seen = self.seen.get(voucher)
        if (
            seen is None
            or seen.hidden
            or voucher in self.faulty
            or seen.invoice_id not in self.owners[voucher]
        ):
            return True
        # Whoever followed the topic before the voucher became the invoice's had no use for its picture.
        return seen.posted_at != self._posted_at[seen.invoice_id]

    def _by_unit(self, wanted: Callable[[VoucherKey], bool]) -> Mapping[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for voucher in self.owners:
            if wanted(voucher):
                found[voucher[0]].add(voucher[1])
        return found


class VoucherBook:
    """Every connection's `Watching`, for shards that are owned; level-triggered: `follow` looks what is owned."""

    def __init__(self, *, view: TableView, owned: Callable[[], frozenset[int]]) -> None:
        self._view = view
        self._owned = owned
        self._shards: dict[int, dict[str, Watching]] = {}
        self._built: set[int] = set()
        self._building = asyncio.Lock()

    async def follow(self) -> None:
        """Reads the tables of shards that became ours, and forgets what is not, until cancelled."""
        while True:
            for shard in self._keep():
                await self._build(shard)
            await asyncio.sleep(TICK_SECONDS)

    def put(self, table: Table[Any], shard: int, key: bytes) -> None:
        """For `Shards.on_change`. What changes while the shard is not owned cannot be seen, which is not gone."""
        if shard not in self._shards or table not in (WATCHED, PICTURES):
            return
        if shard in self._owned():
            self._enter(table, shard, key)
        else:
            self.forget(shard)

    def forget(self, shard: int) -> None:
        """For `Shards.on_loss`: it is read anew when it is ours again, be that before the next look."""
        self._shards.pop(shard, None)
        self._built.discard(shard)

    async def of(self, *, shard: int, connection_id: str) -> Watching:
        """The connection's vouchers; changes as the tables do."""
        if shard in self._keep():
            await self._build(shard)
        return self._shards.get(shard, {}).setdefault(connection_id, Watching())

    def connections(self) -> Iterator[tuple[str, Watching]]:
        """Every connection whose tables are read, for metrics."""
        self._keep()
        for shard in self._built:
            yield from self._shards[shard].items()

    def _keep(self) -> frozenset[int]:
        """Forgets what is not ours; what is ours and not read."""
        owned = self._owned()
        for shard in self._shards.keys() - owned:
            self.forget(shard)
        return owned - self._built

    async def _build(self, shard: int) -> None:
        async with self._building:
            if shard in self._built or shard not in self._owned():
                return
            self._shards[shard] = {}  # from here on `put` enters what changes
            for table in (WATCHED, PICTURES):
                for number, key in enumerate(self._view.keys(table, shard), 1):
                    self._enter(table, shard, key)
                    if number % AT_ONCE == 0:
                        await asyncio.sleep(0)
                        if shard not in self._shards:
                            return
            self._built.add(shard)

    def _enter(self, table: Table[Any], shard: int, key: bytes) -> None:
        connection_id, *rest = split_key(key)
        watching = self._shards[shard].setdefault(connection_id, Watching())
        if table is PICTURES:
            unit, voucher_id = rest
            watching.see((unit, voucher_id), self._view.get(PICTURES, shard, key))
            return
        watched = self._view.get(WATCHED, shard, key)
        if watched is None:
            watching.watch(rest[0], None)
            return
        voucher = (watched.business_unit, watched.voucher_id)
        watching.watch(rest[0], voucher, posted_at=watched.since)
