"""The stretch of network of the chaos runs does what it is told and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from devstack.ports import free_ports
from hypothesis import given
from hypothesis import strategies as st

from .tcp_proxy import LOOPBACK, TcpProxy

BOUND = 5.0
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def _proxied(
    *,
    dead_first: bool = False,
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] = _echo,
) -> AsyncIterator[tuple[TcpProxy, Callable[[], Awaitable[Streams]]]]:
    """A proxy before a server that answers what it was sent, and how to connect to it."""
    port, dead = free_ports(2)
    server = await asyncio.start_server(answer, LOOPBACK, 0)
    target: int = server.sockets[0].getsockname()[1]
    proxy = TcpProxy(name="test", port=port, targets=[dead, target] if dead_first else [target])
    await proxy.start()
    writers: list[asyncio.StreamWriter] = []

    async def connect() -> Streams:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        writers.append(writer)
        return reader, writer

    try:
        yield proxy, connect
    finally:
        for writer in writers:
            writer.close()
        await proxy.stop()
        server.close()
        await asyncio.gather(*(each.wait_closed() for each in writers), return_exceptions=True)


async def _answered(streams: Streams, data: bytes, *, within: float = BOUND) -> bytes:
    reader, writer = streams
    writer.write(data)
    async with asyncio.timeout(within):
        return await reader.readexactly(len(data))


async def test_it_passes_connections_on_to_whoever_listens() -> None:
    async with _proxied(dead_first=True) as (_, connect):
        for _ in range(3):
            assert await _answered(await connect(), b"hello") == b"hello"


async def test_a_delay_is_had_each_way_and_ends_with_healing() -> None:
    async with _proxied() as (proxy, connect):
        streams = await connect()
        proxy.delay = 0.05
        clock = asyncio.get_running_loop()
        began = clock.time()
        assert await _answered(streams, b"slow") == b"slow"
        assert clock.time() - began >= 0.1
        proxy.heal()
        assert await _answered(streams, b"fast", within=0.05) == b"fast"


async def test_a_cut_resets_what_exists_and_lets_new_ones_through() -> None:
    async with _proxied() as (proxy, connect):
        streams = await connect()
        assert await _answered(streams, b"one") == b"one"
        assert proxy.cut() == 2
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(streams[0].readexactly(1), BOUND)
        assert await _answered(await connect(), b"two") == b"two"


async def test_refusing_resets_new_ones_too() -> None:
    async with _proxied() as (proxy, connect):
        proxy.refuse()
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await _answered(await connect(), b"no")
        proxy.heal()
        assert await _answered(await connect(), b"yes") == b"yes"


@pytest.mark.parametrize("deliver", [True, False])
async def test_half_open_nothing_gets_through_until_it_heals(deliver: bool) -> None:
    async with _proxied() as (proxy, connect):
        old = await connect()
        assert await _answered(old, b"before") == b"before"
        proxy.hold()
        new = await connect()
        for streams in (old, new):
            with pytest.raises(TimeoutError):
                await _answered(streams, b"late", within=0.05)
        proxy.heal(deliver=deliver)
        for streams in (old, new):
            if deliver:
                assert await asyncio.wait_for(streams[0].readexactly(4), BOUND) == b"late"
            else:
                with pytest.raises(ConnectionResetError):
                    await asyncio.wait_for(streams[0].readexactly(4), BOUND)


async def test_more_than_it_takes_in_waits_at_the_sender() -> None:
    much = bytes(range(256)) * 4 * 8192
    async with _proxied() as (proxy, connect):
        streams = await connect()
        proxy.hold()
        asking = asyncio.create_task(_answered(streams, much))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asking), 0.2)
        proxy.heal()
        assert await asking == much


async def test_an_orderly_end_comes_after_the_last_byte() -> None:
    heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set_result(await reader.read())
        writer.close()

    async with _proxied(answer=listen) as (proxy, connect):
        _, writer = await connect()
        proxy.delay = 0.05
        writer.write(b"last words")
        writer.close()
        await writer.wait_closed()
        assert await asyncio.wait_for(heard, BOUND) == b"last words"


@given(
    st.lists(st.tuples(st.binary(min_size=1, max_size=300), st.sampled_from([0.0, 0.0, 0.002, 0.005, None])))
)
def test_bytes_stay_in_order_however_the_weather_changes(chunks: list[tuple[bytes, float | None]]) -> None:
    async def run() -> None:
        async with _proxied() as (proxy, connect):
            reader, writer = await connect()
            for data, delay in chunks:
                if delay is None:
                    proxy.hold()
                else:
                    proxy.heal()
                    proxy.delay = delay
                writer.write(data)
                await asyncio.sleep(0)
            proxy.heal()
            everything = b"".join(data for data, _ in chunks)
            assert await asyncio.wait_for(reader.readexactly(len(everything)), BOUND) == everything

    asyncio.run(run())
