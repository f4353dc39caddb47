"""What the webhook handler needs from outside, and how each may fail."""

from typing import Protocol

from ap_domain.notification import Notification
from chassis.trace import TraceContext

from ingress.web.decision import Subscriber


class NotUsable(Exception):
    """A connection exists but cannot be used at the moment, for instance because its key is missing.

    A refusal might never be repeated by the sender, so this is answered 503.
    """


class NotPublished(Exception):
    """Kafka did not confirm in time; whether the notification is there is not known. Answered 503."""


class Subscribers(Protocol):
    """The connections that may send webhooks, as far as they are known."""

    def not_ready(self) -> str | None:
        """None when every connection has been read; else why not, in words for an operator."""

    def find(self, connection_id: str) -> Subscriber | None:
        """The connection, or None when there is none. Raises NotUsable."""


class Publisher(Protocol):
    """Puts notifications where `ingress documents` reads them."""

    async def publish(self, notification: Notification, *, partition: int, trace: TraceContext) -> None:
        """Returns only when the notification is durable. Raises NotPublished within a bound."""
