"""The payment inquiry over REST: POST of a JSON object to a resource below the site's root, HTTP Basic.

A row fault cuts or doubles rows whose numbers still say how many there are; other faults are as those of queries.
"""

import asyncio
import json
from dataclasses import dataclass, replace
from decimal import Decimal

from aiohttp import hdrs, web

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.faults import FaultedCall, FaultOrder
from peoplesoft_simulator.payment_inquiry import FIELDS, PAYMENTS, Inquiry, InquiryRefused
from peoplesoft_simulator.query import QueryRow
from peoplesoft_simulator.query_desk import QueryDesk
from peoplesoft_simulator.query_rest import CHALLENGE, JSON, error_answer
from peoplesoft_simulator.row_faults import twisted
from peoplesoft_simulator.security import Credentials, basic_credentials
from peoplesoft_simulator.sending import send
from peoplesoft_simulator.spoiled import Answer, spoil
from peoplesoft_simulator.world import SiteState, World


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    state: SiteState
    resource: str
    basic: Credentials | None
    inquiry: Inquiry | None
    problem: str

    @property
    def operator(self) -> str:
        return self.basic.operator if self.basic else "ANONYMOUS"

    @property
    def asked(self) -> dict[str, str]:
        return dict(self.inquiry.fields) if self.inquiry else {}


class InquiryConnector:
    """The resources of all sites, each below its own root."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._desk = QueryDesk(world)

    def routes(self) -> list[web.RouteDef]:
        """Every place a root may be; nothing else below the gateway is posted to with these names."""
        names = "|".join(FIELDS)
        return [web.post(f"/PSIGW/{{root:.+}}/{{resource:{names}}}", self._post)]

    async def _post(self, http: web.Request) -> web.StreamResponse:
        root, resource = http.match_info["root"], http.match_info["resource"]
        state = next((each for each in self._world.sites.values() if each.site.inquiry == root), None)
        if state is None:
            return await send(http, error_answer("json", 404, f"no resource {root}/{resource}"))
        call = _read(http, state, resource, await http.read())
        order = self._world.faults.take(
            FaultedCall(
                operation="inquiry",
                node=state.site.node,
                operator=call.operator,
                sent=lambda name: call.asked.get(name, ""),
                query=resource,
                finds_rows=resource == PAYMENTS,
            )
        )
        number = self._world.log.next_request()
        await self._desk.came_in(
            number,
            state=state,
            operation="inquiry",
            operator=call.operator,
            order=order,
            query=resource,
            prompts=call.asked,
        )
        with self._world.load.one_call(node=state.site.node, operator=call.operator):
            answer, outcome, rows = await self._carry_out(call, order)
        if order is not None and order.kind != "delay_seconds":
            answer = spoil(order, answer)
        status = None if answer.dropped else answer.status
        await self._desk.went_out(number, status=status, outcome=outcome, rows=rows)
        return await send(http, answer)

    async def _carry_out(self, call: _Call, order: FaultOrder | None) -> tuple[Answer, str, int | None]:
        if order is not None and order.kind == "delay_seconds":
            await asyncio.sleep(order.params.seconds)
        elif order is not None and not order.runs_query:
            return Answer(), f"not processed: {order.kind}", None
        served = await self._answer(call, order)
        if order is not None and order.kind == "slow_answer":
            await asyncio.sleep(order.params.seconds)
        return served

    async def _answer(self, call: _Call, order: FaultOrder | None) -> tuple[Answer, str, int | None]:
        state, kind = call.state, call.state.settings.rest_error_body
        refusal = await self._desk.sign_on(state, (call.basic,) if call.basic else ())
        if refusal is not None:
            denied = replace(error_answer(kind, 401, refusal.text), headers=CHALLENGE)
            return denied, f"fault ({refusal.set},{refusal.number})", None
        if not state.operators[call.operator].may_query:
            text = catalogue.NOT_AUTHORISED.says(call.operator, call.resource).text
            return error_answer(kind, 403, text), "not authorised", None
        await asyncio.sleep(state.settings.latency_ms / 1000)
        if call.inquiry is None:
            return error_answer(kind, 400, call.problem), f"refused: {call.problem}", None
        if order is not None and order.kind == "error_status":
            return error_answer("json", 200, order.params.text), "error", None
        inquiry, node, books = call.inquiry, state.site.node, self._world.books
        if inquiry.resource != PAYMENTS:
            said = await self._world.on_disk(lambda: inquiry.status(books, node))
            return Answer(body=_object(said).encode(), content_type=JSON), "told", None
        found = await self._world.on_disk(lambda: inquiry.rows(books, node))
        rows = list(twisted(order, found))
        return _rows(rows), f"found {len(rows)}", len(rows)


def _read(http: web.Request, state: SiteState, resource: str, raw: bytes) -> _Call:
    inquiry, problem = None, ""
    try:
        inquiry = Inquiry.read(resource, json.loads(raw))
    except (InquiryRefused, ValueError) as refused:
        problem = str(refused)
    return _Call(
        state=state,
        resource=resource,
        basic=basic_credentials(http.headers.get(hdrs.AUTHORIZATION)),
        inquiry=inquiry,
        problem=problem,
    )


def _rows(rows: list[QueryRow]) -> Answer:
    inside = ",".join(_object(each) for each in rows)
    return Answer(body=f'{{"{PAYMENTS}":{{"rows":[{inside}]}}}}'.encode(), content_type=JSON)


def _object(values: QueryRow) -> str:
    """Amounts as numbers with all their digits."""
    written = (
        f"{json.dumps(name)}:{f'{value:f}' if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)}"
        for name, value in values.items()
    )
    return f"{{{','.join(written)}}}"
