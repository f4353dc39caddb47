"""JSON in and out of the control API: bodies that must be objects, refusals that say why."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from peoplesoft_simulator.shape import SiteRefused
from peoplesoft_simulator.world import SiteState, World

Json = dict[str, Any]


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
    except (SiteRefused, json.JSONDecodeError) as invalid:
        return web.json_response({"error": str(invalid)}, status=400)


async def read_json(request: web.Request) -> Json:
    """The body as an object; anything else is a 400."""
    body = await request.json()
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(
            text='{"error": "the body must be an object"}', content_type="application/json"
        )
    return body


def not_found(what: str) -> web.HTTPNotFound:
    """A 404 that says what there is none of."""
    return web.HTTPNotFound(text=json.dumps({"error": what}), content_type="application/json")


def refusal(why: str) -> web.HTTPConflict:
    """A 409 that says why something cannot be done as things stand."""
    return web.HTTPConflict(text=json.dumps({"error": why}), content_type="application/json")


def site_state(world: World, node: str) -> SiteState:
    """The site of exactly that node; unlike the gateway, the control API falls back on none."""
    if node not in world.sites:
        raise not_found(f"no site {node}; the sites are {', '.join(world.sites)}")
    return world.sites[node]
