"""The gateway's SOAP connector over HTTP: addressing, WSDL, the log, and the faults tests order."""

import asyncio
from dataclasses import replace

from aiohttp import hdrs, web

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.faults import DELAYS, FaultedCall, FaultOrder
from peoplesoft_simulator.query_polling import QueryPolling
from peoplesoft_simulator.query_xml import EXECUTE, RESULTS
from peoplesoft_simulator.request_log import LoggedCall
from peoplesoft_simulator.security import basic_credentials
from peoplesoft_simulator.sending import send
from peoplesoft_simulator.service import BrokerService, Call, Served, Twist
from peoplesoft_simulator.site import OPERATIONS, Operation, Site
from peoplesoft_simulator.soap import NotSoap, Request, broker_fault, read_request
from peoplesoft_simulator.spoiled import DROPPED, Answer, spoil
from peoplesoft_simulator.world import World
from peoplesoft_simulator.wsdl import wsdl_document

_TWISTS: dict[str, Twist] = {"wrong_answer": "about another", "found_nothing": "blind"}
CONNECTOR = "/PSIGW/PeopleSoftServiceListeningConnector"


class Gateway:
    """PeopleSoftServiceListeningConnector. POST calls a service operation, GET serves a service's WSDL.

    The node is the first path segment, or the query's `To`; a last segment ending with .wsdl names a service and
    may be posted to as well.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._service = BrokerService(world)
        self._polling = QueryPolling(world)

    def routes(self) -> list[web.RouteDef]:
        """The connector's addresses."""
        return [
            web.get(CONNECTOR, self._get),
            web.post(CONNECTOR, self._post),
            web.get(f"{CONNECTOR}/{{tail:.*}}", self._get),
            web.post(f"{CONNECTOR}/{{tail:.*}}", self._post),
        ]

    async def _post(self, http: web.Request) -> web.StreamResponse:
        raw, alias = await http.read(), _alias(http)
        if alias in (EXECUTE, RESULTS):
            node, _ = _target(http)
            return await self._polling.post(http, alias=alias, state=self._world.site(node), raw=raw)
        call = self._call(http, raw, alias=alias)
        order = self._order(call)
        await self._came_in(call, order)
        with self._world.load.one_call(node=call.node, operator=call.operator):
            if order is not None and order.kind == "commit_after_seconds" and not order.params.answer:
                self._world.later(self._carry_out_alone(call, order))
                return await send(http, DROPPED)
            served = await self._carry_out(call, order)
        await self._went_out(call, served)
        return await send(http, served.answer)

    async def _get(self, http: web.Request) -> web.StreamResponse:
        node, file = _target(http)
        state = self._world.site(node)
        wanted = file.removesuffix(".wsdl") if file else http.query.get("wsdl", "")
        order = self._world.faults.take(FaultedCall(operation="wsdl", node=state.site.node))
        if order is not None and order.kind in DELAYS:
            await asyncio.sleep(order.params.seconds)
        if wanted == f"{state.site.service}.1":
            address = f"{http.scheme}://{http.host}{CONNECTOR}/{state.site.node}"
            good = Answer(body=wsdl_document(state.site, state.shape, address=address))
        else:
            fault = broker_fault(catalogue.OPERATION_UNKNOWN.says(wanted or "GetWSDL"))
            good = Answer(status=state.settings.fault_http_status, body=fault)
        return await send(http, good if order is None else spoil(order, good))

    def _call(self, http: web.Request, raw: bytes, *, alias: str) -> Call:
        node, _ = _target(http)
        state = self._world.site(node)
        request: Request | None = None
        problem = ""
        try:
            request = read_request(raw)
        except NotSoap as unreadable:
            problem = str(unreadable)
        return Call(
            number=self._world.log.next_request(),
            state=state,
            alias=alias,
            operation=_operation(state.site, alias),
            request=request,
            problem=problem,
            basic=basic_credentials(http.headers.get(hdrs.AUTHORIZATION)),
        )

    def _order(self, call: Call) -> FaultOrder | None:
        return self._world.faults.take(
            FaultedCall(
                operation=call.operation or "unknown",
                node=call.node,
                operator=call.operator,
                sent=call.sent,
            )
        )

    async def _carry_out(self, call: Call, order: FaultOrder | None) -> Served:
        if order is None:
            return await self._service.serve(call)
        if order.kind in DELAYS:
            await asyncio.sleep(order.params.seconds)
            return await self._service.serve(call)
        served = Served(answer=Answer(), outcome=f"not processed: {order.kind}")
        if order.after_processing:
            served = await self._service.serve(call, twist=_TWISTS.get(order.kind, "straight"))
        if order.kind == "notification_0":
            return replace(served, answer=self._service.refusal(call, order.params.messages))
        if order.kind == "slow_answer":
            await asyncio.sleep(order.params.seconds)
        return replace(served, answer=spoil(order, served.answer))

    async def _carry_out_alone(self, call: Call, order: FaultOrder) -> None:
        served = await self._carry_out(call, order)
        await self._went_out(call, replace(served, answer=DROPPED))

    async def _came_in(self, call: Call, order: FaultOrder | None) -> None:
        logged = LoggedCall(
            request=call.number,
            node=call.node,
            operation=call.operation or call.alias,
            operator=call.operator,
            business_unit=call.sent("BUSINESS_UNIT"),
            invoice_id=call.sent("INVOICE_ID"),
            vendor_id=call.sent("VENDOR_ID"),
            voucher_id=call.sent("VOUCHER_ID"),
            fault=order.kind if order else None,
            received_at=self._world.clock.now().isoformat(),
        )
        await self._world.on_disk(lambda: self._world.log.came_in(logged))

    async def _went_out(self, call: Call, served: Served) -> None:
        answered_at = self._world.clock.now().isoformat()
        await self._world.on_disk(
            lambda: self._world.log.went_out(
                call.number,
                answered_at=answered_at,
                http_status=None if served.answer.dropped else served.answer.status,
                outcome=served.outcome,
                voucher=served.voucher,
            )
        )


def _target(http: web.Request) -> tuple[str | None, str | None]:
    """Node and service file of an address."""
    parts = [part for part in http.match_info.get("tail", "").split("/") if part]
    file = parts.pop() if parts and parts[-1].endswith(".wsdl") else None
    return (parts[0] if parts else http.query.get("To")), file


def _alias(http: web.Request) -> str:
    return http.headers.get("SOAPAction", "").strip().strip('"') or http.query.get("Operation", "")


def _operation(site: Site, alias: str) -> Operation | None:
    return next((each for each in OPERATIONS if site.alias(each) == alias), None)
