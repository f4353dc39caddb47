"""The control API over master data: invent it by the thousand, change some of it, take it away."""

import time

from aiohttp import web
from pydantic import TypeAdapter

from peoplesoft_simulator.control_json import not_found, read_json, site_state
from peoplesoft_simulator.invented_master_data import MOST_CHANGED, ChangeSome, Generation
from peoplesoft_simulator.master_data_changes import MasterDataChange
from peoplesoft_simulator.world import World

_GENERATION = TypeAdapter(Generation)
_CHANGE = TypeAdapter(MasterDataChange)
_SOME = TypeAdapter(ChangeSome)


class MasterDataControl:
    """Handlers of /control/masterdata."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """The addresses."""
        return [
            web.post("/control/masterdata/generate", self.generate),
            web.post("/control/masterdata/change", self.change),
            web.post("/control/masterdata/change_some", self.change_some),
        ]

    async def generate(self, request: web.Request) -> web.Response:
        """Invent master data; says how much there is then, and how long it took."""
        body = _GENERATION.validate_python(await read_json(request))
        state, began = site_state(self._world, body.node), time.monotonic()
        state.data = body.added_to(state.data, now=self._world.clock.now())
        await self._world.keep(body.node)
        return web.json_response(
            {
                "suppliers": len(state.data.suppliers),
                "chartfields": len(state.data.chart_fields),
                "seconds": round(time.monotonic() - began, 3),
            }
        )

    async def change(self, request: web.Request) -> web.Response:
        """Make the changes named; 404 for a supplier that is not there and gets no name."""
        body = _CHANGE.validate_python(await read_json(request))
        missing = body.missing(site_state(self._world, body.node).data)
        if missing:
            raise not_found(f"no supplier {', '.join(missing)} in {body.setid}; a name would make one")
        return web.json_response({"changed_at": await self._make(body)})

    async def change_some(self, request: web.Request) -> web.Response:
        """Change suppliers that the seed picks; their ids."""
        body = _SOME.validate_python(await read_json(request))
        ids = body.picked(site_state(self._world, body.node).data)
        if len(ids) > MOST_CHANGED and body.what != "remove":
            return web.json_response({"error": f"{len(ids)} suppliers, {MOST_CHANGED} at most"}, status=400)
        changed_at = await self._make(body.change(ids, now=self._world.clock.now()))
        return web.json_response({"changed": ids, "changed_at": changed_at})

    async def _make(self, change: MasterDataChange) -> str:
        now = self._world.clock.now()
        state = site_state(self._world, change.node)
        state.data = change.made_to(state.data, now=now)
        await self._world.keep(change.node)
        return now.isoformat()
