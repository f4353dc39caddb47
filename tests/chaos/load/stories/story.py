"""One kind of thing that happens to invoices, and how often."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.chaos.load.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`tell` ends early with one of desk.AWAY when somebody is away. `weight` says how often it is told among all,
    `documents` how many invoices it approves, about; `only` names the one connection it is for.
    """

    name: str
    weight: float
    tell: Callable[[Desk], Awaitable[None]]
    documents: int = 1
    only: str = ""
