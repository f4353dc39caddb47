"""What both routes to queries share: who may run them, the log, and the run itself, spoiled as a test ordered."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.faults import FaultOrder
from peoplesoft_simulator.query import QueryRow, Tables
from peoplesoft_simulator.query_catalogue import DELIVERED, SiteQuery
from peoplesoft_simulator.query_run import Prompt, QueryRun
from peoplesoft_simulator.query_setup import QuerySetup
from peoplesoft_simulator.request_log import LoggedCall
from peoplesoft_simulator.row_faults import twisted
from peoplesoft_simulator.row_spool import Encode, RowSpool, spool
from peoplesoft_simulator.security import Credentials, log_in
from peoplesoft_simulator.world import SiteState, World

_ELSEWHERE = ("APS_PAYMENT_TERMS", "APS_ACCOUNTS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a run found: the rows, and the name and count the answer gives, which a fault may have made wrong."""

    name: str
    rows: RowSpool
    stated_rows: int


class QueryDesk:
    """Signs operators on and runs queries over one world, off the event loop."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def sign_on(self, state: SiteState, shown: tuple[Credentials, ...]) -> Message | None:
        """Log in; what was wrong, if anything was."""
        login = log_in(
            state.operators, shown, lock_after=state.settings.lock_after, now=self._world.clock.now()
        )
        if login.operator is not None:
            await self._world.record_login(state.site.node, login.operator)
        return login.refusal

    async def came_in(
        self,
        number: int,
        *,
        state: SiteState,
        operation: str,
        operator: str,
        order: FaultOrder | None,
        query: str | None,
        prompts: Mapping[str, str],
    ) -> None:
        """Log a call before anything is done about it."""
        logged = LoggedCall(
            request=number,
            node=state.site.node,
            operation=operation,
            operator=operator,
            fault=order.kind if order else None,
            received_at=self._world.clock.now().isoformat(),
            query=query,
            prompts=json.dumps(prompts),
        )
        await self._world.on_disk(lambda: self._world.log.came_in(logged))

    async def went_out(self, number: int, *, status: int | None, outcome: str, rows: int | None) -> None:
        """Log what became of it; `status` None means the connection was dropped."""
        answered_at = self._world.clock.now().isoformat()
        await self._world.on_disk(
            lambda: self._world.log.went_out(
                number, answered_at=answered_at, http_status=status, outcome=outcome, rows=rows
            )
        )

    async def run(
        self,
        state: SiteState,
        run: QueryRun,
        *,
        operator: str,
        order: FaultOrder | None,
        encode: Encode,
        block_rows: int | None = None,
        block_bytes: int | None = None,
    ) -> Found:
        """Find and encode the rows.

        Raises:
            QueryRefused: the prompts do not fit the query.
        """
        now, cap = self._world.clock.now(), state.operators[operator].query_max_rows
        tables = Tables(node=state.site.node, reference=state.data, books=self._world.books.reader)
        rows: Iterable[QueryRow] = run.rows(tables, now=now, cap=cap)
        name, lie = run.query.name, 0
        if order is not None and order.kind == "wrong_query":
            other = _another(run)
            name, rows = other.query.name, other.rows(tables, now=now, cap=cap)
        if order is not None and order.kind == "lying_numrows":
            lie = 1 if order.params.rows is None else order.params.rows
        spooled = await asyncio.to_thread(
            spool, twisted(order, rows), encode, block_rows=block_rows, block_bytes=block_bytes
        )
        return Found(name=name, rows=spooled, stated_rows=spooled.rows + lie)


def _another(run: QueryRun) -> QueryRun:
    """A run of some other query, over everything."""
    name = next(each for each in _ELSEWHERE if each != run.query.query.name)
    query = SiteQuery(query=DELIVERED[name], setup=QuerySetup())
    prompts = tuple(Prompt(query=name, name=each, value="") for each in query.prompts if each != "SETID")
    setid = Prompt(query=name, name="SETID", value=run.asked().get("SETID", "SHARE"))
    return replace(run, query=query, prompts=(*prompts, setid), columns=frozenset())
