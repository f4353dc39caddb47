"""The control API under ``/control``: set up, approve, break things, and read the books. JSON both ways."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from aiohttp import web
from pydantic import ValidationError

from . import control_views
from .approvals import ApprovalError, approve, retransfer, set_status
from .control_orders import (
    ClockOrder,
    DocumentOrder,
    RetransferOrder,
    StatusOrder,
    SubscriptionOrder,
    TenantOrder,
)
from .decimal_json import JsonError, dumps, loads
from .faults import Fault
from .records import DocumentRecord, Subscription, Tenant
from .samples import sample
from .settings import TenantSettings
from .typed import adapter
from .webhooks import ACCOUNTING_DOCUMENTS, WebhookSender
from .world import World

Order = TypeVar("Order")
_SETTINGS = adapter(TenantSettings)


class OrderError(Exception):
    """An order that cannot be carried out, with the status it is answered with."""

    def __init__(self, status: int, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.status = status
        self.problems = problems


class ControlApi:
    """Serves the control calls on an aiohttp application."""

    def __init__(self, *, world: World, sender: WebhookSender) -> None:
        self._world = world
        self._sender = sender

    def add_to(self, app: web.Application) -> None:
        """Register every call."""
        for method, path, handler in (
            ("POST", "tenants", self._tenants),
            ("POST", "subscriptions", self._subscriptions),
            ("POST", "settings", self._settings),
            ("GET", "settings", self._read_settings),
            ("POST", "documents", self._approve),
            ("POST", "documents/{id}/retransfer", self._retransfer),
            ("POST", "documents/{id}/status", self._status),
            ("POST", "documents/{id}/notify", self._notify),
            ("GET", "documents/{id}", self._read_document),
            ("GET", "books", self._books),
            ("GET", "violations", self._violations),
            ("GET", "notifications", self._notifications),
            ("GET", "sample", self._sample),
            ("GET", "clock", self._read_clock),
            ("POST", "clock", self._clock),
            ("POST", "faults", self._order_fault),
            ("GET", "faults", self._read_faults),
            ("DELETE", "faults", self._clear_faults),
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
        order = await _order(request, TenantOrder)
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
        order = await _order(request, SubscriptionOrder)
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
        order = await _json(request)
        tenant = self._tenant(str(order.pop("tenant", "")))
        merged = _merge(_SETTINGS.dump_python(tenant.settings, mode="json"), order)
        try:
            settings = _SETTINGS.validate_python(merged)
        except ValidationError as error:
            raise OrderError(400, *_words(error)) from error
        self._world.books.tenants.put(replace(tenant, settings=settings))
        return control_views.exact(_SETTINGS.dump_python(settings, mode="json"))

    async def _read_settings(self, request: web.Request) -> Any:
        settings = self._tenant(request.query.get("tenant", "")).settings
        return control_views.exact(_SETTINGS.dump_python(settings, mode="json"))

    async def _approve(self, request: web.Request) -> Any:
        order = await _order(request, DocumentOrder)
        record = approve(world=self._world, tenant=order.tenant, document=order.document, status=order.status)
        tasks = self._sender.notify(record, order.webhook) if order.deliver else []
        return control_views.receipt(record, tasks)

    async def _retransfer(self, request: web.Request) -> Any:
        order = await _order(request, RetransferOrder)
        record = retransfer(world=self._world, record=self._document(request), changes=order.changes)
        tasks = self._sender.notify(record, order.webhook) if order.deliver else []
        return control_views.receipt(record, tasks)

    async def _status(self, request: web.Request) -> Any:
        order = await _order(request, StatusOrder)
        record = set_status(world=self._world, record=self._document(request), status=order.status)
        tasks = self._sender.notify(record) if order.deliver else []
        return control_views.receipt(record, tasks)

    async def _notify(self, request: web.Request) -> Any:
        record = self._document(request)
        return control_views.receipt(record, self._sender.notify(record))

    async def _read_document(self, request: web.Request) -> Any:
        return control_views.document(self._world, self._document(request))

    async def _books(self, request: web.Request) -> Any:
        return control_views.books(self._world, tenant=request.query.get("tenant"))

    async def _violations(self, request: web.Request) -> Any:
        return {"violations": control_views.violations(self._world, tenant=request.query.get("tenant"))}

    async def _notifications(self, request: web.Request) -> Any:
        return {"notifications": control_views.notifications(self._world, tenant=request.query.get("tenant"))}

    async def _sample(self, request: web.Request) -> Any:
        query = request.query
        seed, rows = query.get("seed", "1"), query.get("rows")
        if not seed.isdecimal() or not (rows is None or rows.isdecimal()):
            raise OrderError(400, "seed and rows must be whole numbers")
        return sample(
            seed=int(seed),
            today=self._world.now(),
            company=query.get("company", "BW00"),
            supplier=query.get("supplier", "430022"),
            currency=query.get("currency", "EUR"),
            account=query.get("account", "18620"),
            cost_center=query.get("cost_center", "61300"),
            rows=int(rows) if rows else None,
        )

    async def _read_clock(self, _request: web.Request) -> Any:
        return control_views.clock(self._world)

    async def _clock(self, request: web.Request) -> Any:
        order = await _order(request, ClockOrder)
        try:
            self._world.advance(timedelta(seconds=order.advance_seconds))
        except ValueError as error:
            raise OrderError(400, str(error)) from error
        return control_views.clock(self._world)

    async def _order_fault(self, request: web.Request) -> Any:
        self._world.faults.order(await _order(request, Fault))
        return control_views.faults(self._world)

    async def _read_faults(self, _request: web.Request) -> Any:
        return control_views.faults(self._world)

    async def _clear_faults(self, _request: web.Request) -> Any:
        self._world.faults.clear()
        return control_views.faults(self._world)

    def _tenant(self, name: str) -> Tenant:
        tenant = self._world.books.tenants.get(name)
        if tenant is None:
            raise OrderError(404, f"there is no tenant {name!r}")
        return tenant

    def _document(self, request: web.Request) -> DocumentRecord:
        wanted, tenant = request.match_info["id"], request.query.get("tenant")
        found = [
            record
            for held in self._world.books.tenants
            if tenant in (None, held.name)
            and (record := self._world.books.documents.get(held.name, wanted)) is not None
        ]
        if not found:
            raise OrderError(404, f"there is no document {wanted}")
        if len(found) > 1:
            raise OrderError(409, f"several tenants have a document {wanted}; say ?tenant=")
        return found[0]


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        value = loads(await request.read() or b"{}")
    except JsonError as error:
        raise OrderError(400, f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise OrderError(400, "an object is expected")
    return value


async def _order(request: web.Request, kind: type[Order]) -> Order:
    try:
        return adapter(kind).validate_python(await _json(request))
    except ValidationError as error:
        raise OrderError(400, *_words(error)) from error


def _words(error: ValidationError) -> list[str]:
    """What is wrong, without the input: it may hold a secret."""
    return [f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()]


def _merge(held: dict[str, Any], order: dict[str, Any]) -> dict[str, Any]:
    merged = dict(held)
    for name, value in order.items():
        inner = held.get(name)
        merged[name] = _merge(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged
