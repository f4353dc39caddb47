"""What the webhook handler needs to know of connections, and how that may fail."""

from typing import Protocol

from ingress.web.decision import Subscriber


class NotUsable(Exception):
    """A connection exists but cannot be used at the moment, for instance because its key is missing.

    A refusal might never be repeated by the sender, so this is answered 503.
    """


class Subscribers(Protocol):
    """The connections that may send webhooks, as far as they are known."""

    def not_ready(self) -> str | None:
        """None when every connection has been read; else why not, in words for an operator."""

    def find(self, connection_id: str) -> Subscriber | None:
        """The connection, or None when there is none. Raises NotUsable."""
