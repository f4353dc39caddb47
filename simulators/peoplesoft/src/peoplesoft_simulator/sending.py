"""Answers onto the wire: whole, cut off, trickled, or not at all."""

import asyncio
import socket
import struct

from aiohttp import web

from peoplesoft_simulator.spoiled import Answer


async def send(http: web.Request, answer: Answer) -> web.StreamResponse:
    """Send the answer, or hang up, as it says."""
    response = web.Response(
        status=answer.status,
        body=answer.body,
        content_type=answer.content_type,
        charset="utf-8",
        headers=answer.headers,
    )
    if answer.dropped:
        _hang_up(http, reset=answer.reset)
    elif answer.cut is not None:
        return await _cut_off(http, answer, at=answer.cut)
    elif answer.pace is not None:
        return await _trickled(http, answer, pace=answer.pace)
    return response


def _hang_up(http: web.Request, *, reset: bool) -> None:
    transport = http.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if reset and connection is not None:
        # A socket that lingers for no time at all sends RST instead of FIN.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    transport.close()


async def _cut_off(http: web.Request, answer: Answer, *, at: int) -> web.StreamResponse:
    """The headers promise the whole body, `at` bytes of it come, then the connection is closed."""
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_type, response.charset = answer.content_type, "utf-8"
    response.content_length = len(answer.body)
    await response.prepare(http)
    await response.write(answer.body[:at])
    _hang_up(http, reset=False)
    return response


async def _trickled(http: web.Request, answer: Answer, *, pace: tuple[int, float]) -> web.StreamResponse:
    """The whole body, piece by piece, for as long as the caller listens."""
    piece, seconds = pace
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_type, response.charset = answer.content_type, "utf-8"
    response.content_length = len(answer.body)
    await response.prepare(http)
    for begin in range(0, len(answer.body), piece):
        await response.write(answer.body[begin : begin + piece])
        await asyncio.sleep(seconds)
    return response
