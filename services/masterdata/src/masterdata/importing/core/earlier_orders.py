"""Orders from before this process owned a shard: read once for all connections of the shard."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ap_domain.command import Command
from chassis.errors import NotAnswered

from masterdata.importing.core.ports import Orders

__all__ = ["EarlierOrders"]


@dataclass(slots=True, kw_only=True)
class _Shard:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    number: int = 0
    began: datetime | None = None
    commands: Sequence[Command] = ()
    failed: NotAnswered | None = None


class EarlierOrders:
    """Shares one pass over a shard's commands among all that ask for what lay there before it began."""

    def __init__(self, *, orders: Orders, now: Callable[[], datetime]) -> None:
        self._orders = orders
        self._now = now
        self._shards: dict[int, _Shard] = {}

    async def of(self, connection_id: str, *, shard: int, since: datetime) -> Sequence[Command]:
        """The connection's orders that had not expired at `since`, when it began to be told of those that come.

        Who waits for a pass shares its failure. Raises chassis.errors.NotAnswered.
        """
        held = self._shards.setdefault(shard, _Shard())
        before = held.number
        async with held.turn:
            if held.number > before and held.failed is not None:
                raise NotAnswered(str(held.failed)) from held.failed
            if held.failed is not None or held.began is None or held.began < since:
                await self._read(held, shard, since=since)
            return [each for each in held.commands if each.connection_id == connection_id]

    async def _read(self, held: _Shard, shard: int, *, since: datetime) -> None:
        held.number += 1
        began = self._now()
        try:
            held.commands = await self._orders.earlier(shard, since=since)
        except NotAnswered as failed:
            held.failed = failed
            raise
        held.began, held.failed = began, None
