"""What callers are told when Kafka cannot be reached, or a record could never be sent."""

import socket
from collections.abc import Iterator

import pytest
from chassis.errors import NotDurable, RecordTooLarge
from chassis.producer import DurableProducer
from chassis.record_reader import RecordReader
from chassis.topics import MESSAGE_LIMIT


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
