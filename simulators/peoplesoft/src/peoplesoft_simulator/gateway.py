"""The gateway's SOAP connector over HTTP: addressing, WSDL, the log, and the faults tests order."""

import asyncio
from dataclasses import replace

from aiohttp import hdrs, web

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.faults import DELAYS, FaultOrder
from peoplesoft_simulator.request_log import LoggedCall
from peoplesoft_simulator.security import basic_credentials
from peoplesoft_simulator.service import BrokerService, Call, Served
from peoplesoft_simulator.site import OPERATIONS, Operation, Site
from peoplesoft_simulator.soap import NotSoap, Request, broker_fault, read_request
from peoplesoft_simulator.spoiled import DROPPED, Answer, spoil
from peoplesoft_simulator.world import World
from peoplesoft_simulator.wsdl import wsdl_document

CONNECTOR = "/PSIGW/PeopleSoftServiceListeningConnector"


class Gateway:
    """PeopleSoftServiceListeningConnector. POST calls a service operation, GET serves a service's WSDL.

    The node is the first path segment, or the query's `To`; a last segment ending with .wsdl names a service and
    may be posted to as well.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._service = BrokerService(world)

    def routes(self) -> list[web.RouteDef]:
        """The connector's addresses."""
        return [
            web.get(CONNECTOR, self._get),
            web.post(CONNECTOR, self._post),
            web.get(f"{CONNECTOR}/{{tail:.*}}", self._get),
            web.post(f"{CONNECTOR}/{{tail:.*}}", self._post),
        ]

    async def _post(self, http: web.Request) -> web.StreamResponse:
        call = self._call(http, await http.read())
        order = self._order(call)
        await self._came_in(call, order)
        with self._world.load.one_call(node=call.node, operator=call.operator):
            if order is not None and order.kind == "commit_after_seconds" and not order.params.answer:
                self._world.later(self._carry_out_alone(call, order))
                return _sent(http, DROPPED)
            served = await self._carry_out(call, order)
        await self._went_out(call, served)
        return _sent(http, served.answer)

    async def _get(self, http: web.Request) -> web.StreamResponse:
        node, file = _target(http)
        state = self._world.site(node)
        wanted = file.removesuffix(".wsdl") if file else http.query.get("wsdl", "")
        order = self._world.faults.take(operation="wsdl", node=state.site.node, invoice_id="")
        if order is not None and order.kind in DELAYS:
            await asyncio.sleep(order.params.seconds)
        if wanted == f"{state.site.service}.1":
            address = f"{http.scheme}://{http.host}{CONNECTOR}/{state.site.node}"
            good = Answer(body=wsdl_document(state.site, state.shape, address=address))
        else:
            fault = broker_fault(catalogue.OPERATION_UNKNOWN.says(wanted or "GetWSDL"))
            good = Answer(status=state.settings.fault_http_status, body=fault)
        return _sent(http, good if order is None else spoil(order, good))

    def _call(self, http: web.Request, raw: bytes) -> Call:
        node, _ = _target(http)
        state = self._world.site(node)
        alias = http.headers.get("SOAPAction", "").strip().strip('"') or http.query.get("Operation", "")
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
        invoice = call.request.first("INVOICE_ID") if call.request else ""
        return self._world.faults.take(
            operation=call.operation or "unknown", node=call.node, invoice_id=invoice
        )

    async def _carry_out(self, call: Call, order: FaultOrder | None) -> Served:
        if order is None:
            return await self._service.serve(call)
        if order.kind in DELAYS:
            await asyncio.sleep(order.params.seconds)
            return await self._service.serve(call)
        if not order.after_processing:
            return Served(answer=spoil(order, Answer()), outcome=f"not processed: {order.kind}")
        served = await self._service.serve(call, wrong=order.kind == "wrong_answer")
        return replace(served, answer=spoil(order, served.answer))

    async def _carry_out_alone(self, call: Call, order: FaultOrder) -> None:
        served = await self._carry_out(call, order)
        await self._went_out(call, replace(served, answer=DROPPED))

    async def _came_in(self, call: Call, order: FaultOrder | None) -> None:
        def sent(suffix: str) -> str:
            return call.request.first(suffix) if call.request else ""

        logged = LoggedCall(
            request=call.number,
            node=call.node,
            operation=call.operation or call.alias,
            operator=call.operator,
            business_unit=sent("BUSINESS_UNIT"),
            invoice_id=sent("INVOICE_ID"),
            vendor_id=sent("VENDOR_ID"),
            voucher_id=sent("VOUCHER_ID"),
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


def _operation(site: Site, alias: str) -> Operation | None:
    return next((each for each in OPERATIONS if site.alias(each) == alias), None)


def _sent(http: web.Request, answer: Answer) -> web.StreamResponse:
    if answer.dropped and http.transport is not None:
        http.transport.close()
    return web.Response(
        status=answer.status,
        body=answer.body,
        content_type=answer.content_type,
        charset="utf-8",
        headers=answer.headers,
    )
