"""How a command says no: reasons on stderr, exit status 1."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import typer
from chassis.connections.model import DocumentRefused
from chassis.connections.secrets import KeysRefused
from chassis.errors import ChassisError
from rich.console import Console

__all__ = ["refusals", "refuse"]

errors = Console(stderr=True, soft_wrap=True, highlight=False)


def refuse(reasons: Iterable[str]) -> typer.Exit:
    """Prints the reasons; the caller raises what is returned."""
    for reason in reasons:
        errors.print(f"refused: {reason}", style="red", markup=False)
    return typer.Exit(1)


@contextmanager
def refusals() -> Iterator[None]:
    """Turns the errors a command expects into a refusal."""
    try:
        yield
    except DocumentRefused as error:
        raise refuse(error.problems) from None
    except (ChassisError, KeysRefused) as error:
        raise refuse([str(error)]) from None
