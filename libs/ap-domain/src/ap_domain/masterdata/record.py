"""One record of master data as it travels: what Basware should have, and what it has been told."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

__all__ = ["ImportState", "ImportStep", "MasterRecord", "PublishedRecord", "content_digest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterRecord:
    """One record as Basware should have it (`peoplesoft.master-data`).

    ``content`` is the body of Basware's import, canonical JSON. When the record cannot be imported ``problems`` say
    why, and ``content`` is the last one that could be, if there ever was one: it is needed to deactivate it. It may
    hold bank accounts, so no ``repr`` shows it. An inactive record is one that PeopleSoft deactivated or no longer has;
    it is never deleted.
    ``source`` is PeopleSoft's key, ``poll_offset`` the offset of the poll that found it: older ones are ignored, and of
    one poll that ran twice the run that began earlier, at ``read_at``.
    """

    connection_id: str
    entity: str
    external_code: str
    active: bool
    content: str = field(repr=False)
    digest: str
    problems: tuple[str, ...]
    source: str
    poll_id: str
    poll_offset: int
    read_at: datetime


def content_digest(content: str, *, active: bool, problems: tuple[str, ...] = ()) -> str:
    """SHA-256 in hex of what makes two versions of a record the same one."""
    parts = "\x00".join((content, "active" if active else "inactive", *problems))
    return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRecord:
    """What a poll remembers of a record it published: enough to see a change, and where the whole record lies.

    An empty ``digest`` fits nothing: the record is published again by the next poll that meets it. ``read_at`` is when
    the run of the poll that read it began.
    """

    digest: str
    active: bool
    poll_offset: int
    offset: int
    read_at: datetime | None = None


class ImportStep(StrEnum):
    """How far the import of a record has come."""

    SENT = "sent"
    """Stored by Basware's API; what its P2P makes of it is not known yet."""
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    """Basware (or we, before sending) said no; ``words`` say why. Tried again when the record changes or on command."""
    DUE = "due"
    """To be sent again: it expired, was lost on the way, or a person ordered it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportState:
    """What Basware has been told of one record (`masterdata.imports`), latest word by ``sequence``.

    ``digest`` and ``source_offset`` name the version of the record it is about. ``attempts`` counts the sends of it.
    """

    connection_id: str
    entity: str
    external_code: str
    sequence: int
    step: ImportStep
    digest: str
    source_offset: int
    request_id: str | None
    at: datetime
    words: tuple[str, ...]
    attempts: int
