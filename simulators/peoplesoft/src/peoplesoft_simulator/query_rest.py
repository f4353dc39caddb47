"""Queries over the REST connector: ExecuteQuery answers with JSON or XML in one piece."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from aiohttp import hdrs, web

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.faults import FaultedCall, FaultOrder
from peoplesoft_simulator.query_catalogue import SiteQuery, query_named
from peoplesoft_simulator.query_desk import Found, QueryDesk
from peoplesoft_simulator.query_request import read_query_request, wants_json
from peoplesoft_simulator.query_run import QueryRefused, QueryRun
from peoplesoft_simulator.query_xml import query_element
from peoplesoft_simulator.row_spool import RowSpool, as_json, as_xml
from peoplesoft_simulator.security import Credentials, basic_credentials
from peoplesoft_simulator.sending import send
from peoplesoft_simulator.spoiled import HTML, XML, Answer, spoil
from peoplesoft_simulator.world import SiteState, World

REST_CONNECTOR = "/PSIGW/RESTListeningConnector"
JSON = "application/json"
CHALLENGE = {"WWW-Authenticate": 'Basic realm="PeopleSoft"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    number: int
    state: SiteState
    basic: Credentials | None
    asked_name: str
    query: SiteQuery | None
    run: QueryRun | None
    problem: str
    json: bool

    @property
    def operator(self) -> str:
        return self.basic.operator if self.basic else "ANONYMOUS"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """An answer that is sent row by row: what comes before the rows, the rows, what comes after."""

    head: bytes
    spool: RowSpool
    tail: bytes
    content_type: str

    def pieces(self) -> Iterator[bytes]:
        yield self.head
        for block in self.spool.blocks:
            yield from self.spool.pieces(block)
        yield self.tail


class QueryConnector:
    """RESTListeningConnector, as far as queries go. HTTP Basic is all it knows; there is no node security."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._desk = QueryDesk(world)

    def routes(self) -> list[web.RouteDef]:
        """The connector's address."""
        path = "{node}/ExecuteQuery.v1/{owner}/{query}/{type}/{format}"
        return [web.get(f"{REST_CONNECTOR}/{path}", self._get)]

    async def _get(self, http: web.Request) -> web.StreamResponse:
        state = self._world.sites.get(http.match_info["node"])
        if state is None:
            return await send(http, error_answer("json", 404, f"no node {http.match_info['node']}"))
        call = self._call(http, state)
        order = self._order(call)
        await self._desk.came_in(
            call.number,
            state=state,
            operation="query",
            operator=call.operator,
            order=order,
            query=call.asked_name,
            prompts=call.run.asked() | {"maxrows": str(call.run.max_rows)} if call.run else {},
        )
        with self._world.load.one_call(node=state.site.node, operator=call.operator):
            answer, outcome = await self._carry_out(call, order)
        rows = answer.spool.rows if isinstance(answer, _Rows) else None
        try:
            if order is not None and order.kind != "delay_seconds":
                answer = await _spoiled(order, answer)
            status = answer.status if isinstance(answer, Answer) else 200
            dropped = isinstance(answer, Answer) and answer.dropped
            await self._desk.went_out(
                call.number, status=None if dropped else status, outcome=outcome, rows=rows
            )
            return await (send(http, answer) if isinstance(answer, Answer) else _stream(http, answer))
        finally:
            if isinstance(answer, _Rows):
                answer.spool.close()

    def _call(self, http: web.Request, state: SiteState) -> _Call:
        name, owner = http.match_info["query"], http.match_info["owner"]
        query = query_named(state.site, name, owner=owner)
        form = http.match_info["type"], http.match_info["format"]
        run: QueryRun | None = None
        problem, as_json_wanted = "", True
        try:
            as_json_wanted = (
                wants_json(http.raw_path, flag=state.settings.rest_json_flag) and form[0] == "JSON"
            )
            run = read_query_request(query, http.raw_path, form=form) if query else None
        except QueryRefused as refused:
            problem = str(refused)
        return _Call(
            number=self._world.log.next_request(),
            state=state,
            basic=basic_credentials(http.headers.get(hdrs.AUTHORIZATION)),
            asked_name=name,
            query=query,
            run=run,
            problem=problem,
            json=as_json_wanted,
        )

    def _order(self, call: _Call) -> FaultOrder | None:
        asked = call.run.asked() if call.run else {}
        return self._world.faults.take(
            FaultedCall(
                operation="query",
                node=call.state.site.node,
                operator=call.operator,
                sent=lambda name: asked.get(name, ""),
                query=call.query.query.name if call.query else call.asked_name,
                finds_rows=True,
            )
        )

    async def _carry_out(self, call: _Call, order: FaultOrder | None) -> tuple[Answer | _Rows, str]:
        if order is not None and order.kind == "delay_seconds":
            await asyncio.sleep(order.params.seconds)
        elif order is not None and not order.runs_query:
            return Answer(), f"not processed: {order.kind}"
        answer, outcome = await self._answer(call, order)
        if order is not None and order.kind == "slow_answer":
            await asyncio.sleep(order.params.seconds)
        return answer, outcome

    async def _answer(self, call: _Call, order: FaultOrder | None) -> tuple[Answer | _Rows, str]:
        state = call.state
        refusal = await self._desk.sign_on(state, (call.basic,) if call.basic else ())
        if refusal is None and not state.operators[call.operator].may_query:
            refusal = catalogue.NOT_AUTHORISED.says(call.operator, "QAS_EXECUTEQRY_REST_GET")
        if refusal is not None:
            denied = error_answer(state.settings.rest_error_body, 401, refusal.text)
            return replace(denied, headers=CHALLENGE), f"fault ({refusal.set},{refusal.number})"
        await asyncio.sleep(state.settings.latency_ms / 1000)
        if call.query is None:
            text = catalogue.QUERY_UNKNOWN.says(call.asked_name).text
            return error_answer(state.settings.rest_error_body, 404, text), "unknown query"
        if call.run is None:
            return _bad_request(call, call.problem)
        encode = as_json if call.json else as_xml
        try:
            found = await self._desk.run(state, call.run, operator=call.operator, order=order, encode=encode)
        except QueryRefused as refused:
            return _bad_request(call, str(refused))
        if order is not None and order.kind == "error_status":
            found.rows.close()
            return error_answer("json", 200, order.params.text), "error"
        return (_json_rows(found) if call.json else _xml_rows(found)), f"found {found.rows.rows}"


def _json_rows(found: Found) -> _Rows:
    name = json.dumps(found.name)
    head = (
        f'{{"status":"success","data":{{"query":{{"numrows":{found.stated_rows},"queryname=":{name},"rows":['
    )
    return _Rows(head=head.encode(), spool=found.rows, tail=b"]}}}", content_type=JSON)


def _xml_rows(found: Found) -> _Rows:
    head, tail = query_element(found.name, rows=found.stated_rows)
    declaration = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    return _Rows(head=declaration + head, spool=found.rows, tail=tail, content_type=XML)


async def _spoiled(order: FaultOrder, answer: Answer | _Rows) -> Answer:
    """The whole answer in memory, spoiled: a fault's answer is not the one to be economical with."""
    if isinstance(answer, Answer):
        return spoil(order, answer)
    body = await asyncio.to_thread(lambda: b"".join(answer.pieces()))
    answer.spool.close()
    return spoil(order, Answer(body=body, content_type=answer.content_type))


def _bad_request(call: _Call, why: str) -> tuple[Answer, str]:
    return error_answer(
        "json", 400, catalogue.QUERY_REFUSED.says(call.asked_name, why).text
    ), f"refused: {why}"


def error_answer(kind: str, status: int, text: str) -> Answer:
    """An error of the framework; what it looks like is an assumption."""
    if kind == "html":
        page = f"<html><head><title>Error {status}</title></head><body><p>{text}</p></body></html>"
        return Answer(status=status, body=page.encode(), content_type=HTML)
    return Answer(
        status=status, body=json.dumps({"status": "error", "message": text}).encode(), content_type=JSON
    )


async def _stream(http: web.Request, answer: _Rows) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type, response.charset = answer.content_type, "utf-8"
    with suppress(ConnectionError):
        await response.prepare(http)
        for piece in answer.pieces():
            await response.write(piece)
    return response
