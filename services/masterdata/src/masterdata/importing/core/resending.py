"""Records that are sent again although nothing changed: by a person's order, or because somebody else sent another."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.masterdata.entity import kind_of
from ap_domain.masterdata.record import ImportState, ImportStep
from chassis.errors import NotAnswered
from chassis.keys import record_key
from chassis.ledger.ports import Clock

from masterdata.importing.core.earlier_orders import EarlierOrders
from masterdata.importing.core.history import carried
from masterdata.importing.core.pace import Pace
from masterdata.importing.core.telling import Telling
from masterdata.importing.core.workload import Workload

__all__ = ["Resending", "Target", "is_ours"]

REFUSED_ONLY = "?refused"
AT_ONCE = 500
REMEMBERED = 1000

log = structlog.get_logger("masterdata.importing")


def is_ours(command: Command) -> bool:
    """Whether this service carries such orders out."""
    return command.ledger is CommandedLedger.MASTERDATA and command.action is Action.RESEND


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an order is about: an entity, only what is refused of it, or one record."""

    entity: str
    external_code: str | None = None
    refused_only: bool = False

    @classmethod
    def of(cls, record_id: str) -> "Target":
        """`suppliers`, `suppliers?refused` or `suppliers/CODE`. Raises ValueError for no entity of master data."""
        entity, one, code = record_id.partition("/")
        refused = not one and entity.endswith(REFUSED_ONLY)
        entity = entity.removesuffix(REFUSED_ONLY) if refused else entity
        kind_of(entity)
        return cls(entity=entity, external_code=code if one else None, refused_only=refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """`earlier`: an owner before may have carried it out; what was told since it was given is left alone."""

    command: Command
    earlier: bool


class Resending:
    """Marks records of one connection as due. An order survives a crash: the next owner reads it again.

    It is answered before its records are marked: what is marked is all that tells the next owner that an order was
    carried out, so an answer that came after it would be missed by a crash between the two.
    """

    def __init__(
        self,
        *,
        connection_id: str,
        shard: int,
        keys: Callable[[bytes], Sequence[bytes]],
        orders: EarlierOrders,
        telling: Telling,
        work: Workload,
        clock: Clock,
        pace: Pace,
    ) -> None:
        """`keys` gives the table's keys that begin with a prefix."""
        self._connection_id = connection_id
        self._shard = shard
        self._keys = keys
        self._orders = orders
        self._telling = telling
        self._work = work
        self._clock = clock
        self._pace = pace
        self._told_since = clock.now()
        self._queue: asyncio.Queue[_Order] = asyncio.Queue(REMEMBERED)
        self._turned_away: deque[Command] = deque(maxlen=REMEMBERED)
        self._contradicted: dict[bytes, None] = {}
        self._come = asyncio.Event()
        self._seen: OrderedDict[str, None] = OrderedDict()

    def ordered(self, command: Command, *, earlier: bool = False) -> None:
        """A person's order. Never waits; one beyond a thousand is refused."""
        if command.command_id in self._seen:
            return
        try:
            self._queue.put_nowait(_Order(command=command, earlier=earlier))
        except asyncio.QueueFull:
            self._turned_away.append(command)
        self._come.set()
        self._seen[command.command_id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def contradicted(self, key: bytes) -> None:
        """Another process sent a version of this record after our last word on it. Never waits."""
        self._contradicted[key] = None
        self._come.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read_earlier())
            while True:
                await self._come.wait()
                self._come.clear()
                while not self._queue.empty():
                    await self._carry_out(self._queue.get_nowait())
                while self._turned_away:
                    said = "too many orders at once; give it again"
                    await self._answer("command refused", self._turned_away.popleft(), said)
                keys, self._contradicted = list(self._contradicted), {}
                await self._mark(keys, ("another process sent it after us",), unless_after=None)

    async def _read_earlier(self) -> None:
        """Until it is done: what has expired by then is answered all the same."""
        while True:
            try:
                commands = await self._orders.of(
                    self._connection_id, shard=self._shard, since=self._told_since
                )
            except NotAnswered as failed:
                log.warning("earlier orders could not be read", shard=self._shard, said=str(failed))
                await asyncio.sleep(self._pace.kafka_rest)
                continue
            for command in commands:
                self.ordered(command, earlier=True)
            return

    async def _answer(self, action: str, command: Command, said: str) -> None:
        """Until it is durable: Kafka takes nothing else meanwhile either."""
        said_of = {
            "command": command.command_id,
            "action": str(command.action),
            "by": command.actor,
            "reason": command.reason,
            "said": said,
        }
        record = record_key(self._connection_id, *command.record_id.split("/", 1)).decode()
        while True:
            if await self._telling.answer(action, command=said_of, record=record):
                return
            await asyncio.sleep(self._pace.kafka_rest)

    async def _carry_out(self, order: _Order) -> None:
        command = order.command
        try:
            keys = self._meant(Target.of(command.record_id))
        except ValueError:
            said = f"{command.record_id} is no entity of master data, nor a record of one"
            await self._answer("command refused", command, said)
            return
        words = (f"ordered by {command.actor}: {command.reason}",)
        unless_after = command.issued_at if order.earlier else None
        due = await self._count(keys, lambda key: self._due(key, words, unless_after) is not None)
        if self._clock.now() > command.expires_at and (due or not order.earlier):
            said = f"it expired at {command.expires_at.isoformat()}"
            await self._answer("command refused", command, said)
        elif due:
            await self._answer("command applied", command, f"{due} records are sent again")
            for start in range(0, len(keys), AT_ONCE):
                await self._mark(keys[start : start + AT_ONCE], words, unless_after=unless_after)
        elif order.earlier and await self._count(keys, lambda key: self._is_told(key, command.issued_at)):
            # By the owner before, who may have died before it answered.
            await self._answer("command applied", command, "what it names was sent again since it was given")
        else:
            said = f"nothing that was ever sent is known of {command.record_id}"
            await self._answer("command refused", command, said)

    async def _count(self, keys: Sequence[bytes], counts: Callable[[bytes], bool]) -> int:
        """Gives other work its turn now and then."""
        found = 0
        for number, key in enumerate(keys, 1):
            found += counts(key)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        return found

    def _is_told(self, key: bytes, since: datetime) -> bool:
        standing = self._work.standing(key)
        return standing is not None and standing.told is not None and standing.told.at >= since

    def _meant(self, target: Target) -> Sequence[bytes]:
        if target.external_code is not None:
            key = record_key(self._connection_id, target.entity, target.external_code)
            return [key] if self._work.standing(key) is not None else []
        if target.refused_only:
            of_it = (work.refused for work in self._work.entities() if work.entity == target.entity)
            return sorted(key for refused in of_it for key in refused)
        return self._keys(record_key(self._connection_id, target.entity) + b"/")

    async def _mark(
        self, keys: Iterable[bytes], words: tuple[str, ...], *, unless_after: datetime | None
    ) -> None:
        """Makes the records due; while Kafka does not take it, it is tried again."""
        left = list(keys)
        while states := [state for key in left if (state := self._due(key, words, unless_after)) is not None]:
            if await self._telling.say(states):
                return
            await asyncio.sleep(self._pace.kafka_rest)

    def _due(self, key: bytes, words: tuple[str, ...], unless_after: datetime | None) -> ImportState | None:
        """None where it has never been told of, or is pending anyway by another version."""
        standing = self._work.standing(key)
        told = standing.told if standing is not None else None
        if standing is None or told is None or told.digest != standing.wanted_digest:
            return None
        if unless_after is not None and told.at >= unless_after:
            return None
        return replace(
            told,
            sequence=told.sequence + 1,
            step=ImportStep.DUE,
            at=self._clock.now(),
            words=(*words, *carried(told, digest=told.digest)),
            attempts=0,
        )
