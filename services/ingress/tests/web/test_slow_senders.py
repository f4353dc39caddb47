"""Senders that hold on to what is bounded: time, connections, places."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

HEAD = b"POST /webhooks/acme HTTP/1.1\r\nHost: x\r\n"
MakeNotification = Callable[..., bytes]


@pytest.fixture
def limits() -> dict[str, Any]:
    return {"concurrency": 3, "request_seconds": 0.3}


@pytest.fixture
def connections() -> int:
    return 4


@pytest.mark.parametrize("head", [b"", b"POST /webhooks/acme HTTP/1.1\r\nHo", HEAD])
async def test_a_connection_that_brings_no_whole_head_is_closed(door: Any, head: bytes) -> None:
    assert await door.raw(head) == b""


async def test_a_head_that_drips_is_closed_although_something_always_comes(door: Any) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)

    async def drip() -> None:
        writer.write(HEAD)
        while True:
            writer.write(b"X: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(30):
        with suppress(ConnectionResetError):  # What dripped in after the close is answered with a reset.
            assert await reader.read() == b""
    dripping.cancel()
    await asyncio.wait([dripping])
    if not dripping.cancelled():
        assert isinstance(dripping.exception(), ConnectionError)
    writer.close()


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(HEAD + b"Content-Length: 500\r\n\r\n{", id="announced"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{", id="in chunks"),
        pytest.param(HEAD + b"Expect: 100-continue\r\nContent-Length: 500\r\n\r\n", id="asked for"),
    ],
)
async def test_a_body_that_does_not_arrive_in_time_is_given_up(door: Any, refused: Any, sent: bytes) -> None:
    with refused("too_slow"):
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(sent)
        async with asyncio.timeout(30):
            answer = await reader.readuntil(b"request too slow")
        writer.close()
    assert b"HTTP/1.1 408" in answer


async def test_slow_senders_leave_room_for_others_once_their_time_is_over(
    door: Any, make_notification: MakeNotification
) -> None:
    writers = []
    for _ in range(3):
        _, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(HEAD + b"Content-Length: 500\r\n\r\n{")
        writers.append(writer)
    async with asyncio.timeout(30):
        while (await door.send(make_notification()))[0] != 200:
            await asyncio.sleep(0.02)
    for writer in writers:
        writer.close()


async def test_more_connections_than_allowed_are_told_to_come_again(
    door: Any, refused: Any, make_notification: MakeNotification
) -> None:
    held = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(4)]
    for reader, writer in held:
        writer.write(HEAD + b"Content-Length: 2\r\n\r\n{}")
        async with asyncio.timeout(30):
            await reader.readuntil(b"required")
    with refused("connections"):
        answer = await door.raw(b"")
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"Retry-After: 1\r\n" in answer
    for _, writer in held:
        writer.close()
    async with asyncio.timeout(30):
        while (await door.send(make_notification()))[0] != 200:
            await asyncio.sleep(0.02)
