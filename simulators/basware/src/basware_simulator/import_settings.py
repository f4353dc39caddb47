"""How a simulated tenant takes master data. Where Basware's way is unknown, the default says it is an assumption."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

Count = Annotated[int, Field(ge=1)]


class NamedRecords(StrEnum):
    """Which of the guilty records a 400 names (the vendor has a field for it and no promise)."""

    ALL = "all"
    FIRST = "first"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """Everything about imports that the control API can change while it runs.

    Args:
        delay_seconds: from storing a request to P2P being done with its items, on the simulated clock.
        retry_seconds: how much longer P2P tries an item whose payment term it does not know (some errors appear
            only after minutes).
        skip_refused_repeats: a record equal to the version the API holds is NotProcessed even where P2P refused
            that version or lost it, as the vendor's FAQ has it; off, what P2P refused is tried again.
        refusal_names: see `NamedRecords`.
        bare_lists: read lists as bare arrays, as a client of 2022 met them, not wrapped as published.
        most_per_page: fewer records a page than were asked for, although more follow; None means as asked.
        manual_payment_terms: codes that people keep in P2P itself.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    delay_seconds: float = 2
    retry_seconds: float = 0
    skip_refused_repeats: bool = True
    refusal_names: NamedRecords = NamedRecords.ALL
    bare_lists: bool = False
    most_per_page: Count | None = None
    manual_payment_terms: tuple[str, ...] = ()
