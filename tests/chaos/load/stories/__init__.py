"""What happens to invoices, as a table of stories."""

from . import by_hand, corrections, doubt, everyday, repeats, webhooks
from .story import Story

__all__ = ["ALL", "Story"]

ALL: tuple[Story, ...] = (
    *everyday.STORIES,
    *webhooks.STORIES,
    *repeats.STORIES,
    *corrections.STORIES,
    *doubt.STORIES,
    *by_hand.STORIES,
)
