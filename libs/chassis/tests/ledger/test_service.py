"""A ledger service says it is ready only once it is, and refuses to start where it could not notice a fence."""

import asyncio
import base64
import socket
from contextlib import asynccontextmanager
from typing import Any, cast

import aiohttp
import pytest
from chassis.connections import KeysRefused
from chassis.ledger.machine import Machine
from chassis.ledger.ports import Wire
from chassis.ledger.records import Layout
from chassis.ledger.service import LedgerService, Surroundings, running
from chassis.runtime import Stop, serve
from chassis.settings import ServiceSettings
from pydantic import SecretStr

LAYOUT = Layout(
    service="s", ledger="ledger", audit="audit", unreadable="unreadable", facts=(), inputs=("inputs",)
)


def service() -> LedgerService[Any]:
    @asynccontextmanager
    async def caller(surroundings: Surroundings) -> Any:
        yield object()

    return LedgerService(
        layout=LAYOUT,
        machine=cast("Machine[Any]", object()),
        wire=cast("Wire[Any]", object()),
        caller=caller,
        width=lambda _connection, _remote: 1,
    )


async def test_before_anything_is_read_it_is_not_ready_and_says_what_is_missing(
    unused_tcp_port_factory: Any,
) -> None:
    admin = unused_tcp_port_factory()
    key = base64.b64encode(b"1" * 32).decode()
    # One that takes connections and says nothing: a broker that refuses them would end the start before it is asked.
    with socket.create_server(("127.0.0.1", 0)) as kafka:
        settings = ServiceSettings(
            kafka_bootstrap=f"127.0.0.1:{kafka.getsockname()[1]}",
            admin_port=admin,
            keys=SecretStr(f"k1: {key}"),
        )

        async def begin() -> None:
            async with running(service(), settings):
                raise AssertionError("there is no Kafka to join")

        serving = asyncio.create_task(begin())
        async with aiohttp.ClientSession() as session, asyncio.timeout(30):
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{admin}/readyz") as answer:
                        status, said = answer.status, await answer.json()
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.01)
                    continue
                break
        assert status == 503
        assert said["partitions"] == "not in the group yet"
        assert said["connections"] != "ok"
        serving.cancel()
        with pytest.raises((asyncio.CancelledError, BaseExceptionGroup)):
            await serving


async def test_a_stop_ends_it_while_kafka_takes_connections_and_says_nothing() -> None:
    key = base64.b64encode(b"1" * 32).decode()
    stop = Stop()

    def at_work(_: object) -> None:
        raise AssertionError("there is no group to join")

    with socket.create_server(("127.0.0.1", 0)) as kafka:
        kafka.setblocking(False)
        settings = ServiceSettings(
            kafka_bootstrap=f"127.0.0.1:{kafka.getsockname()[1]}", keys=SecretStr(f"k1: {key}")
        )
        serving = asyncio.create_task(serve(running(service(), settings), stop=stop, at_work=at_work))
        async with asyncio.timeout(10):
            connected, _ = await asyncio.get_running_loop().sock_accept(kafka)
            with connected:
                stop.request()
                await serving


async def test_without_keys_it_does_not_start() -> None:
    settings = ServiceSettings(kafka_bootstrap="127.0.0.1:1")
    with pytest.raises(KeysRefused):
        async with running(service(), settings):
            raise AssertionError("it must not start")
