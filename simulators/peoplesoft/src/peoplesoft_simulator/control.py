"""The control API under /control over sites, reference data, clock and faults. JSON both ways."""

from dataclasses import replace
from datetime import timedelta

from aiohttp import web
from pydantic import TypeAdapter

from peoplesoft_simulator.control_bodies import (
    ClockBody,
    OperatorBody,
    ReferenceBody,
    SiteExtras,
    split_site,
)
from peoplesoft_simulator.control_json import Json, read_json, site_state
from peoplesoft_simulator.faults import FaultOrder
from peoplesoft_simulator.reference_rows import ReferenceRows, to_rows
from peoplesoft_simulator.security import Operator
from peoplesoft_simulator.site import Settings, Site
from peoplesoft_simulator.world import DEFAULT_NODE, SiteState, World

_SITE = TypeAdapter(Site)
_EXTRAS = TypeAdapter(SiteExtras)
_SETTINGS = TypeAdapter(Settings)
_OPERATOR = TypeAdapter(OperatorBody)
_REFERENCE = TypeAdapter(ReferenceBody)
_REFERENCE_ROWS = TypeAdapter(ReferenceRows)
_CLOCK = TypeAdapter(ClockBody)
_FAULT = TypeAdapter(FaultOrder)
_REFERENCE_PATHS = (
    "business-units",
    "suppliers",
    "chartfields",
    "codes",
    "payment-terms",
    "vat-codes",
    "rates",
    "purchase-orders",
    "control-groups",
    "combination-rules",
    "reference",
)


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
            web.get("/control/reference/{node}", self.reference),
            *(web.post(f"/control/{each}", self.put_reference) for each in _REFERENCE_PATHS),
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
        fields, extras = split_site(await read_json(request))
        known = self._world.sites.get(str(fields.get("node", "")))
        before = _SITE.dump_python(known.site, mode="json") if known else {}
        site = _SITE.validate_python({**before, **fields})
        extra = _EXTRAS.validate_python(extras)
        operator = (known.operators.get(extra.operator) if known else None) or Operator(
            operator=extra.operator
        )
        if extra.password is not None:
            operator = operator.given(extra.password)
        await self._world.put_site(site, operators={extra.operator: operator}, empty=extra.dataset == "empty")
        return web.json_response(self._shown(self._world.sites[site.node]))

    async def put_operator(self, request: web.Request) -> web.Response:
        """Add, unlock, lock or restrict an operator of a site."""
        body = _OPERATOR.validate_python(await read_json(request))
        state = site_state(self._world, body.node)
        operator = state.operators.get(body.operator) or Operator(operator=body.operator)
        if body.password is not None:
            operator = operator.given(body.password)
        if body.operations is not None:
            operator = replace(operator, operations=body.operations)
        if body.locked is not None:
            operator = replace(operator, locked=body.locked, failures=0)
        if body.may_query is not None:
            operator = replace(operator, may_query=body.may_query)
        if body.query_max_rows is not None:
            operator = replace(operator, query_max_rows=body.query_max_rows or None)
        if body.expires_in_seconds is not None:
            expires_at = self._world.clock.now() + timedelta(seconds=body.expires_in_seconds)
            operator = replace(operator, expires_at=expires_at)
        state.operators = {**state.operators, body.operator: operator}
        await self._world.keep(body.node)
        return web.json_response(self._shown(state))

    async def settings(self, request: web.Request) -> web.Response:
        """The switches of a site."""
        state = site_state(self._world, request.match_info["node"])
        return web.json_response(_SETTINGS.dump_python(state.settings, mode="json"))

    async def put_settings(self, request: web.Request) -> web.Response:
        """Turn switches of a site; those not named stay as they are."""
        node = request.match_info["node"]
        state = site_state(self._world, node)
        before = _SETTINGS.dump_python(state.settings, mode="json")
        state.settings = _SETTINGS.validate_python({**before, **await read_json(request)})
        await self._world.keep(node)
        return web.json_response(_SETTINGS.dump_python(state.settings, mode="json"))

    async def put_reference(self, request: web.Request) -> web.Response:
        """Add or replace reference data, many rows of many kinds at once; the counts as they stand."""
        body = _REFERENCE.validate_python(await read_json(request))
        state = site_state(self._world, body.node)
        state.data = body.added_to(state.data, now=self._world.clock.now())
        await self._world.keep(body.node)
        kept = to_rows(state.data)
        return web.json_response(
            {
                "business_units": len(kept.business_units),
                "suppliers": len(state.data.suppliers),
                "chartfields": len(state.data.chart_fields),
                "purchase_orders": len(kept.purchase_orders),
                "control_groups": len(kept.control_groups),
                "combination_rules": len(kept.combination_rules),
            }
        )

    async def reference(self, request: web.Request) -> web.Response:
        """All reference data of a site, in the form it is taken in."""
        kept = to_rows(site_state(self._world, request.match_info["node"]).data)
        return web.json_response(_REFERENCE_ROWS.dump_python(kept, mode="json"))

    async def clock(self, _: web.Request) -> web.Response:
        """The simulated instant."""
        return web.json_response({"now": self._world.clock.now().isoformat()})

    async def move_clock(self, request: web.Request) -> web.Response:
        """Move the clock."""
        body = _CLOCK.validate_python(await read_json(request))
        await self._world.advance_clock(timedelta(seconds=body.advance_seconds))
        return web.json_response({"now": self._world.clock.now().isoformat()})

    async def faults(self, _: web.Request) -> web.Response:
        """Faults still to come."""
        orders = [_FAULT.dump_python(each, mode="json") for each in self._world.faults.orders]
        return web.json_response({"faults": orders})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Order a fault."""
        self._world.faults.add(_FAULT.validate_python(await read_json(request)))
        return await self.faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Forget all faults, or with `node` those of one node."""
        self._world.faults.clear(node=request.query.get("node"))
        return await self.faults(request)

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
                    "may_query": each.may_query,
                    "query_max_rows": each.query_max_rows,
                    "locked": each.locked,
                    "failures": each.failures,
                    "refused_logins": each.refused_logins,
                    "expires_at": each.expires_at.isoformat() if each.expires_at else None,
                    **self._world.load.of(site.node, each.operator),
                }
                for each in state.operators.values()
            ],
        }
