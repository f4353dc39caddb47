"""The table of what was published: how it follows the topic, and what a record that was read means against it."""

from dataclasses import replace
from enum import StrEnum

from ap_domain.masterdata.record import MasterRecord, PublishedRecord

__all__ = ["Difference", "after", "difference", "overtaken"]

TO_BE_PUBLISHED_AGAIN = ""


class Difference(StrEnum):
    """What a record that was read is, against what was published of it."""

    NONE = "none"
    CHANGED = "changed"
    DEACTIVATED = "deactivated"
    """It was active, or is again by a record that came late, and must not be. Many at once are suspicious, so they are
    counted before they are published."""


def after(held: PublishedRecord | None, record: MasterRecord, *, offset: int) -> PublishedRecord:
    """The table's value once ``record`` lies at ``offset`` of the topic.

    A record of an older poll, or of an earlier run of the same one, came late, from a process that was frozen. It lies
    behind the newer one all the same and is what compaction keeps, so the next poll must publish this key whatever it
    reads.
    """
    if held is not None and _is_older(record, held):
        return replace(held, digest=TO_BE_PUBLISHED_AGAIN, offset=offset)
    return PublishedRecord(
        digest=record.digest,
        active=record.active,
        poll_offset=record.poll_offset,
        offset=offset,
        read_at=record.read_at,
    )


def _is_older(record: MasterRecord, held: PublishedRecord) -> bool:
    if record.poll_offset != held.poll_offset:
        return record.poll_offset < held.poll_offset
    return held.read_at is not None and record.read_at < held.read_at


def overtaken(held: PublishedRecord) -> bool:
    """Whether a record that came late hides what was published."""
    return held.digest == TO_BE_PUBLISHED_AGAIN


def difference(held: PublishedRecord | None, *, digest: str, active: bool) -> Difference:
    """What is to be done about a record as it was read. An inactive one nobody was told of stays untold."""
    if held is None:
        return Difference.CHANGED if active else Difference.NONE
    if not active and (held.active or overtaken(held)):
        return Difference.DEACTIVATED
    return Difference.NONE if held.digest == digest else Difference.CHANGED
