"""Putting an answer on the wire: whole, half of it, or nothing."""

from collections.abc import Mapping

from aiohttp import web

from .answers import Answer, Delivery


async def deliver(
    request: web.Request, answer: Answer, headers: Mapping[str, str] | None = None
) -> web.StreamResponse:
    """Send an answer; where it is not whole, the connection is closed under the caller's hands."""
    if answer.delivery is Delivery.NOTHING:
        _close(request)
        return web.Response()
    every_header = {**(headers or {}), "Content-Type": answer.content_type, **answer.headers}
    if answer.delivery is Delivery.WHOLE:
        return web.Response(status=answer.status, body=answer.body, headers=every_header)
    response = web.StreamResponse(status=answer.status, headers=every_header)
    response.content_length = len(answer.body)
    await response.prepare(request)
    await response.write(answer.body[: len(answer.body) // 2])
    _close(request)
    return response


def _close(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()
