"""How the guilty records of a refused batch are found. Pure."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from masterdata.importing.core.answers import TooLarge, TurnedDown

__all__ = ["Narrowing"]

T = TypeVar("T")

Refused = list[tuple[T, tuple[str, ...]]]

HALVINGS = 3
"""So many times all parts are halved before any is followed down to its single records."""


class Narrowing(Generic[T]):
    """Gives the parts to send, one after the other, and learns from what came of each.

    Records that Basware names are refused, and the rest goes again. Where it names none, or all, each half goes by
    itself, down to single records. If it names every record, and of all the eighths of the batch none is taken, its
    words on all are believed: otherwise a fault of a whole entity would cost a request a record.
    """

    def __init__(self, batch: Sequence[T], *, code: Callable[[T], str]) -> None:
        """`code` gives a record's external code."""
        self._code = code
        self._parts: list[list[T]] = [list(batch)] if batch else []
        self._later: list[list[T]] = []
        self._halvings = 0
        self._taken = False
        self._accused: dict[str, tuple[str, ...]] = {}
        self.believed: Refused[T] = []
        """Once `next` gives None: what is refused without having been sent alone."""

    def next(self) -> list[T] | None:
        """The part to send; None when all is done."""
        if not self._parts and self._later:
            self._halvings += 1
            waiting, self._later = self._later, []
            if self._halvings > HALVINGS and not self._taken and self._accuses(waiting):
                self.believed = [(each, self._accused[self._code(each)]) for part in waiting for each in part]
                return None
            self._parts = waiting[::-1]
        return self._parts.pop() if self._parts else None

    def taken(self) -> None:
        """The part that was given last was stored."""
        self._taken = True

    def turned_down(self, part: Sequence[T], answer: TurnedDown | TooLarge) -> Refused[T]:
        """What came of the part that was given last; the records that are refused for good, with the words on each."""
        if isinstance(answer, TooLarge):
            if len(part) == 1:
                return [(part[0], (answer.said,))]
            self._halve(part)
            return []
        named = {self._code(each) for each in part} & answer.guilty.keys()
        if len(part) == 1:
            general = answer.general or ("Basware refused it without saying why",)
            return [(part[0], answer.guilty.get(self._code(part[0]), general))]
        if not named or len(named) == len(part):
            self._accused.update((code, answer.guilty[code]) for code in named)
            self._halve(part)
            return []
        if not answer.in_part:
            # Else the rest may be stored: it comes again after the spacing, by itself.
            self._parts.append([each for each in part if self._code(each) not in named])
        return [(each, answer.guilty[self._code(each)]) for each in part if self._code(each) in named]

    def _accuses(self, parts: Sequence[Sequence[T]]) -> bool:
        return all(self._code(each) in self._accused for part in parts for each in part)

    def _halve(self, part: Sequence[T]) -> None:
        middle = (len(part) + 1) // 2
        halves = [list(part[:middle]), list(part[middle:])]
        if self._halvings <= HALVINGS:
            self._later += halves
        else:
            self._parts += halves[::-1]
