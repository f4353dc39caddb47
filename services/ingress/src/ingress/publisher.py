"""Puts notifications where `ingress documents` reads them: the webhook receiver, the sweep and handing over do."""

from typing import Protocol

from ap_domain.notification import Notification
from chassis import topics
from chassis.errors import NotDurable
from chassis.producer import DurableProducer
from chassis.records import NOTIFICATION
from chassis.trace import TraceContext


class NotPublished(Exception):
    """Kafka did not confirm in time; whether the notification is there is not known."""


class Publisher(Protocol):
    """Puts a notification at the shard of its connection."""

    async def publish(self, notification: Notification, *, partition: int, trace: TraceContext) -> None:
        """Returns only when the notification is durable. Raises NotPublished within a bound."""


class KafkaPublisher:
    """To basware.notifications, keyed by connection and task; the trace goes in the headers."""

    def __init__(self, *, producer: DurableProducer) -> None:
        self._producer = producer

    async def publish(self, notification: Notification, *, partition: int, trace: TraceContext) -> None:
        """As the port says."""
        try:
            await self._producer.send(
                topic=topics.NOTIFICATIONS.name,
                partition=partition,
                key=topics.record_key(notification.connection_id, notification.task_id),
                value=NOTIFICATION.encode(notification),
                headers=trace.to_headers(),
            )
        except NotDurable as error:
            raise NotPublished(str(error)) from error
