"""What callers are told when Kafka cannot be reached, or a record could never be sent."""

import asyncio
import socket
from collections.abc import Iterator
from typing import NoReturn

import pytest
from chassis.errors import NotDurable, RecordTooLarge
from chassis.lost_producer import die_when_lost
from chassis.producer import DurableProducer
from chassis.record_reader import RecordReader
from chassis.topics import MESSAGE_LIMIT
from confluent_kafka import Producer


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address that takes no connections while the test runs."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


async def test_a_send_is_refused_within_its_bound(nobody: str) -> None:
    async with DurableProducer(bootstrap=nobody, client_id="t", timeout=0.5) as producer:
        with pytest.raises(NotDurable, match="t/0"):
            await producer.send(topic="t", partition=0, key=b"k", value=b"v")


async def test_a_producer_that_can_never_send_again_says_so_and_ends_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A broker without idempotent producers is one of the reasons; librdkafka brings one along.
    of_old = {
        "test.mock.num.brokers": 1,
        "api.version.request": False,
        "broker.version.fallback": "0.9.0",
        "log_level": 0,
    }
    monkeypatch.setattr("chassis.producer.Producer", lambda config, **more: Producer(config | of_old, **more))
    reasons: list[str] = []

    def die(reason: str) -> NoReturn:
        reasons.append(reason)
        raise SystemExit(70)

    async with DurableProducer(bootstrap="127.0.0.1:1", client_id="t", timeout=0.5) as producer:
        async with asyncio.timeout(10):
            with pytest.raises(SystemExit):
                await die_when_lost(producer, die=die, every=0.01)
        with pytest.raises(NotDurable, match="t/0"):
            await producer.send(topic="t", partition=0, key=b"k", value=b"v")
    assert reasons == [f"the producer can never send again: {producer.fatal}"]
    assert "Idempotent producer not supported" in reasons[0]


async def test_a_record_over_the_limit_is_refused_before_it_is_sent(nobody: str) -> None:
    async with DurableProducer(bootstrap=nobody, client_id="t", timeout=0.5) as producer:
        with pytest.raises(RecordTooLarge, match=str(MESSAGE_LIMIT - 4096)):
            await producer.send(topic="t", partition=0, key=b"k", value=bytes(MESSAGE_LIMIT))


async def test_the_readers_cache_is_bounded_by_bytes_and_keeps_what_is_used(nobody: str) -> None:
    reader = RecordReader(bootstrap=nobody, cache_bytes=250)
    for offset in range(2):
        reader.put("t", 0, offset, bytes(100))
    assert await reader.read("t", 0, 0) == bytes(100)
    reader.put("t", 0, 2, bytes(100))
    assert set(reader._cached) == {("t", 0, 0), ("t", 0, 2)}
    reader.put("t", 0, 2, b"again")
    assert reader._held == 105
    reader.put("t", 0, 3, bytes(1000))
    assert reader._held == 0
