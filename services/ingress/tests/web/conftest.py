"""A webhook server on a port of its own, with connections and a Kafka that the test holds in its hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from ap_domain.notification import Notification
from basware.signature import HEADER, sign
from chassis.trace import TraceContext
from ingress.publisher import NotPublished
from ingress.web.decision import SECRETS_TRIED, Subscriber
from ingress.web.handler import WebhookHandler
from ingress.web.ports import NotUsable
from ingress.web.server import WebhookServer
from prometheus_client import REGISTRY

SECRET = "möhkäle-1"
OLD_SECRET = "old"
NOW = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class FakeSubscribers:
    known: dict[str, Subscriber] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)
    waiting_for: str | None = None

    def not_ready(self) -> str | None:
        return self.waiting_for

    def find(self, connection_id: str) -> Subscriber | None:
        if connection_id in self.unusable:
            raise NotUsable(self.unusable[connection_id])
        return self.known.get(connection_id)


@dataclass(slots=True)
class FakeKafka:
    """Durable once `confirms` is set; away while `away` is true."""

    published: list[tuple[Notification, int, TraceContext]] = field(default_factory=list)
    confirms: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    away: bool = False

    async def publish(self, notification: Notification, *, partition: int, trace: TraceContext) -> None:
        self.asked.set()
        await self.confirms.wait()
        if self.away:
            raise NotPublished("no broker")
        self.published.append((notification, partition, trace))


@dataclass(slots=True, kw_only=True)
class Door:
    """The running server and what stands behind it."""

    url: str
    port: int
    client: aiohttp.ClientSession
    subscribers: FakeSubscribers
    kafka: FakeKafka

    async def send(
        self, body: bytes, *, to: str = "acme", signature: str | None = None, sign_with: str | None = SECRET
    ) -> tuple[int, str, str | None]:
        """Status, text and Retry-After of the answer to a POST; signed unless `sign_with` is None."""
        headers = {"Content-Type": "application/json"}
        if signature is None and sign_with is not None:
            signature = sign(body, sign_with)
        if signature is not None:
            headers[HEADER] = signature
        async with self.client.post(f"{self.url}/webhooks/{to}", data=body, headers=headers) as answer:
            return answer.status, await answer.text(), answer.headers.get("Retry-After")

    async def raw(self, sent: bytes, *, within: float = 5.0) -> bytes:
        """All that comes back for these bytes until the server closes; the sender closes its side after them."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(sent)
            async with asyncio.timeout(within):
                return await reader.read()
        finally:
            writer.close()


Refused = Callable[..., AbstractContextManager[None]]


def _refusals() -> dict[tuple[str, str], float]:
    return {
        (sample.labels["connection"], sample.labels["reason"]): sample.value
        for family in REGISTRY.collect()
        if family.name == "apstream_webhooks_refused"
        for sample in family.samples
        if sample.name.endswith("_total")
    }


def notification(**changes: Any) -> bytes:
    """Basware's notification; arguments replace or (with ...) remove fields."""
    body: dict[str, Any] = {
        "taskId": "eb9ea3fa-69de-4a5a-8a1a-f4347cd18626",
        "taskStatus": "New",
        "taskType": "AccountingDocuments",
        "taskSubType": "WaitingForTransfer",
        "documentId": "63255782d0a04d8d8defcc6a0062101d",
        "expirationTime": "2026-12-11T08:53:31Z",
    }
    body.update(changes)
    return json.dumps({name: value for name, value in body.items() if value is not ...}).encode()


@pytest.fixture
def limits() -> dict[str, Any]:
    """Bounds of the handler; a test module may set its own."""
    return {"concurrency": 64, "request_seconds": 5.0}


@pytest.fixture
def connections() -> int:
    """Open connections that the server lets in; a test module may set its own."""
    return 64


@pytest.fixture
async def door(limits: dict[str, Any], connections: int) -> AsyncIterator[Door]:
    subscribers = FakeSubscribers(
        known={"acme": Subscriber(connection_id="acme", shard=7, secrets=(SECRET, OLD_SECRET))},
        unusable={"keyless": "the key 'k2' is not configured"},
    )
    kafka = FakeKafka()
    kafka.confirms.set()
    handler = WebhookHandler(
        subscribers=subscribers,
        publisher=kafka,
        decoys=tuple(f"decoy {number}" for number in range(SECRETS_TRIED)),
        clock=lambda: NOW,
        **limits,
    )
    async with (
        WebhookServer(
            handler=handler, host="127.0.0.1", port=0, connections=connections, idle_seconds=0.5
        ) as server,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as client,
    ):
        yield Door(
            url=f"http://127.0.0.1:{server.port}",
            port=server.port,
            client=client,
            subscribers=subscribers,
            kafka=kafka,
        )


@pytest.fixture
def make_notification() -> Callable[..., bytes]:
    return notification


@pytest.fixture
def refused(door: Door) -> Refused:
    """Within it exactly so many refusals are counted, all under this reason, and nothing is published."""

    @contextmanager
    def counted(reason: str, *, connection: str = "unknown", times: int = 1) -> Iterator[None]:
        before = _refusals()
        yield
        counts = {place: count - before.get(place, 0.0) for place, count in _refusals().items()}
        assert {place: count for place, count in counts.items() if count} == {(connection, reason): times}
        assert door.kafka.published == []

    return counted
