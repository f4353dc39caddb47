"""Puts the webhook receiver together; the only place that does."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.admin import AdminServer
from chassis.connections import ConnectionDirectory, KeyRing
from chassis.logs import RateLimit
from chassis.producer import DurableProducer

from ingress.publisher import KafkaPublisher
from ingress.web.decision import SECRETS_TRIED
from ingress.web.directory_subscribers import DirectorySubscribers
from ingress.web.handler import WebhookHandler
from ingress.web.refusals import LOGGER as REFUSALS
from ingress.web.server import WebhookServer
from ingress.web.settings import WebSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """The ports that a running receiver listens on."""

    public_port: int
    admin_port: int


@asynccontextmanager
async def webhook_receiver(settings: WebSettings) -> AsyncIterator[Receiver]:
    """A receiver that serves until the context ends; webhooks in flight are finished first.

    It listens at once and answers 503 until `ap.connections` has been read to its end. Raises KeysRefused or OSError
    at the start; a failure of the directory later ends the context with it.
    """
    directory = ConnectionDirectory(bootstrap=settings.kafka_bootstrap, keys=KeyRing.from_settings(settings))
    for refusing in (REFUSALS, "aiohttp.server"):
        # whoever knows no secret can make us refuse; that must not fill the disk
        logging.getLogger(refusing).addFilter(RateLimit(burst=50, period=10))
    async with (
        asyncio.TaskGroup() as tasks,
        DurableProducer(
            bootstrap=settings.kafka_bootstrap,
            client_id=f"ingress-web-{settings.instance}",
            timeout=settings.webhook_durable_seconds,
        ) as producer,
        AdminServer(host=settings.admin_host, port=settings.admin_port) as admin,
    ):
        handler = WebhookHandler(
            subscribers=DirectorySubscribers(directory=directory),
            publisher=KafkaPublisher(producer=producer),
            decoys=tuple(secrets.token_urlsafe(32) for _ in range(SECRETS_TRIED)),
            clock=lambda: datetime.now(UTC),
            concurrency=settings.webhook_concurrency,
            request_seconds=settings.webhook_request_seconds,
        )
        admin.live_when("producer", lambda: producer.fatal)
        admin.ready_when("connections", directory.problem)
        admin.ready_when("producer", lambda: producer.fatal)
        following = tasks.create_task(directory.run(), name="connections")
        async with WebhookServer(
            handler=handler,
            host=settings.public_host,
            port=settings.public_port,
            connections=settings.webhook_connections,
        ) as server:
            yield Receiver(public_port=server.port, admin_port=admin.port)
        following.cancel()
