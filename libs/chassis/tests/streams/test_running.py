"""A stream service whose producer can never send again ends: it would read on and write nothing."""

import asyncio
import base64
from contextlib import asynccontextmanager
from typing import Any, NoReturn, Self

import pytest
from chassis.settings import ServiceSettings
from chassis.streams import running as wiring
from chassis.streams.ports import StreamService, StreamSurroundings
from chassis.streams.running import running
from pydantic import SecretStr

KEY = base64.b64encode(b"1" * 32).decode()
SETTINGS = ServiceSettings(kafka_bootstrap="127.0.0.1:1", keys=SecretStr(f"k1: {KEY}"))


class Followed:
    """Connections or desired states, read to their end at once."""

    def __init__(self, **_: object) -> None:
        return

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def loaded(self) -> None:
        return

    def problem(self) -> None:
        return

    def version(self, connection_id: str) -> None:
        return

    def on_change(self, listener: object) -> None:
        return


class Entered:
    """Stands for the watermarks, and for the producer as it is in the test."""

    fatal: str | None = None

    def __init__(self, **_: object) -> None:
        return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return


@asynccontextmanager
async def streaming(*_: object, **__: object) -> Any:
    yield


async def nothing_to_check(*_: object, **__: object) -> None:
    return


async def alongside(_: StreamSurroundings) -> None:
    await asyncio.Event().wait()


async def test_a_producer_that_can_never_send_again_ends_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, fake in {
        "ConnectionDirectory": Followed,
        "DesiredStates": Followed,
        "Watermarks": Entered,
        "DurableProducer": Entered,
        "check_topics": nothing_to_check,
        "_streaming": streaming,
    }.items():
        monkeypatch.setattr(wiring, name, fake)
    monkeypatch.setattr(Entered, "fatal", "fenced")
    reasons: list[str] = []

    def die(reason: str) -> NoReturn:
        reasons.append(reason)
        raise RuntimeError("the process would end here")

    service = StreamService(name="s", tables=(), followings=(), alongside=alongside)
    with pytest.raises(BaseExceptionGroup):
        async with running(service, SETTINGS, die=die), asyncio.timeout(5):
            await asyncio.Event().wait()
    assert reasons == ["the producer can never send again: fenced"]
