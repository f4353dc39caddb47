"""How a check of a connection came out."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Check", "Result"]


class Result(StrEnum):
    """How a check came out."""

    OK = "ok"
    NOTE = "note"
    FAILED = "FAILED"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """``said`` is what was found, and for a failure what to do."""

    what: str
    result: Result
    said: str
