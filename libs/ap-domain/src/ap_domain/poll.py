"""Polls of a source: that one is due, and what came of it. Shared by all that is polled: master data, payments."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["PollDue", "PollKind", "PollOutcome", "PollReason", "PollResult"]


class PollKind(StrEnum):
    """What is read: what changed since the watermark, or everything."""

    CHANGES = "changes"
    FULL = "full"


class PollReason(StrEnum):
    """Why a poll became due."""

    SCHEDULE = "schedule"
    CATCH_UP = "catch_up"
    """Its time passed while nobody could poll; several missed times are one poll."""
    COMMAND = "command"


class PollOutcome(StrEnum):
    """How a poll ended."""

    COMPLETE = "complete"
    FAILED = "failed"
    """The source could not be read to its end; nothing is concluded from what is missing in it."""
    HELD = "held"
    """Suspiciously much would be deactivated; a person must look, and may accept it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollDue:
    """One poll that is due. Its offset in the shard's partition orders it: what a poll of a lower offset says is old.

    ``subject`` is what is polled (an entity of master data). ``accept_shrink``: a person said that the source really
    has become that small; ``accepted`` is the number of deactivations that were held when it was said, None when none
    were.
    """

    poll_id: str
    connection_id: str
    subject: str
    kind: PollKind
    due_at: datetime
    reason: PollReason
    actor: str
    issued_at: datetime
    accept_shrink: bool = False
    accepted: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """The end of one poll, published after everything it found was durable.

    ``watermark`` is how far the source has been read, as the source writes it; None while it is not known. A poll
    that is not complete carries the one before it. ``words`` say what a person should know. ``held`` is the number of
    deactivations that wait for a person: of a held poll its own, of a failed whole one that of the whole one before it.
    """

    poll_id: str
    connection_id: str
    subject: str
    kind: PollKind
    due_at: datetime
    poll_offset: int
    started_at: datetime
    finished_at: datetime
    outcome: PollOutcome
    words: str
    read: int
    changed: int
    deactivated: int
    faulty: int
    watermark: str | None = None
    held: int | None = None
