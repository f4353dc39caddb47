"""Publishes notifications to Kafka."""

from ap_domain.notification import Notification
from chassis import topics
from chassis.errors import NotDurable
from chassis.producer import DurableProducer
from chassis.records import NOTIFICATION
from chassis.trace import TraceContext

from ingress.web.ports import NotPublished


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
