"""How a check of a connection came out."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import typer

from apstream_cli.screen import show_table

__all__ = ["Check", "Result", "show_checks"]


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


def show_checks(found: Sequence[Check]) -> None:
    """The table of what works. Raises typer.Exit if anything failed."""
    show_table(
        ("check", "result", "what was found, what to do"),
        ((each.what, each.result, each.said) for each in found),
    )
    if any(each.result is Result.FAILED for each in found):
        raise typer.Exit(1)
