"""What Basware may say: to a batch that is sent, and later of the request it became."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = [
    "Ended",
    "ItemWord",
    "LockedOut",
    "NoAnswer",
    "NotAllowed",
    "RequestWord",
    "Seen",
    "SendAnswer",
    "Stored",
    "TooLarge",
    "TurnedDown",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Basware's API took the whole batch. Without a request id nothing can be learned of it later."""

    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedDown:
    """The batch was refused for what is in it. `guilty` are the records it names, with its words on each.

    `in_part`: records that are not named may have been stored all the same.
    """

    guilty: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    general: tuple[str, ...] = ()
    in_part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLarge:
    """Fewer records at once may go through."""

    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Not now, or nobody knows: the same may be sent again, an import is an overwrite.

    `whole`: it is about the remote as such, not only about this kind of records. `after` is how many seconds it
    asked to be left alone, `throttled` that it did so because there was too much.
    """

    said: str
    after: float | None = None
    whole: bool = True
    throttled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedOut:
    """Our credentials are not taken; no further call can succeed."""

    said: str
    connection_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAllowed:
    """Our credentials do not reach this kind of records; what else they reach is not said."""

    said: str


SendAnswer = Stored | TurnedDown | TooLarge | NoAnswer | NotAllowed | LockedOut


class Seen(StrEnum):
    """What one receiving system made of one record."""

    OPEN = "open"
    TAKEN = "taken"
    UNCHANGED = "unchanged"
    """Left alone because it is what Basware's API had stored before; says nothing of what became of that."""
    WARNED = "warned"
    REFUSED = "refused"
    EXPIRED = "expired"
    """A newer version of the record overtook this one."""


class Ended(StrEnum):
    """How a request as a whole stands."""

    OPEN = "open"
    WELL = "well"
    BADLY = "badly"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWord:
    """One system's word on one record."""

    seen: Seen
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWord:
    """Basware's word on a request; `items` by external code, one word for each receiving system."""

    ended: Ended
    items: Mapping[str, tuple[ItemWord, ...]] = field(default_factory=dict)
