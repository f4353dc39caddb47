"""Basware's thin webhook, as it travels on ``basware.notifications``: ids only, no document."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

__all__ = ["Notification", "NotificationSource"]


class NotificationSource(StrEnum):
    """How we learned of it."""

    WEBHOOK = "webhook"
    SWEEP = "sweep"
    HANDED_OVER = "handed_over"
    """From a connection of the same Basware tenant that does not serve the document's company."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Something happened to ``document_id``: it should be fetched.

    ``body`` is what Basware sent, byte for byte (empty unless it was a webhook); ``expiration_time`` is the instant
    after which Basware takes no response to the task.
    """

    connection_id: str
    task_id: str
    document_id: str
    task_type: str
    task_sub_type: str | None = None
    task_status: str
    expiration_time: datetime | None = None
    received_at: datetime
    source: NotificationSource
    body: bytes = field(repr=False)
