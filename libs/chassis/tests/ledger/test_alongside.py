"""What runs alongside a ledger service: it sees the owners, ends before partitions are given up, and is not lost."""

import asyncio
import base64
from contextlib import asynccontextmanager
from typing import Any, NoReturn, Self, cast

import pytest
from chassis.ledger import service
from chassis.ledger.machine import Machine
from chassis.ledger.ports import Wire
from chassis.ledger.records import Layout
from chassis.ledger.service import LedgerService, Owners, Surroundings, running
from chassis.settings import ServiceSettings
from pydantic import SecretStr

KEY = base64.b64encode(b"1" * 32).decode()
SETTINGS = ServiceSettings(kafka_bootstrap="127.0.0.1:1", keys=SecretStr(f"k1: {KEY}"))
OWNER = object()


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


class Nothing:
    """Stands in for the group's member and the watermarks."""

    joined = True

    def __init__(self, **_: object) -> None:
        return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return


class Lost(Nothing):
    """A producer that has met a fatal error."""

    fatal = "fenced"


class Worker:
    """Owns one partition until it is asked to stop."""

    ready = True
    owners = (OWNER,)
    told: list[str]

    def __init__(self, told: list[str]) -> None:
        self.told = told

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()
        await asyncio.sleep(0)
        self.told.append("partitions given up")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A service without Kafka; what happened, in order."""
    events: list[str] = []
    for name, fake in {
        "ConnectionDirectory": Followed,
        "DesiredStates": Followed,
        "Watermarks": Nothing,
        "KafkaMember": Nothing,
        "_worker": lambda *_args, **_kwargs: Worker(events),
    }.items():
        monkeypatch.setattr(service, name, fake)
    return events


def with_alongside(alongside: Any) -> LedgerService[Any]:
    @asynccontextmanager
    async def caller(surroundings: Surroundings) -> Any:
        yield object()

    return LedgerService(
        layout=Layout(service="s", ledger="l", audit="a", unreadable="u", facts=(), inputs=("i",)),
        machine=cast("Machine[Any]", object()),
        wire=cast("Wire[Any]", object()),
        caller=caller,
        width=lambda _connection, _remote: 1,
        alongside=alongside,
    )


async def test_it_sees_the_owners_and_ends_before_partitions_are_given_up(told: list[str]) -> None:
    begun = asyncio.Event()

    async def alongside(surroundings: Surroundings, owners: Owners[Any]) -> None:
        assert list(owners()) == [OWNER]
        assert surroundings.producer.fatal is None
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            told.append("alongside ended")

    async with running(with_alongside(alongside), SETTINGS), asyncio.timeout(5):
        await begun.wait()
        assert told == []
    assert told == ["alongside ended", "partitions given up"]


async def test_what_it_raises_ends_the_service(told: list[str]) -> None:
    async def alongside(surroundings: Surroundings, owners: Owners[Any]) -> None:
        raise RuntimeError("nobody sweeps")

    with pytest.raises(BaseExceptionGroup) as ended:
        async with running(with_alongside(alongside), SETTINGS), asyncio.timeout(5):
            await asyncio.Event().wait()
    assert ended.group_contains(RuntimeError, match="nobody sweeps")


async def test_a_producer_that_can_never_send_again_ends_the_service(
    told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "DurableProducer", Lost)

    def die(reason: str) -> NoReturn:
        told.append(reason)
        raise RuntimeError("the process would end here")

    with pytest.raises(BaseExceptionGroup):
        async with running(with_alongside(None), SETTINGS, die=die), asyncio.timeout(5):
            await asyncio.Event().wait()
    assert told[0] == "the producer can never send again: fenced"


async def test_a_service_needs_none(told: list[str]) -> None:
    async with running(with_alongside(None), SETTINGS):
        assert told == []
    assert told == ["partitions given up"]
