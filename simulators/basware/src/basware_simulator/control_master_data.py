"""What the control API does with master data: show both layers, plan what becomes of imports, meddle."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from aiohttp import web
from pydantic import ConfigDict

from . import control_views
from .clock import stamp
from .control_body import OrderError, order_of
from .decimal_json import dumps, loads
from .import_apis import api_named, find_api
from .import_plans import ImportPlan
from .import_records import ImportRequest, Layer, MasterRecord, Placed, Removed, Verdict
from .import_requests import posted
from .master_data import Shelf
from .schema import check
from .world import World

_REQUESTS_SHOWN = 50
_LAYERS: dict[str, Layer] = {"api": "api", "p2p": "p2p", "both": "both"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """Put records as somebody else would: another interface in both layers, a person in P2P alone."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    tenant: str
    api: str
    records: tuple[dict[str, Any], ...]
    layer: Layer = "both"


class MasterDataControl:
    """The control calls under ``/control/masterdata``."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def read(self, request: web.Request) -> Any:
        """``GET masterdata``: counts per import, the latest requests, and the rules that were broken."""
        tenant, api = request.query.get("tenant"), request.query.get("api")
        requests = [r for r in self._world.books.master_data.requests(tenant) if api in (None, r.api)]
        return {
            "apis": {
                f"{name}" if tenant else f"{owner}/{name}": _counts(shelf)
                for owner, name, shelf in self._world.books.master_data.shelves(tenant)
                if api in (None, name)
            },
            "in_progress": sum(r.status == "InProgress" for r in requests),
            "requests": [_request(held) for held in requests[-_REQUESTS_SHOWN:]],
            "violations": [
                violation
                for violation in control_views.violations(self._world, tenant=tenant)
                if violation["api"] and api in (None, violation["api"])
            ],
        }

    async def read_p2p(self, request: web.Request) -> Any:
        """``GET masterdata/p2p``: what coders can pick; contents only with ``content=true``."""
        tenant, api = self._tenant(request), request.query.get("api", "")
        self._known(api)
        shelf = self._world.books.master_data.shelf(tenant, api)
        with_content = request.query.get("content") == "true"
        return {
            "count": shelf.in_p2p,
            "records": [
                {**_pickable(api, record), **({"content": loads(record.in_p2p)} if with_content else {})}
                for record in shelf.records.values()
                if record.in_p2p
            ],
        }

    async def read_record(self, request: web.Request) -> Any:
        """``GET masterdata/{api}/{externalCode}``: one record in both layers."""
        tenant, api, record = self._record(request)
        return {
            "externalCode": record.code,
            "posts": record.posts,
            "recent": [{"at": stamp(at), "request_id": by} for at, by in record.recent],
            "updated": stamp(record.updated) if record.text else None,
            "api": loads(record.text) if record.text else None,
            "p2p": loads(record.in_p2p) if record.in_p2p else None,
            "companies": _pickable(api, record)["companies"],
            "last": _verdict(record.last),
            "tenant": tenant,
        }

    async def place(self, request: web.Request) -> Any:
        """``POST masterdata/records``."""
        order = await order_of(request, PlaceOrder)
        self._named(order.tenant)
        api = find_api(order.api)
        wrong = [p for r in order.records for p in check(api.shape, r)] if api else [_unknown(order.api)]
        if wrong:
            raise OrderError(400, *wrong)
        for content in order.records:
            record = posted(content, dumps(content))
            self._world.books.master_data.put(
                Placed(
                    tenant=order.tenant,
                    api=order.api,
                    layer=order.layer,
                    at=self._world.now(),
                    code=record.code,
                    text=record.text,
                    digest=record.digest,
                )
            )
        return {"placed": len(order.records)}

    async def remove(self, request: web.Request) -> Any:
        """``DELETE masterdata/{api}/{externalCode}``: from ``layer=api``, ``p2p`` or both."""
        tenant, api, record = self._record(request)
        layer = _LAYERS.get(request.query.get("layer", "both"))
        if layer is None:
            raise OrderError(400, f"layer is one of {', '.join(_LAYERS)}")
        self._world.books.master_data.put(Removed(tenant=tenant, api=api, layer=layer, code=record.code))
        return {"removed": record.code, "layer": layer}

    async def plan(self, request: web.Request) -> Any:
        """``POST masterdata/outcome``: what P2P makes of the next items."""
        order = await order_of(request, ImportPlan)
        self._named(order.tenant)
        self._known(order.api)
        self._world.import_plans.order(order)
        return self._plans()

    async def read_plans(self, _request: web.Request) -> Any:
        """``GET masterdata/outcome``."""
        return self._plans()

    async def clear_plans(self, request: web.Request) -> Any:
        """``DELETE masterdata/outcome``."""
        self._world.import_plans.clear(request.query.get("tenant"))
        return self._plans()

    def _plans(self) -> Any:
        return {"outcomes": [control_views.exact(asdict(p)) for p in self._world.import_plans.open_orders()]}

    def _record(self, request: web.Request) -> tuple[str, str, MasterRecord]:
        tenant, api, code = self._tenant(request), request.match_info["api"], request.match_info["code"]
        self._known(api)
        record = self._world.books.master_data.shelf(tenant, api).records.get(code)
        if record is None:
            raise OrderError(404, f"tenant {tenant} has no {api} {code}")
        return tenant, api, record

    def _tenant(self, request: web.Request) -> str:
        """The tenant that the query names; the only one where it names none."""
        tenants = [tenant.name for tenant in self._world.books.tenants]
        name = request.query.get("tenant") or (tenants[0] if len(tenants) == 1 else "")
        return self._named(name)

    def _named(self, name: str) -> str:
        if self._world.books.tenants.get(name) is None:
            raise OrderError(404, f"there is no tenant {name!r}")
        return name

    def _known(self, api: str) -> None:
        if find_api(api) is None:
            raise OrderError(400, _unknown(api))


def _unknown(api: str) -> str:
    return f"there is no import {api!r}; say vendors, lists/ACC_LIST_1 and the like"


def _counts(shelf: Shelf) -> dict[str, Any]:
    return {
        "records": sum(1 for record in shelf.records.values() if record.text),
        "in_p2p": shelf.in_p2p,
        "requests": shelf.requests,
        "posted": shelf.posted,
        "largest_request": shelf.largest_request,
        "ended": dict(shelf.ended),
    }


def _request(request: ImportRequest) -> dict[str, Any]:
    return {
        "tenant": request.tenant,
        "request_id": request.request_id,
        "api": request.api,
        "accepted": stamp(request.accepted),
        "records": len(request.items),
        "status": request.status.value,
        "findings": {
            item.code: _verdict(item.verdict)
            for item in request.items
            if item.verdict is not None and item.verdict.status != "Success"
        },
    }


def _verdict(verdict: Verdict | None) -> Any:
    return None if verdict is None else asdict(verdict)


def _pickable(api: str, record: MasterRecord) -> dict[str, Any]:
    """A record as P2P has it: code, whether it is active at all, and the companies it is active in."""
    kind = api_named(api)
    content: dict[str, Any] = json.loads(record.in_p2p) if record.in_p2p else {}
    whole = (content.get("processingStatus") or {}).get("active", True) is not False
    companies = list(_active_companies(content)) if whole else []
    return {
        "externalCode": record.code,
        "code": content.get(kind.code) if kind.code else None,
        "active": bool(content) and whole and (bool(companies) or not content.get("companies")),
        "companies": companies,
    }


def _active_companies(content: dict[str, Any]) -> Iterator[str]:
    for company in content.get("companies") or ():
        if company.get("active", True):
            yield company["companyCode"]
