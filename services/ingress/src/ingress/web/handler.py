"""Answers webhooks over HTTP. Its promise: 200 means durable in Kafka (or nothing to do), 503 means send it again."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

import structlog
from aiohttp import web
from ap_domain.notification import Notification, NotificationSource
from basware.signature import HEADER as SIGNATURE_HEADER
from chassis.trace import TraceContext

from ingress.web import metrics
from ingress.web.decision import LARGEST_BODY, Accepted, Answered, Refused, Webhook, decide
from ingress.web.ports import NotPublished, NotUsable, Publisher, Subscribers
from ingress.web.seen_tasks import SeenTasks

PATH = "/webhooks/{connection_id}"
RETRY_AFTER = "1"
"""Seconds; Basware's own schedule of repeats is not published."""

log = structlog.get_logger(__name__)
REFUSALS_LOGGER = "ingress.web.refusals"
refusals = structlog.get_logger(REFUSALS_LOGGER)


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
            answer = _later(metrics.UNKNOWN, "busy", detail=f"{self._in_flight} webhooks at once")
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
            return _later(metrics.UNKNOWN, "not_ready", detail=reason)
        try:
            async with asyncio.timeout(self._request_seconds):
                raw = await _bounded_body(request)
        except _TooLarge:
            return _refuse(metrics.UNKNOWN, 413, "too_large", detail=f"more than {LARGEST_BODY} bytes")
        except TimeoutError:
            return _refuse(
                metrics.UNKNOWN, 408, "too_slow", detail=f"no whole body in {self._request_seconds} s"
            )
        connection_id = request.match_info["connection_id"]
        try:
            subscriber = self._subscribers.find(connection_id)
        except NotUsable as error:
            return _later(connection_id, "connection_not_usable", detail=str(error))
        webhook = Webhook(raw=raw, signature=request.headers.get(SIGNATURE_HEADER))
        match decide(webhook, subscriber, decoys=self._decoys):
            case Refused() as refused:
                known = subscriber.connection_id if subscriber else metrics.UNKNOWN
                return _refuse(known, refused.status, refused.reason, detail=refused.detail)
            case Answered() as answered:
                log.info("webhook needs no work", connection=connection_id, kind=answered.kind)
                metrics.ACCEPTED.labels(connection_id, answered.kind).inc()
                return web.Response(text="ok")
            case Accepted() as accepted:
                return await self._accept(accepted, raw=raw)

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
            return _later(connection_id, "kafka", detail=str(error))
        self._seen.remember(**task)
        metrics.ACCEPTED.labels(connection_id, "published").inc()
        about.info("webhook accepted")
        return web.Response(text="ok")


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


def _refuse(connection: str, status: int, reason: str, *, detail: str) -> web.Response:
    metrics.REFUSED.labels(connection, reason).inc()
    refusals.warning("webhook refused", connection=connection, status=status, reason=reason, detail=detail)
    # the sender hears what is wrong with the body only after the signature proved who it is
    texts = {400: detail, 401: "signature required", 408: "request too slow", 413: "body too large"}
    return web.Response(status=status, text=texts[status])


def _later(connection: str, reason: str, *, detail: str) -> web.Response:
    metrics.REFUSED.labels(connection, reason).inc()
    refusals.warning("webhook to be sent again", connection=connection, reason=reason, detail=detail)
    return web.Response(status=503, text="try again", headers={"Retry-After": RETRY_AFTER})
