"""What the control API does with documents: approve, correct, take back, take out, and plan what becomes of them."""

from dataclasses import replace
from typing import Any

from aiohttp import web

from . import control_views, payment_views
from .approvals import acknowledge_elsewhere, approve, delete, retransfer, set_status
from .control_body import OrderError, order_of
from .control_orders import DocumentOrder, RetransferOrder, StatusOrder
from .item_outcomes import OutcomePlan
from .records import DocumentRecord
from .sample_kinds import KINDS, padded
from .samples import sample
from .webhooks import WebhookSender
from .world import World


class DocumentControl:
    """The control calls under ``/control/documents``, and the samples to approve."""

    def __init__(self, *, world: World, sender: WebhookSender) -> None:
        self._world = world
        self._sender = sender

    async def sample(self, request: web.Request) -> Any:
        """``GET sample``: a document of a kind that is ready to be approved."""
        query = request.query
        seed, rows = query.get("seed", "1"), query.get("rows")
        if not seed.isdecimal() or not (rows is None or rows.isdecimal()):
            raise OrderError(400, "seed and rows must be whole numbers")
        shaped = KINDS.get(query.get("kind", "plain"))
        if shaped is None:
            raise OrderError(400, f"kind is one of {', '.join(KINDS)}")
        return shaped(
            sample(
                seed=int(seed),
                today=self._world.now(),
                company=query.get("company", "BW00"),
                supplier=query.get("supplier", "430022"),
                currency=query.get("currency", "EUR"),
                account=query.get("account", "18620"),
                cost_center=query.get("cost_center", "61300"),
                rows=int(rows) if rows else None,
            )
        )

    async def approve(self, request: web.Request) -> Any:
        """``POST documents``."""
        order = await order_of(request, DocumentOrder)
        record = approve(
            world=self._world,
            tenant=order.tenant,
            document=padded(order.document, order.at_least_bytes),
            status=order.status,
            extended=order.extended,
            updated=order.updated,
        )
        tasks = self._sender.notify(record, order.webhook) if order.deliver else []
        return control_views.receipt(record, tasks)

    async def retransfer(self, request: web.Request) -> Any:
        """``POST documents/{id}/retransfer``."""
        order = await order_of(request, RetransferOrder)
        record = retransfer(
            world=self._world,
            record=self._document(request),
            changes=order.changes,
            extended=order.extended,
        )
        tasks = self._sender.notify(record, order.webhook) if order.deliver else []
        return control_views.receipt(record, tasks)

    async def status(self, request: web.Request) -> Any:
        """``POST documents/{id}/status``."""
        order = await order_of(request, StatusOrder)
        record = set_status(world=self._world, record=self._document(request), status=order.status)
        tasks = self._sender.notify(record) if order.deliver else []
        return control_views.receipt(record, tasks)

    async def acknowledge(self, request: web.Request) -> Any:
        """``POST documents/{id}/acknowledge``: by another consumer of the tenant."""
        return control_views.receipt(
            acknowledge_elsewhere(world=self._world, record=self._document(request)), []
        )

    async def plan(self, request: web.Request) -> Any:
        """``POST documents/{id}/outcome``: what P2P makes of the next responses."""
        plan = await order_of(request, OutcomePlan)
        record = self._world.books.documents.put(replace(self._document(request), plan=plan))
        return control_views.receipt(record, [])

    async def notify(self, request: web.Request) -> Any:
        """``POST documents/{id}/notify``: once more, as a task of its own."""
        record = self._document(request)
        return control_views.receipt(record, self._sender.notify(record))

    async def delete(self, request: web.Request) -> Any:
        """``DELETE documents/{id}``: it is gone for the API; a retransfer brings it back."""
        return control_views.receipt(delete(world=self._world, record=self._document(request)), [])

    async def read(self, request: web.Request) -> Any:
        """``GET documents/{id}``."""
        return control_views.document(self._world, self._document(request))

    async def payment(self, request: web.Request) -> Any:
        """``GET documents/{id}/payment``."""
        return payment_views.payment_with_history(self._world, self._document(request))

    async def payments(self, request: web.Request) -> Any:
        """``GET payments``."""
        query = request.query
        return payment_views.payments(self._world, tenant=query.get("tenant"), company=query.get("company"))

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
