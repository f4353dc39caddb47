"""Queries over the SOAP connector: one call starts a query, later ones poll for its results block by block."""

import asyncio
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from aiohttp import hdrs, web

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.faults import FaultedCall, FaultOrder
from peoplesoft_simulator.query_catalogue import SiteQuery, query_named
from peoplesoft_simulator.query_desk import Found, QueryDesk
from peoplesoft_simulator.query_run import QueryRefused, QueryRun
from peoplesoft_simulator.query_xml import (
    EXECUTE,
    ExecuteRequest,
    ResultsRequest,
    query_element,
    read_execute,
    read_results,
    results,
    started,
)
from peoplesoft_simulator.row_spool import as_xml
from peoplesoft_simulator.security import Credentials, basic_credentials, presented
from peoplesoft_simulator.sending import send
from peoplesoft_simulator.soap import NotSoap, Request, broker_fault, read_request
from peoplesoft_simulator.spoiled import Answer, spoil
from peoplesoft_simulator.world import SiteState, World

MOST_INSTANCES = 50
"""Results kept at once; the oldest are given up, and whoever still polls for them gets a fault."""


@dataclass(slots=True, kw_only=True)
class _Instance:
    """A query that was started: whose it is, what it found, how often it will still say that it is queued."""

    node: str
    operator: str
    site_query: str
    delivered: str
    found: Found
    queued: int
    said: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    number: int
    state: SiteState
    alias: str
    request: Request | None
    problem: str
    shown: tuple[Credentials, ...]
    execute: ExecuteRequest | None
    results: ResultsRequest | None
    instance: _Instance | None
    query: SiteQuery | None

    @property
    def operator(self) -> str:
        return self.shown[0].operator if self.shown else "ANONYMOUS"

    @property
    def run(self) -> QueryRun | None:
        if self.execute is None or self.query is None or self.execute.problem:
            return None
        return QueryRun(
            query=self.query,
            prompts=self.execute.prompts,
            max_rows=self.execute.max_rows,
            columns=self.execute.columns,
        )

    @property
    def name(self) -> str | None:
        """The site's name of the query, None where the call names no query we know of."""
        if self.execute is not None:
            return self.execute.name
        return self.instance.site_query if self.instance else None

    def asked(self) -> dict[str, str]:
        """The prompts, or the block."""
        if self.results is not None:
            return {"BLOCK": str(self.results.block)}
        return self.run.asked() | {"MaxRow": str(self.run.max_rows)} if self.run else {}

    def sent(self, name: str) -> str:
        """What a fault's `where` may look at."""
        return {**self.asked(), "STEP": "execute" if self.execute else "results"}.get(name, "")


class QueryPolling:
    """The two service operations of QAS that run a query in the background. Instances die with the process."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._desk = QueryDesk(world)
        self._instances: OrderedDict[str, _Instance] = OrderedDict()

    async def post(
        self, http: web.Request, *, alias: str, state: SiteState, raw: bytes
    ) -> web.StreamResponse:
        """One call of either operation."""
        call = self._call(http, alias=alias, state=state, raw=raw)
        order = self._order(call)
        await self._desk.came_in(
            call.number,
            state=state,
            operation="query_soap",
            operator=call.operator,
            order=order,
            query=call.name,
            prompts=call.asked(),
        )
        with self._world.load.one_call(node=state.site.node, operator=call.operator):
            answer, outcome, rows = await self._carry_out(call, order)
        if order is not None and order.kind != "delay_seconds":
            answer = spoil(order, answer)
        status = None if answer.dropped else answer.status
        await self._desk.went_out(call.number, status=status, outcome=outcome, rows=rows)
        return await send(http, answer)

    def _call(self, http: web.Request, *, alias: str, state: SiteState, raw: bytes) -> _Call:
        request: Request | None = None
        problem = ""
        try:
            request = read_request(raw)
        except NotSoap as unreadable:
            problem = str(unreadable)
        executes = alias == EXECUTE
        execute = read_execute(request.body) if request and executes else None
        wanted = read_results(request.body) if request and not executes else None
        return _Call(
            number=self._world.log.next_request(),
            state=state,
            alias=alias,
            request=request,
            problem=problem,
            shown=presented(
                state.site.authentication,
                basic=basic_credentials(http.headers.get(hdrs.AUTHORIZATION)),
                token=request.token if request else None,
            ),
            execute=execute,
            results=wanted,
            instance=self._instances.get(wanted.instance) if wanted else None,
            query=query_named(state.site, execute.name, owner=execute.owner) if execute else None,
        )

    def _order(self, call: _Call) -> FaultOrder | None:
        name = call.query.query.name if call.query else call.execute.name if call.execute else ""
        return self._world.faults.take(
            FaultedCall(
                operation="query_soap",
                node=call.state.site.node,
                operator=call.operator,
                sent=call.sent,
                query=call.instance.delivered if call.instance else name,
                finds_rows=call.execute is not None,
            )
        )

    async def _carry_out(self, call: _Call, order: FaultOrder | None) -> tuple[Answer, str, int | None]:
        if order is not None and order.kind == "delay_seconds":
            await asyncio.sleep(order.params.seconds)
        elif order is not None and not order.runs_query:
            return Answer(), f"not processed: {order.kind}", None
        refusal = await self._refusal(call)
        if refusal is not None:
            served = _refused(call, refusal)
        elif call.execute is not None:
            served = await self._execute(call, call.execute, order)
        else:
            served = await self._results(call)
        if order is not None and order.kind == "slow_answer":
            await asyncio.sleep(order.params.seconds)
        return served

    async def _refusal(self, call: _Call) -> Message | None:
        if call.request is None:
            return catalogue.XML_UNREADABLE.says(call.problem)
        refusal = await self._desk.sign_on(call.state, call.shown)
        if refusal is None and not call.state.operators[call.operator].may_query:
            return catalogue.NOT_AUTHORISED.says(call.operator, call.alias)
        if refusal is None:
            await asyncio.sleep(call.state.settings.latency_ms / 1000)
        return refusal

    async def _execute(
        self, call: _Call, execute: ExecuteRequest, order: FaultOrder | None
    ) -> tuple[Answer, str, int | None]:
        if call.query is None:
            return _refused(call, catalogue.QUERY_UNKNOWN.says(execute.name))
        if call.run is None:
            return _refused(call, catalogue.QUERY_REFUSED.says(execute.name, execute.problem))
        settings = call.state.settings
        try:
            found = await self._desk.run(
                call.state,
                call.run,
                operator=call.operator,
                order=order,
                encode=as_xml,
                block_rows=settings.query_block_rows,
                block_bytes=execute.block_bytes,
            )
        except QueryRefused as refused:
            return _refused(call, catalogue.QUERY_REFUSED.says(execute.name, str(refused)))
        instance = _Instance(
            node=call.state.site.node,
            operator=call.operator,
            site_query=call.query.name,
            delivered=call.query.query.name,
            found=found,
            queued=settings.query_queued_polls,
            said=order.params.text if order is not None and order.kind == "error_status" else None,
        )
        number = secrets.token_hex(16)
        self._instances[number] = instance
        while len(self._instances) > MOST_INSTANCES:
            _, oldest = self._instances.popitem(last=False)
            oldest.found.rows.close()
        return Answer(body=started(number)), f"found {found.rows.rows}", found.rows.rows

    async def _results(self, call: _Call) -> tuple[Answer, str, int | None]:
        wanted, instance = call.results, call.instance
        owner = (call.state.site.node, call.operator)
        if wanted is None or instance is None or (instance.node, instance.operator) != owner:
            return _refused(call, catalogue.QUERY_INSTANCE_UNKNOWN.says(wanted.instance if wanted else ""))
        if instance.queued > 0:
            instance.queued -= 1
            return Answer(body=results("queued")), "queued", None
        if instance.said is not None:
            return Answer(body=results(instance.said)), "error", None
        blocks = instance.found.rows.blocks
        if not 1 <= wanted.block <= len(blocks):
            return _refused(call, catalogue.BLOCK_UNKNOWN.says(wanted.instance, str(wanted.block)))
        block, last = blocks[wanted.block - 1], wanted.block == len(blocks)
        lie = instance.found.stated_rows - instance.found.rows.rows if last else 0
        head, tail = query_element(instance.found.name, rows=block.rows + lie)
        rows = b"".join(instance.found.rows.pieces(block))
        status = "finalBlockRetrieved" if last else "blockRetrieved"
        return Answer(body=results(status, head + rows + tail)), status, block.rows


def _refused(call: _Call, message: Message) -> tuple[Answer, str, int | None]:
    answer = Answer(status=call.state.settings.fault_http_status, body=broker_fault(message))
    return answer, f"fault ({message.set},{message.number})", None
