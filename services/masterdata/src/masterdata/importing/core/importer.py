"""All connections with master data whose shard this process owns, each with an import of its own."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import structlog
from ap_domain.command import Command
from ap_domain.desired_state import FlowState
from chassis.connections import Connection
from chassis.keys import record_key
from chassis.ledger.ports import Clock, Flows
from chassis.streams.ports import Shards, Table, TableView

from masterdata.importing.core.asking import Asking
from masterdata.importing.core.connection_import import ConnectionImport, flow_state
from masterdata.importing.core.earlier_orders import EarlierOrders
from masterdata.importing.core.pace import Pace
from masterdata.importing.core.ports import Connections, Contents, ImportApi, Journal, Orders
from masterdata.importing.core.resending import Resending
from masterdata.importing.core.sending import Sending
from masterdata.importing.core.standings import STANDINGS
from masterdata.importing.core.telling import Telling
from masterdata.importing.core.workload import Workload

__all__ = ["Importer"]

LOADED_AT_ONCE = 500
"""Standings looked at before others get their turn on the event loop."""
AGAIN_SECONDS = 60.0
"""After a fault of our own the connection's import begins anew."""

log = structlog.get_logger("masterdata.importing")


def _is_imported(connection: Connection) -> bool:
    """In shadow mode nothing is called: not even what was sent before is asked about, until it is live again."""
    return bool(connection.masterdata) and connection.mode == "live"


@dataclass(slots=True, kw_only=True)
class _Run:
    shard: int
    work: Workload
    resending: Resending
    imports: ConnectionImport
    task: asyncio.Task[None] | None = None
    again_at: float | None = None


class Importer:
    """Level-triggered: looks at what is owned, begins what is not running, ends what is no longer ours."""

    def __init__(
        self,
        *,
        directory: Connections,
        flows: Flows,
        clock: Clock,
        shards: Shards,
        view: TableView,
        api: ImportApi,
        contents: Contents,
        journal: Journal,
        orders: Orders,
        actor: str,
        fraction: Callable[[], float],
        pace: Pace | None = None,
    ) -> None:
        self._directory = directory
        self._flows = flows
        self._clock = clock
        self._shards = shards
        self._view = view
        self._api = api
        self._contents = contents
        self._journal = journal
        self._orders = EarlierOrders(orders=orders, now=clock.now)
        self._actor = actor
        self._fraction = fraction
        self._pace = pace or Pace()
        self._runs: dict[str, _Run] = {}
        shards.on_change(self._changed)

    def workloads(self) -> Iterator[tuple[str, Workload]]:
        """What is to be done, by connection; for metrics."""
        return iter([(connection_id, run.work) for connection_id, run in self._runs.items()])

    def ordered(self, command: Command) -> None:
        """A person's order was taken in. One for a connection not at work yet is read again when it is."""
        run = self._runs.get(command.connection_id)
        if run is not None:
            run.resending.ordered(command)

    def contradicted(self, shard: int, key: bytes) -> None:
        """A word on a record came late: another process sent a version of it after what we know."""
        run = self._run_of(shard, key)
        if run is not None:
            run.resending.contradicted(key)

    async def run(self) -> None:
        """Until cancelled; a fault met in one connection ends none of the others."""
        async with asyncio.TaskGroup() as imports:
            while True:
                self._look(imports)
                await asyncio.sleep(self._pace.tick)

    def _look(self, imports: asyncio.TaskGroup) -> None:
        owned = self._shards.owned()
        ours = {each.id: each for each in self._directory.all() if each.shard in owned and _is_imported(each)}
        for connection_id, run in list(self._runs.items()):
            over = run.again_at is not None and self._clock.monotonic() >= run.again_at
            if connection_id not in ours or ours[connection_id].shard != run.shard or over:
                del self._runs[connection_id]
                if run.task is not None:
                    run.task.cancel()
        for connection in ours.values():
            if connection.id not in self._runs:
                run = self._runs[connection.id] = self._made(connection)
                run.task = imports.create_task(self._one(connection.id, run))

    async def _one(self, connection_id: str, run: _Run) -> None:
        try:
            await self._load(connection_id, run)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(run.resending.run())
                tasks.create_task(run.imports.run())
                tasks.create_task(self._look_at_all(connection_id, run))
        except Exception:  # a bug met in one customer's records must not end the imports of all
            log.exception("the import of a connection ended by our own fault", connection=connection_id)
            run.again_at = self._clock.monotonic() + AGAIN_SECONDS

    async def _look_at_all(self, connection_id: str, run: _Run) -> None:
        """Heals what went by unnoticed: a shard that was away and back between two looks."""
        while True:
            await asyncio.sleep(self._pace.look_at_all)
            await self._load(connection_id, run)

    async def _load(self, connection_id: str, run: _Run) -> None:
        """What was recovered is told by nobody; what changes meanwhile is taken up by `_changed`."""
        keys = self._view.keys(STANDINGS, run.shard, record_key(connection_id) + b"/")
        for number, key in enumerate(keys, start=1):
            run.work.changed(key)
            if number % LOADED_AT_ONCE == 0:
                await asyncio.sleep(0)

    def _made(self, connection: Connection) -> _Run:
        connection_id, shard = connection.id, connection.shard
        clock, pace = self._clock, self._pace
        work = Workload(
            standing=lambda key: self._view.get(STANDINGS, shard, key),
            spacing=lambda: pace.spacing(
                (self._directory.get(connection_id) or connection).basware.record_spacing
            ),
            clock=clock,
            pace=pace,
        )
        telling = Telling(
            journal=self._journal,
            work=work,
            connection_id=connection_id,
            shard=shard,
            actor=self._actor,
            clock=clock,
        )
        sending = Sending(
            api=self._api,
            contents=self._contents,
            telling=telling,
            work=work,
            clock=clock,
            pace=pace,
            may_send=lambda: self._may_send(connection_id, shard),
        )
        imports = ConnectionImport(
            connection=lambda: self._directory.get(connection_id),
            flows=self._flows,
            clock=clock,
            api=self._api,
            work=work,
            sending=sending,
            asking=Asking(api=self._api, telling=telling, work=work, clock=clock, pace=pace),
            pace=pace,
            fraction=self._fraction,
        )
        resending = Resending(
            connection_id=connection_id,
            shard=shard,
            keys=lambda prefix: self._view.keys(STANDINGS, shard, prefix),
            orders=self._orders,
            telling=telling,
            work=work,
            clock=clock,
            pace=pace,
        )
        return _Run(shard=shard, work=work, resending=resending, imports=imports)

    def _may_send(self, connection_id: str, shard: int) -> bool:
        connection = self._directory.get(connection_id)
        return (
            connection is not None
            and _is_imported(connection)
            and shard in self._shards.owned()
            and flow_state(self._flows, connection_id) is FlowState.RUNNING
        )

    def _changed(self, table: Table[object], shard: int, key: bytes) -> None:
        run = self._run_of(shard, key)
        if run is not None and table.name == STANDINGS.name:
            run.work.changed(key)

    def _run_of(self, shard: int, key: bytes) -> _Run | None:
        run = self._runs.get(unquote(key.split(b"/", 1)[0].decode()))
        return run if run is not None and run.shard == shard else None
