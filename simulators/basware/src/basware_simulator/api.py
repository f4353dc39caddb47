"""Basware's API as an HTTP server: door, faults, watch and handlers in the order a request meets them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from aiohttp import web

from . import accounting_documents, payment_responses, request_status, transfer_responses
from .answers import Answer, RefusalError, gateway_refusal, json_answer
from .approvals import acknowledge_elsewhere
from .call import Call
from .delivery import deliver
from .document_origin import wrong_document
from .faults import CONTENT_KINDS, Fault, FaultKind, Operation
from .import_apis import IMPORT_APIS, ImportApi
from .import_lists import listing
from .import_requests import posting
from .outages import Origin
from .subscriptions import SubscriptionCalls
from .tokens import find_client, find_token, issue_token, require, revoke
from .webhooks import WebhookSender
from .world import World
from .write_watch import Answered, write_watched

MOST_BYTES = 6 * 1024 * 1024
_WRITES = frozenset({Operation.ACKNOWLEDGE, Operation.TRANSFER_RESPONSES, Operation.PAYMENT_RESPONSES})
_DOCUMENTS = "/v1/accountingDocuments"

Handler = Callable[[World, Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call of the API. The token endpoint alone has no scope and no handler: it makes what the others ask for."""

    operation: Operation
    method: str
    path: str
    scope: str = ""
    handler: Handler | None = None


def endpoints(sender: WebhookSender) -> tuple[Endpoint, ...]:
    """Every call there is."""
    subscriptions = SubscriptionCalls(sender)
    return (
        Endpoint(operation=Operation.LOGIN, method="POST", path="/v1/tokens"),
        Endpoint(
            operation=Operation.LIST_DOCUMENTS,
            method="GET",
            path=_DOCUMENTS,
            scope="accountingDocuments.read",
            handler=accounting_documents.list_documents,
        ),
        Endpoint(
            operation=Operation.GET_DOCUMENT,
            method="GET",
            path=f"{_DOCUMENTS}/{{invoiceId}}",
            scope="accountingDocuments.read",
            handler=accounting_documents.get_document,
        ),
        Endpoint(
            operation=Operation.ACKNOWLEDGE,
            method="POST",
            path=f"{_DOCUMENTS}/{{invoiceId}}/acknowledge",
            scope="accountingDocuments.write",
            handler=accounting_documents.acknowledge,
        ),
        Endpoint(
            operation=Operation.TRANSFER_RESPONSES,
            method="POST",
            path=f"{_DOCUMENTS}/{{invoiceId}}/transferResponses",
            scope="accountingDocuments.write",
            handler=transfer_responses.send_transfer_response,
        ),
        Endpoint(
            operation=Operation.PAYMENT_RESPONSES,
            method="POST",
            path=f"{_DOCUMENTS}/{{invoiceId}}/paymentResponses",
            scope="accountingDocuments.write",
            handler=payment_responses.send_payment_response,
        ),
        Endpoint(
            operation=Operation.REQUEST_STATUS,
            method="GET",
            path="/v1/requestStatus",
            scope="requestStatus.read",
            handler=request_status.list_request_status,
        ),
        Endpoint(
            operation=Operation.REQUEST_STATUS_ACKNOWLEDGE,
            method="POST",
            path="/v1/requestStatus/acknowledge",
            scope="requestStatus.write",
            handler=request_status.acknowledge_request_status,
        ),
        Endpoint(
            operation=Operation.REQUEST_STATUS,
            method="GET",
            path="/v1/requestStatus/{requestId}",
            scope="requestStatus.read",
            handler=request_status.get_request_status,
        ),
        *(
            Endpoint(
                operation=Operation.SUBSCRIPTIONS,
                method=method,
                path="/v1/subscriptions",
                scope=f"subscriptions.{right}",
                handler=handler,
            )
            for method, right, handler in (
                ("POST", "write", subscriptions.subscribe),
                ("GET", "read", subscriptions.read),
                ("DELETE", "delete", subscriptions.delete),
            )
        ),
        *(endpoint for api in IMPORT_APIS.values() for endpoint in _master_data(api)),
    )


def _master_data(api: ImportApi) -> Iterator[Endpoint]:
    for operation, method, right, handler in (
        (f"import_{api.name}", "POST", "write", posting(api)),
        (f"list_{api.name}", "GET", "read", listing(api)),
    ):
        yield Endpoint(
            operation=Operation(operation),
            method=method,
            path=api.path,
            scope=f"{api.name}.{right}",
            handler=handler,
        )


class BaswareApi:
    """Serves the endpoints on an aiohttp application."""

    def __init__(self, *, world: World, sender: WebhookSender) -> None:
        self._world = world
        self._endpoints = endpoints(sender)

    def add_to(self, app: web.Application) -> None:
        """Register every endpoint, and an answer for what does not exist."""
        for endpoint in self._endpoints:
            app.router.add_route(endpoint.method, endpoint.path, self._serving(endpoint))
        app.router.add_route("*", "/{unknown:v[12]/.*}", self._unknown)

    def _serving(self, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, endpoint)

        return serve

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        headers = {"x-amzn-RequestId": self._world.new_id()}
        return await deliver(request, json_answer({"message": "Not Found"}, status=404, headers=headers))

    async def _serve(self, request: web.Request, endpoint: Endpoint) -> web.StreamResponse:
        world = self._world
        request_id = world.new_id()
        turned_away = self._turned_away(request, endpoint)
        if turned_away is not None:
            return await deliver(request, turned_away, {"x-amzn-RequestId": request_id})
        with self._in_flight(request, endpoint) as answered:
            fault = self._fault(request, endpoint)
            if fault is not None and not fault.after_effect:
                answer = await self._instead(request, endpoint, fault, request_id)
            else:
                answer = await self._proper(request, endpoint, request_id)
            # No answer leaves before all that it may speak of is on disk.
            await world.books.journal.durable()
            if fault is not None and fault.after_effect:
                if fault.kind is FaultKind.DELAY:
                    await asyncio.sleep(fault.params.seconds)
                answer = fault.answer(answer)
                answer = self._wrong_document(request, fault) or answer
            answered.status = answer.status
        return await deliver(request, answer, {"x-amzn-RequestId": request_id})

    def _turned_away(self, request: web.Request, endpoint: Endpoint) -> Answer | None:
        """The answer of the gateway where a call does not come through: an outage, or too many calls."""
        world = self._world
        name = self._caller(request, endpoint)
        away = world.outages.answer(origin=Origin.API, tenant=name)
        tenant = world.books.tenants.get(name or "")
        if away is not None or tenant is None or tenant.settings.calls_per_second is None:
            return away
        if world.throttle.admit(tenant.name, per_second=tenant.settings.calls_per_second):
            return None
        wait = tenant.settings.throttle_retry_after
        headers = {} if wait is None else {"Retry-After": str(wait)}
        return json_answer({"message": "Too Many Requests"}, status=429, headers=headers)

    async def _instead(
        self, request: web.Request, endpoint: Endpoint, fault: Fault, request_id: str
    ) -> Answer:
        if fault.kind is FaultKind.DELAY:
            await asyncio.sleep(fault.params.seconds)
            return await self._proper(request, endpoint, request_id)
        if fault.kind is FaultKind.EXPIRED_LOGIN:
            token = find_token(self._world, request.headers.get("Authorization"))
            if token is not None:
                revoke(self._world, token)
            return await self._proper(request, endpoint, request_id)
        if fault.kind is FaultKind.OTHER_CONSUMER:
            self._acknowledged_by_another(request)
            return await self._proper(request, endpoint, request_id)
        return fault.answer(None)

    def _acknowledged_by_another(self, request: web.Request) -> None:
        record = self._world.books.documents.get(
            self._tenant(request) or "", request.match_info.get("invoiceId", "")
        )
        if record is not None and not record.acknowledged:
            acknowledge_elsewhere(world=self._world, record=record)

    async def _proper(self, request: web.Request, endpoint: Endpoint, request_id: str) -> Answer:
        world = self._world
        arrived = world.now()
        world.settle()
        authorization = request.headers.get("Authorization")
        try:
            body = await _read(request)
            if endpoint.handler is None:
                return issue_token(world=world, authorization=authorization, body=body)
            tenant = require(world=world, token=find_token(world, authorization), scope=endpoint.scope)
            call = Call(
                request_id=request_id,
                tenant=tenant,
                address=request.path,
                path=request.match_info,
                query=request.query,
                headers=request.headers,
                body=body,
                arrived=arrived,
            )
            return await endpoint.handler(world, call)
        except RefusalError as refusal:
            return refusal.answer

    def _wrong_document(self, request: web.Request, fault: Fault) -> Answer | None:
        asked = self._world.books.documents.get(
            self._tenant(request) or "", request.match_info.get("invoiceId", "")
        )
        if fault.kind is not FaultKind.WRONG_DOCUMENT or asked is None:
            return None
        return wrong_document(asked, self._world)

    def _fault(self, request: web.Request, endpoint: Endpoint) -> Fault | None:
        tenant = self._caller(request, endpoint)
        later: frozenset[FaultKind] = frozenset()
        if endpoint.operation in (Operation.GET_DOCUMENT, Operation.LIST_DOCUMENTS):
            held = self._world.books.tenants.get(tenant or "")
            later = CONTENT_KINDS if held is not None and held.settings.redirect else later
        return self._world.faults.take(
            operations=frozenset({endpoint.operation, Operation.ANY}),
            tenant=tenant,
            document_id=request.match_info.get("invoiceId"),
            except_kinds=later,
        )

    def _in_flight(self, request: web.Request, endpoint: Endpoint) -> AbstractContextManager[Answered]:
        token = find_token(self._world, request.headers.get("Authorization"))
        if endpoint.operation not in _WRITES or token is None:
            return nullcontext(Answered())
        return write_watched(world=self._world, request=request, operation=endpoint.operation, token=token)

    def _caller(self, request: web.Request, endpoint: Endpoint) -> str | None:
        """The tenant that calls: by its token, or by the credentials it asks for one with."""
        if endpoint.operation is not Operation.LOGIN:
            return self._tenant(request)
        client = find_client(self._world, request.headers.get("Authorization", ""))
        return client.name if client is not None else None

    def _tenant(self, request: web.Request) -> str | None:
        token = find_token(self._world, request.headers.get("Authorization"))
        return token.tenant if token is not None else None


async def _read(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise gateway_refusal(413, "Request Too Long") from error
