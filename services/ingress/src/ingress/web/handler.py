"""Answers webhooks over HTTP. Its promise: 200 means durable in Kafka (or nothing to do), 503 means send it again."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

import structlog
from aiohttp import web
from ap_domain.notification import Notification, NotificationSource
from basware.signature import HEADER as SIGNATURE_HEADER
from chassis.failpoints import reached
from chassis.trace import TraceContext

from ingress.publisher import NotPublished, Publisher
from ingress.web import metrics
from ingress.web.decision import LARGEST_BODY, Accepted, Answered, Refused, Subscriber, Webhook, decide
from ingress.web.ports import NotUsable, Subscribers
from ingress.web.refusals import later, refuse
from ingress.web.seen_tasks import SeenTasks

PATH = "/webhooks/{connection_id}"

log = structlog.get_logger(__name__)


class _TooLarge(Exception):
    pass


class WebhookHandler:
    """One handler for all connections. `clock` gives the time of receipt, aware and in UTC.

    Bounded in every direction: bytes of a body, time for a request, webhooks at once. An exception that is nobody's
    fault but ours becomes a 500, which is not a 200.
    """

    def __init__(
        self,
        *,
        subscribers: Subscribers,
        publisher: Publisher,
        decoys: tuple[str, ...],
        clock: Callable[[], datetime],
        concurrency: int,
        request_seconds: float,
    ) -> None:
        self._subscribers = subscribers
        self._publisher = publisher
        self._decoys = decoys
        self._clock = clock
        self._concurrency = concurrency
        self._request_seconds = request_seconds
        self._seen = SeenTasks()
        self._in_flight = 0

    async def receive(self, request: web.Request) -> web.Response:
        """The answer to one webhook."""
        started = time.perf_counter()
        if self._in_flight >= self._concurrency:
            answer = later(metrics.UNKNOWN, "busy", detail=f"{self._in_flight} webhooks at once")
        else:
            self._in_flight += 1
            metrics.IN_FLIGHT.set(self._in_flight)
            try:
                answer = await self._answer(request)
            finally:
                self._in_flight -= 1
                metrics.IN_FLIGHT.set(self._in_flight)
        metrics.SECONDS.labels(str(answer.status)).observe(time.perf_counter() - started)
        return answer

    async def _answer(self, request: web.Request) -> web.Response:
        if reason := self._subscribers.not_ready():
            return later(metrics.UNKNOWN, "not_ready", detail=reason)
        if (coding := request.headers.get("Content-Encoding", "identity")).strip().lower() != "identity":
            # the signature is over the bytes as sent, and a small body must not unpack into a large one
            return refuse(metrics.UNKNOWN, 415, "content_encoding", detail=f"Content-Encoding {coding[:50]}")
        try:
            async with asyncio.timeout(self._request_seconds):
                raw = await _bounded_body(request)
        except _TooLarge:
            return refuse(metrics.UNKNOWN, 413, "too_large", detail=f"more than {LARGEST_BODY} bytes")
        except TimeoutError:
            detail = f"no whole body in {self._request_seconds} s"
            return refuse(metrics.UNKNOWN, 408, "too_slow", detail=detail)
        except web.RequestPayloadError as error:
            return refuse(metrics.UNKNOWN, 400, "malformed", detail=str(error))
        connection_id = request.match_info["connection_id"]
        try:
            subscriber = self._subscribers.find(connection_id)
        except NotUsable as error:
            return later(connection_id, "connection_not_usable", detail=str(error))
        return await self._judge(_webhook(request, raw, subscriber), subscriber)

    async def _judge(self, webhook: Webhook, subscriber: Subscriber | None) -> web.Response:
        known = subscriber.connection_id if subscriber else metrics.UNKNOWN
        match decide(webhook, subscriber, decoys=self._decoys, now=self._clock()):
            case Refused() as refused:
                return refuse(known, refused.status, refused.reason, detail=refused.detail)
            case Answered() as answered:
                log.info("webhook needs no work", connection=known, kind=answered.kind)
                metrics.ACCEPTED.labels(known, answered.kind).inc()
                return web.Response(text="ok")
            case Accepted() as accepted:
                return await self._accept(accepted, raw=webhook.raw)

    async def _accept(self, accepted: Accepted, *, raw: bytes) -> web.Response:
        subscriber, notice = accepted.subscriber, accepted.notification
        connection_id = subscriber.connection_id
        trace = TraceContext.start()
        about = log.bind(
            connection=connection_id,
            task=notice.task_id,
            document=notice.document_id,
            trace_id=trace.trace_id,
        )
        task = {"connection_id": connection_id, "task_id": notice.task_id, "document_id": notice.document_id}
        if self._seen.known(**task):
            metrics.ACCEPTED.labels(connection_id, "duplicate").inc()
            about.info("webhook is a duplicate")
            return web.Response(text="ok")
        notification = Notification(
            connection_id=connection_id,
            task_id=notice.task_id,
            document_id=notice.document_id,
            task_type=notice.task_type,
            task_sub_type=notice.task_sub_type,
            task_status=notice.task_status,
            expiration_time=notice.expiration_time,
            received_at=self._clock(),
            source=NotificationSource.WEBHOOK,
            body=raw,
        )
        try:
            await self._publisher.publish(notification, partition=subscriber.shard, trace=trace)
        except NotPublished as error:
            return later(connection_id, "kafka", detail=str(error))
        reached("notification durable")
        self._seen.remember(**task)
        metrics.ACCEPTED.labels(connection_id, "published").inc()
        about.info("webhook accepted")
        return web.Response(text="ok")


def _webhook(request: web.Request, raw: bytes, subscriber: Subscriber | None) -> Webhook:
    rule = subscriber.timestamp if subscriber else None
    return Webhook(
        raw=raw,
        signature=_header(request, SIGNATURE_HEADER),
        sent=_header(request, rule.header) if rule else None,
    )


def _header(request: web.Request, name: str) -> str | None:
    """The header's value; several of one name are joined, so that none of them is believed for itself."""
    values = request.headers.getall(name, ())
    return ", ".join(values) if values else None


async def _bounded_body(request: web.Request) -> bytes:
    """The raw bytes of the body as sent, never more than allowed in memory. Raises _TooLarge."""
    if (request.content_length or 0) > LARGEST_BODY:
        raise _TooLarge
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise _TooLarge
    return bytes(body)
