"""One record as mapping makes it, before anything compares it with what was published."""

from dataclasses import dataclass, field

from ap_domain.masterdata.record import content_digest

__all__ = ["Mapped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """`content` is one element of Basware's import, canonical JSON; empty where `problems` say why there is none.

    `left_out`: Basware should not have it as PeopleSoft has it today (not yet effective, or left out by the
    connection); if it was published before, it is to be deactivated, else there is nothing to do.
    """

    external_code: str
    active: bool
    content: str = field(repr=False)
    problems: tuple[str, ...]
    source: str
    """PeopleSoft's key, for people: `SHARE/0000430022`."""
    left_out: bool = False
    undated: bool = False
    """A row of it has no date. One such record is its own problem; if most are, the query is at fault."""

    @property
    def digest(self) -> str:
        """What makes two versions of the record the same one."""
        return content_digest(self.content, active=self.active, problems=self.problems)
