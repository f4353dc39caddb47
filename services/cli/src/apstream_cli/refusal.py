"""How a command says no: reasons on stderr, exit status 1."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import typer
from chassis.connections.model import DocumentRefused
from chassis.connections.secrets import KeyMissing, KeysRefused, SealBroken
from chassis.errors import ChassisError

from apstream_cli.screen import error_console, plain

__all__ = ["Refusal", "refusals", "refuse"]


class Refusal(Exception):
    """The command cannot do what was asked; every reason says what to do."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def refuse(reasons: Iterable[str]) -> typer.Exit:
    """Prints the reasons; the caller raises what is returned."""
    for reason in reasons:
        error_console.print(f"refused: {plain(reason)}", style="red")
    return typer.Exit(1)


@contextmanager
def refusals() -> Iterator[None]:
    """Turns the errors a command expects into a refusal."""
    try:
        yield
    except DocumentRefused as error:
        raise refuse(error.problems) from None
    except Refusal as refusal:
        raise refuse(refusal.reasons) from None
    except (ChassisError, KeysRefused, KeyMissing, SealBroken) as error:
        raise refuse([str(error)]) from None
