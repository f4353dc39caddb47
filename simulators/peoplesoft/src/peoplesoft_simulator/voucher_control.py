"""The control API over vouchers and calls: read the books, act as a clerk, read the log."""

import json
from dataclasses import asdict, replace

from aiohttp import web
from pydantic import TypeAdapter

from peoplesoft_simulator.books import Voucher
from peoplesoft_simulator.clerk import KeyedVoucher, VoucherAction
from peoplesoft_simulator.component import Created, Entry
from peoplesoft_simulator.control_json import Json, not_found, read_json, refusal, site_state
from peoplesoft_simulator.payment_control import payment_file, treasury
from peoplesoft_simulator.payment_file import Keys, PaymentRefused
from peoplesoft_simulator.payment_schedule import schedule
from peoplesoft_simulator.schedule_acts import ScheduleActs
from peoplesoft_simulator.treasury import HowCancelled, HowPaid
from peoplesoft_simulator.world import SiteState, World

_ACTION = TypeAdapter(VoucherAction)
_KEYED = TypeAdapter(KeyedVoucher)
_LOG_FILTERS = ("node", "operation", "invoice_id", "operator", "query")
_SEARCH = ("business_unit", "voucher_id", "invoice_id", "vendor_id", "entry_status")


class VoucherControl:
    """Handlers of /control/vouchers and /control/requests."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """The addresses."""
        return [
            web.get("/control/vouchers", self.vouchers),
            web.post("/control/vouchers", self.key_voucher),
            web.post("/control/vouchers/{business_unit}/{voucher_id}", self.act_on_voucher),
            web.get("/control/requests", self.requests),
        ]

    async def vouchers(self, request: web.Request) -> web.Response:
        """Vouchers of one node or all, by business_unit, voucher_id, invoice_id, vendor_id, entry_status.

        With `brief=true` without their lines.
        """
        keys = {name.upper(): request.query.get(name, "") for name in _SEARCH}
        node = request.query.get("node")
        found = await self._world.on_disk(lambda: self._world.books.search(node, keys, match="exact"))
        brief = request.query.get("brief") == "true"
        return web.json_response({"vouchers": [_shown(each, brief=brief) for each in found]})

    async def key_voucher(self, request: web.Request) -> web.Response:
        """Key a voucher by hand; 409 with PeopleSoft's messages if the edits keep it from being saved."""
        body = _KEYED.validate_python(await read_json(request))
        state, world = site_state(self._world, body.node), self._world
        data, settings = body.rules(state.data, state.settings)
        now = world.clock.now()
        entry = Entry(node=body.node, row=body.row(now=now), operator=body.operator, now=now, request=0)

        def key() -> tuple[Created, Voucher | None]:
            created = world.component.create(entry, data=data, settings=settings)
            keys = created.business_unit, created.voucher_id
            return created, world.books.voucher(body.node, *keys) if created.saved else None

        created, saved = await world.on_disk(key)
        if saved is None:
            return web.json_response({"error": [asdict(each) for each in created.messages]}, status=409)
        return web.json_response(_shown(saved))

    async def act_on_voucher(self, request: web.Request) -> web.Response:
        """Delete, close, recycle, hold, pay or change one voucher, as a clerk would."""
        body = _ACTION.validate_python(await read_json(request))
        keys = request.match_info["business_unit"], request.match_info["voucher_id"]
        state = site_state(self._world, body.node)
        try:
            changed = await self._world.on_disk(lambda: _change(self._world, state, keys, body))
        except PaymentRefused as refused:
            raise refusal(str(refused)) from refused
        if changed is None:
            raise not_found(f"no voucher {'/'.join(keys)} at {body.node}")
        return web.json_response(_shown(changed))

    async def requests(self, request: web.Request) -> web.Response:
        """The latest calls (`limit`, 1000 at first), by node, operation, invoice_id, operator, query."""
        wanted = {name: request.query.get(name) for name in _LOG_FILTERS}
        limit = int(request.query.get("limit", "1000"))
        calls = await self._world.on_disk(lambda: self._world.log.calls(limit=limit, **wanted))
        shown = [{**each, "prompts": each["prompts"] and json.loads(each["prompts"])} for each in calls]
        return web.json_response({"requests": shown})


def _change(world: World, state: SiteState, keys: Keys, body: VoucherAction) -> Voucher | None:
    with payment_file(world, state, body) as file:
        found = world.books.voucher(body.node, *keys)
        if found is None:
            return None
        changed = found.having(**body.effect())
        changed = replace(changed, last_update=file.stamp or found.last_update)
        world.books.save(changed)
        has_open = any(each.unpaid for each in file.schedule(keys))
        match body.action:
            case "hold" if has_open:
                ScheduleActs(file, keys).hold(body.reason)
            case "release" if has_open:
                ScheduleActs(file, keys).release()
            case "make_postable" | "change":
                schedule(world.books, changed, data=state.data)
            case "pay":
                treasury(state, file).pay_together([keys], HowPaid(payment_id=body.payment_id))
            case "void_payment":
                treasury(state, file).take_back(keys, HowCancelled())
        return file.voucher(keys)


def _shown(voucher: Voucher, *, brief: bool = False) -> Json:
    return {
        **(voucher.row.values if brief else voucher.row.as_json()),
        "node": voucher.node,
        "created_at": voucher.created_at,
        "created_by": voucher.created_by,
        "request": voucher.request,
    }
