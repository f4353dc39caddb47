"""The control API under /control: what a test or a developer sets up, breaks, and reads back. JSON both ways."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from peoplesoft_simulator.books import Voucher
from peoplesoft_simulator.control_bodies import (
    ClockBody,
    OperatorBody,
    ReferenceBody,
    SiteExtras,
    VoucherActionBody,
    split_site,
)
from peoplesoft_simulator.faults import FaultOrder
from peoplesoft_simulator.security import Operator
from peoplesoft_simulator.site import Settings, Site
from peoplesoft_simulator.world import DEFAULT_NODE, SiteState, World

Json = dict[str, Any]
_SITE = TypeAdapter(Site)
_EXTRAS = TypeAdapter(SiteExtras)
_SETTINGS = TypeAdapter(Settings)
_OPERATOR = TypeAdapter(OperatorBody)
_REFERENCE = TypeAdapter(ReferenceBody)
_ACTION = TypeAdapter(VoucherActionBody)
_CLOCK = TypeAdapter(ClockBody)
_FAULT = TypeAdapter(FaultOrder)
_SEARCH = ("business_unit", "voucher_id", "invoice_id", "vendor_id", "entry_status")


@web.middleware
async def refuse_bad_bodies(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A body that is no JSON, or not what the address takes, is a 400 that says why."""
    try:
        return await handler(request)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_context=False, include_input=False)
        return web.json_response({"error": errors}, status=400)
    except json.JSONDecodeError as invalid:
        return web.json_response({"error": f"not JSON: {invalid}"}, status=400)


class Control:
    """Handlers of the control API."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """The API's addresses."""
        return [
            web.get("/control/sites", self.sites),
            web.post("/control/sites", self.put_site),
            web.post("/control/operators", self.put_operator),
            web.get("/control/settings/{node}", self.settings),
            web.post("/control/settings/{node}", self.put_settings),
            web.post("/control/business-units", self.put_reference),
            web.post("/control/suppliers", self.put_reference),
            web.post("/control/chartfields", self.put_reference),
            web.post("/control/codes", self.put_reference),
            web.get("/control/vouchers", self.vouchers),
            web.post("/control/vouchers/{business_unit}/{voucher_id}", self.act_on_voucher),
            web.get("/control/requests", self.requests),
            web.get("/control/clock", self.clock),
            web.post("/control/clock", self.move_clock),
            web.get("/control/faults", self.faults),
            web.post("/control/faults", self.add_fault),
            web.delete("/control/faults", self.clear_faults),
        ]

    async def sites(self, _: web.Request) -> web.Response:
        """All sites with their message names and operators (no passwords)."""
        return web.json_response({"sites": [self._shown(state) for state in self._world.sites.values()]})

    async def put_site(self, request: web.Request) -> web.Response:
        """Add a site or change one; a password given unlocks its operator."""
        fields, extras = split_site(await _json(request))
        known = self._world.sites.get(str(fields.get("node", "")))
        before = _SITE.dump_python(known.site, mode="json") if known else {}
        site = _SITE.validate_python({**before, **fields})
        extra = _EXTRAS.validate_python(extras)
        operator = (known.operators.get(extra.operator) if known else None) or Operator(
            operator=extra.operator
        )
        if extra.password is not None:
            operator = replace(operator, password=extra.password, locked=False, failures=0)
        await self._world.put_site(site, operators={extra.operator: operator}, empty=extra.dataset == "empty")
        return web.json_response(self._shown(self._world.sites[site.node]))

    async def put_operator(self, request: web.Request) -> web.Response:
        """Add, unlock, lock or restrict an operator of a site."""
        body = _OPERATOR.validate_python(await _json(request))
        state = self._state(body.node)
        operator = state.operators.get(body.operator) or Operator(operator=body.operator)
        if body.password is not None:
            operator = replace(operator, password=body.password, locked=False, failures=0)
        if body.operations is not None:
            operator = replace(operator, operations=body.operations)
        if body.locked is not None:
            operator = replace(operator, locked=body.locked, failures=0)
        state.operators = {**state.operators, body.operator: operator}
        await self._world.keep(body.node)
        return web.json_response(self._shown(state))

    async def settings(self, request: web.Request) -> web.Response:
        """The switches of a site."""
        state = self._state(request.match_info["node"])
        return web.json_response(_SETTINGS.dump_python(state.settings, mode="json"))

    async def put_settings(self, request: web.Request) -> web.Response:
        """Turn switches of a site; those not named stay as they are."""
        node = request.match_info["node"]
        state = self._state(node)
        before = _SETTINGS.dump_python(state.settings, mode="json")
        state.settings = _SETTINGS.validate_python({**before, **await _json(request)})
        await self._world.keep(node)
        return web.json_response(_SETTINGS.dump_python(state.settings, mode="json"))

    async def put_reference(self, request: web.Request) -> web.Response:
        """Add or replace business units, suppliers, ChartField rows and codes, many at once."""
        body = _REFERENCE.validate_python(await _json(request))
        state = self._state(body.node)
        data = (
            state.data.with_business_units(body.business_units)
            .with_suppliers(body.suppliers)
            .with_chart_fields(body.chartfields)
        )
        state.data = data.with_codes(body.codes) if body.codes else data
        await self._world.keep(body.node)
        return web.json_response(
            {
                "business_units": len(data.business_units),
                "suppliers": len(data.suppliers),
                "chartfields": len(data.chart_fields),
            }
        )

    async def vouchers(self, request: web.Request) -> web.Response:
        """Vouchers of one node or all, by business_unit, voucher_id, invoice_id, vendor_id, entry_status."""
        keys = {name.upper(): request.query.get(name, "") for name in _SEARCH}
        node = request.query.get("node")
        found = await self._world.on_disk(lambda: self._world.books.search(node, keys, match="exact"))
        return web.json_response({"vouchers": [_voucher(each) for each in found]})

    async def act_on_voucher(self, request: web.Request) -> web.Response:
        """Delete, close, or set statuses of one voucher, as a clerk would."""
        body = _ACTION.validate_python(await _json(request))
        unit, number = request.match_info["business_unit"], request.match_info["voucher_id"]
        changed = await self._world.on_disk(
            lambda: _change_voucher(self._world, node=body.node, keys=(unit, number), values=body.values())
        )
        if changed is None:
            raise _not_found(f"no voucher {unit}/{number} at {body.node}")
        return web.json_response(_voucher(changed))

    async def requests(self, request: web.Request) -> web.Response:
        """The latest calls (`limit`, 1000 at first), by node, operation, invoice_id, operator."""
        wanted = {name: request.query.get(name) for name in ("node", "operation", "invoice_id", "operator")}
        limit = int(request.query.get("limit", "1000"))
        calls = await self._world.on_disk(lambda: self._world.log.calls(limit=limit, **wanted))
        return web.json_response({"requests": calls})

    async def clock(self, _: web.Request) -> web.Response:
        """The simulated instant."""
        return web.json_response({"now": self._world.clock.now().isoformat()})

    async def move_clock(self, request: web.Request) -> web.Response:
        """Move the clock."""
        body = _CLOCK.validate_python(await _json(request))
        await self._world.advance_clock(timedelta(seconds=body.advance_seconds))
        return web.json_response({"now": self._world.clock.now().isoformat()})

    async def faults(self, _: web.Request) -> web.Response:
        """Faults still to come."""
        orders = [_FAULT.dump_python(each, mode="json") for each in self._world.faults.orders]
        return web.json_response({"faults": orders})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Order a fault."""
        self._world.faults.add(_FAULT.validate_python(await _json(request)))
        return await self.faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Forget all faults, or with `node` those of one node."""
        self._world.faults.clear(node=request.query.get("node"))
        return await self.faults(request)

    def _state(self, node: str) -> SiteState:
        if node not in self._world.sites:
            raise _not_found(f"no site {node}; the sites are {', '.join(self._world.sites)}")
        return self._world.sites[node]

    def _shown(self, state: SiteState) -> Json:
        site = state.site
        return {
            **_SITE.dump_python(site, mode="json"),
            "messages": {role: site.message(role) for role in state.shape.schemas},
            "wsdl": f"{site.service}.1.wsdl",
            "default": site.node == DEFAULT_NODE,
            "operators": [
                {
                    "operator": each.operator,
                    "has_password": each.password is not None,
                    "operations": list(each.operations),
                    "locked": each.locked,
                    "failures": each.failures,
                    "refused_logins": each.refused_logins,
                    **self._world.load.of(site.node, each.operator),
                }
                for each in state.operators.values()
            ],
        }


def _change_voucher(
    world: World, *, node: str, keys: tuple[str, str], values: dict[str, str]
) -> Voucher | None:
    with world.books.transaction():
        found = world.books.voucher(node, *keys)
        if found is None:
            return None
        changed = found.having(**values)
        world.books.save(changed)
        return changed


def _voucher(voucher: Voucher) -> Json:
    return {
        **voucher.row.as_json(),
        "node": voucher.node,
        "created_at": voucher.created_at,
        "created_by": voucher.created_by,
        "request": voucher.request,
    }


def _not_found(what: str) -> web.HTTPNotFound:
    return web.HTTPNotFound(text=json.dumps({"error": what}), content_type="application/json")


async def _json(request: web.Request) -> Json:
    body = await request.json()
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(
            text='{"error": "the body must be an object"}', content_type="application/json"
        )
    return body
