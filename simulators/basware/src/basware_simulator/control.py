"""The control API under ``/control``: set up, approve, break things, and read the books. JSON both ways."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from . import control_views
from .approvals import ApprovalError
from .control_body import OrderError, json_of, order_of, words
from .control_documents import DocumentControl
from .control_master_data import MasterDataControl
from .control_orders import ClockOrder, RevokeOrder, SubscriptionOrder, TenantOrder
from .decimal_json import dumps
from .faults import Fault
from .outages import OutageOrder
from .records import Subscription, Tenant
from .settings import TenantSettings
from .tokens import revoke_all
from .typed import adapter
from .webhooks import ACCOUNTING_DOCUMENTS, WebhookSender
from .world import World

_SETTINGS = adapter(TenantSettings)
_RECORD = "masterdata/{api:(?:lists/)?[^/]+}/{code:[^/]+}"


class ControlApi:
    """Serves the control calls on an aiohttp application."""

    def __init__(self, *, world: World, sender: WebhookSender) -> None:
        self._world = world
        self._sender = sender

    def add_to(self, app: web.Application) -> None:
        """Register every call."""
        documents = DocumentControl(world=self._world, sender=self._sender)
        master_data = MasterDataControl(self._world)
        for method, path, handler in (
            ("POST", "tenants", self._tenants),
            ("POST", "subscriptions", self._subscriptions),
            ("POST", "settings", self._settings),
            ("GET", "settings", self._read_settings),
            ("POST", "tokens/revoke", self._revoke),
            ("GET", "sample", documents.sample),
            ("POST", "documents", documents.approve),
            ("POST", "documents/{id}/retransfer", documents.retransfer),
            ("POST", "documents/{id}/status", documents.status),
            ("POST", "documents/{id}/acknowledge", documents.acknowledge),
            ("POST", "documents/{id}/outcome", documents.plan),
            ("POST", "documents/{id}/notify", documents.notify),
            ("GET", "documents/{id}", documents.read),
            ("GET", "documents/{id}/payment", documents.payment),
            ("GET", "payments", documents.payments),
            ("DELETE", "documents/{id}", documents.delete),
            ("GET", "masterdata", master_data.read),
            ("GET", "masterdata/p2p", master_data.read_p2p),
            ("POST", "masterdata/records", master_data.place),
            ("POST", "masterdata/outcome", master_data.plan),
            ("GET", "masterdata/outcome", master_data.read_plans),
            ("DELETE", "masterdata/outcome", master_data.clear_plans),
            ("GET", _RECORD, master_data.read_record),
            ("DELETE", _RECORD, master_data.remove),
            ("GET", "books", self._books),
            ("GET", "histories", self._histories),
            ("GET", "writes", self._writes),
            ("GET", "violations", self._violations),
            ("GET", "notifications", self._notifications),
            ("GET", "clock", self._read_clock),
            ("POST", "clock", self._clock),
            ("POST", "faults", self._order_fault),
            ("GET", "faults", self._read_faults),
            ("DELETE", "faults", self._clear_faults),
            ("POST", "outage", self._begin_outage),
            ("GET", "outage", self._read_outages),
            ("DELETE", "outage", self._end_outages),
        ):
            app.router.add_route(method, f"/control/{path}", self._serving(handler))

    def _serving(
        self, handler: Callable[[web.Request], Awaitable[Any]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            self._world.settle()
            status = 200
            try:
                answer = await handler(request)
            except OrderError as error:
                status, answer = error.status, {"problems": list(error.problems)}
            except ApprovalError as error:
                status, answer = 400, {"problems": error.problems}
            await self._world.books.journal.durable()
            return web.Response(status=status, text=dumps(answer), content_type="application/json")

        return serve

    async def _tenants(self, request: web.Request) -> Any:
        order = await order_of(request, TenantOrder)
        held = self._world.books.tenants.get(order.tenant)
        for other in self._world.books.tenants:
            if other.client_id == order.client_id and other.name != order.tenant:
                raise OrderError(400, f"client id {order.client_id} belongs to tenant {other.name}")
        self._world.books.tenants.put(
            Tenant(
                name=order.tenant,
                client_id=order.client_id,
                client_secret=order.client_secret,
                company_codes=order.company_codes,
                settings=held.settings if held else TenantSettings(),
            )
        )
        return {"tenant": order.tenant, "company_codes": list(order.company_codes)}

    async def _subscriptions(self, request: web.Request) -> Any:
        order = await order_of(request, SubscriptionOrder)
        self._tenant(order.tenant)
        subscription = Subscription(
            tenant=order.tenant,
            task_type=ACCOUNTING_DOCUMENTS,
            task_sub_type=order.task_sub_type,
            url=order.url,
            secret=order.secret,
            updated=self._world.now(),
            encoding=order.signature_encoding,
        )
        if order.connection_test:
            attempt = await self._sender.connection_test(subscription)
            if attempt.status != 200:
                raise OrderError(400, f"ConnectionTest got {attempt.status or attempt.error}")
        self._world.books.subscriptions.put(subscription)
        return {"tenant": order.tenant, "url": order.url}

    async def _settings(self, request: web.Request) -> Any:
        order = await json_of(request)
        tenant = self._tenant(str(order.pop("tenant", "")))
        merged = _merge(_SETTINGS.dump_python(tenant.settings, mode="json"), order)
        try:
            settings = _SETTINGS.validate_python(merged)
        except ValidationError as error:
            raise OrderError(400, *words(error)) from error
        self._world.books.tenants.put(replace(tenant, settings=settings))
        return control_views.exact(_SETTINGS.dump_python(settings, mode="json"))

    async def _read_settings(self, request: web.Request) -> Any:
        settings = self._tenant(request.query.get("tenant", "")).settings
        return control_views.exact(_SETTINGS.dump_python(settings, mode="json"))

    async def _books(self, request: web.Request) -> Any:
        query = request.query
        documents = query.get("documents") != "no"
        return control_views.books(self._world, tenant=query.get("tenant"), documents=documents)

    async def _histories(self, request: web.Request) -> Any:
        tenant = self._tenant(request.query.get("tenant", "")).name
        limit = int(request.query.get("limit", "500"))
        return control_views.histories(
            self._world, tenant=tenant, after=request.query.get("after", ""), limit=limit
        )

    async def _writes(self, request: web.Request) -> Any:
        query = request.query
        after, limit = int(query.get("after", "0")), int(query.get("limit", "5000"))
        found = self._world.calls.calls(tenant=query.get("tenant"), after=after, limit=limit)
        return {
            "writes": [each.shown() for each in found],
            "next": found[-1].number if len(found) == limit else None,
        }

    async def _violations(self, request: web.Request) -> Any:
        return {"violations": control_views.violations(self._world, tenant=request.query.get("tenant"))}

    async def _notifications(self, request: web.Request) -> Any:
        return {"notifications": control_views.notifications(self._world, tenant=request.query.get("tenant"))}

    async def _read_clock(self, _request: web.Request) -> Any:
        return control_views.clock(self._world)

    async def _clock(self, request: web.Request) -> Any:
        order = await order_of(request, ClockOrder)
        try:
            self._world.advance(timedelta(seconds=order.advance_seconds))
        except ValueError as error:
            raise OrderError(400, str(error)) from error
        return control_views.clock(self._world)

    async def _order_fault(self, request: web.Request) -> Any:
        self._world.faults.order(await order_of(request, Fault))
        return control_views.faults(self._world)

    async def _read_faults(self, _request: web.Request) -> Any:
        return control_views.faults(self._world)

    async def _clear_faults(self, request: web.Request) -> Any:
        self._world.faults.clear(request.query.get("tenant"))
        return control_views.faults(self._world)

    async def _begin_outage(self, request: web.Request) -> Any:
        order = await order_of(request, OutageOrder)
        if order.tenant is not None:
            self._tenant(order.tenant)
        self._world.outages.begin(order)
        return control_views.outages(self._world)

    async def _read_outages(self, _request: web.Request) -> Any:
        return control_views.outages(self._world)

    async def _end_outages(self, request: web.Request) -> Any:
        self._world.outages.end(request.query.get("tenant"))
        return control_views.outages(self._world)

    async def _revoke(self, request: web.Request) -> Any:
        order = await order_of(request, RevokeOrder)
        return {"revoked": revoke_all(self._world, self._tenant(order.tenant).name)}

    def _tenant(self, name: str) -> Tenant:
        tenant = self._world.books.tenants.get(name)
        if tenant is None:
            raise OrderError(404, f"there is no tenant {name!r}")
        return tenant


def _merge(held: dict[str, Any], order: dict[str, Any]) -> dict[str, Any]:
    merged = dict(held)
    for name, value in order.items():
        inner = held.get(name)
        merged[name] = _merge(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged
