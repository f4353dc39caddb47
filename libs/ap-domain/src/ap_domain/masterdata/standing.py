"""Where a record stands on its way into Basware: what is wanted, and the latest word of what was told."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ap_domain.masterdata.record import ImportState, ImportStep, MasterRecord

__all__ = ["Standing", "told", "wanted"]

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One record of the import's table; both halves may come first.

    ``wanted_offset`` is where the wanted version lies in its partition of ``peoplesoft.master-data``; -1 while only
    the other half is known. ``read_at`` is when the run of the poll that read it began.
    """

    wanted_digest: str = ""
    wanted_offset: int = -1
    poll_offset: int = -1
    faulty: bool = False
    active: bool = True
    told: ImportState | None = None
    read_at: datetime | None = None

    @property
    def pending(self) -> bool:
        """Whether Basware must still be told of the wanted version."""
        if self.wanted_offset < 0:
            return False
        if self.told is None or self.told.digest != self.wanted_digest:
            return True
        return self.told.step is ImportStep.DUE

    @property
    def asking(self) -> bool:
        """Whether Basware's own word on what it was sent is still awaited."""
        return self.told is not None and self.told.step is ImportStep.SENT


def wanted(held: Standing | None, record: MasterRecord, *, offset: int) -> Standing:
    """The standing after a record was published at ``offset``; a version of an older poll, or of an earlier run of the
    same one, changes nothing.
    """
    known = held or Standing()
    have = (known.poll_offset, known.read_at or _NEVER, known.wanted_offset)
    if (record.poll_offset, record.read_at, offset) <= have:
        return known
    return Standing(
        wanted_digest=record.digest,
        wanted_offset=offset,
        poll_offset=record.poll_offset,
        faulty=bool(record.problems),
        active=record.active,
        told=known.told,
        read_at=record.read_at,
    )


def told(held: Standing | None, state: ImportState) -> Standing:
    """The standing after Basware was told, or answered; a word that is not newer changes nothing."""
    known = held or Standing()
    if known.told is not None and state.sequence <= known.told.sequence:
        return known
    return replace(known, told=state)
