"""Webhooks go to whichever ingress takes them, as through a load balancer, and one that nobody takes is seen."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from devstack.ports import free_ports
from devstack.program import local_url

from bench import load
from bench.load import Invoice, Load

INVOICE = Invoice(connection="c", node="C", id="f00", number="1", document="{}")


class Ingress:
    """Answers every webhook with the same status, on a port of its own."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.taken = 0
        (self.port,) = free_ports(1)

    async def take(self, request: web.Request) -> web.Response:
        self.taken += 1
        return web.Response(status=self.status)


@pytest.fixture
async def starting() -> AsyncIterator[Any]:
    """Starts an ingress."""
    runners = []

    async def start(ingress: Ingress) -> Ingress:
        app = web.Application()
        app.router.add_post("/webhooks/c", ingress.take)
        runners.append(web.AppRunner(app))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", ingress.port).start()
        return ingress

    yield start
    for runner in runners:
        await runner.cleanup()


def loading(first: Ingress, *spare: Ingress, folder: Path) -> Load:
    secret = folder / "secret"
    secret.write_text("s3cret")
    url = local_url(first.port)
    connections = {"c": SimpleNamespace(webhook=f"{url}/webhooks/c", secret_file=str(secret))}
    stack: Any = SimpleNamespace(ingress_url=url, endpoints=SimpleNamespace(connections=connections))
    basware: Any = _Basware()
    return Load(stack, basware, spare=[local_url(each.port) for each in spare])


class _Basware:
    async def post_text(self, _path: str, _order: str) -> str:
        return ""


@pytest.mark.parametrize("status", [None, 503])
async def test_a_webhook_that_one_replica_does_not_take_goes_to_the_other(
    starting: Any, tmp_path: Path, status: int | None
) -> None:
    away, there = Ingress(status or 0), await starting(Ingress(200))
    if status is not None:
        await starting(away)
    async with loading(away, there, folder=tmp_path) as sending:
        (sent,) = await sending.send([INVOICE], rate=100)
    assert (sent.status, there.taken) == (200, 1)
    assert sending.answered == [sent]


async def test_a_webhook_that_nobody_takes_is_told_with_its_status(
    starting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "TURNS", 2)
    one, other = await starting(Ingress(401)), await starting(Ingress(503))
    async with loading(one, other, folder=tmp_path) as sending:
        (sent,) = await sending.send([INVOICE], rate=100)
    assert sent.status == 503
    assert one.taken == other.taken == 2


async def test_without_a_spare_one_webhook_is_one_request(starting: Any, tmp_path: Path) -> None:
    refusing = await starting(Ingress(503))
    async with loading(refusing, folder=tmp_path) as sending:
        (sent,) = await sending.send([INVOICE], rate=100)
    assert (sent.status, refusing.taken) == (503, 1)
    async with loading(Ingress(200), folder=tmp_path) as sending:
        with pytest.raises(ExceptionGroup) as failed:
            await sending.send([INVOICE], rate=100)
    assert failed.group_contains(aiohttp.ClientConnectorError)
