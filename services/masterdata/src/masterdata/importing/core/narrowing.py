"""How the guilty records of a refused batch are found. Pure."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from masterdata.importing.core.answers import TooLarge, TurnedDown

__all__ = ["Narrowing"]

T = TypeVar("T")

Refused = list[tuple[T, tuple[str, ...]]]


class Narrowing(Generic[T]):
    """Gives the parts to send, one after the other, and learns from what came of each.

    Records that Basware names are refused, and the rest goes again. Where it names none, each half goes by itself,
    down to single records. Where it names all, one of them goes alone first: refused alone, the words on all are
    believed; taken, they are not, and the others go by halves.
    """

    def __init__(self, batch: Sequence[T], *, code: Callable[[T], str]) -> None:
        """`code` gives a record's external code."""
        self._code = code
        self._parts: list[list[T]] = [list(batch)] if batch else []
        self._accused: Refused[T] = []

    def next(self) -> list[T] | None:
        """The part to send; None when all is done."""
        return self._parts.pop() if self._parts else None

    def taken(self) -> None:
        """The part that was given last was stored: those that were accused with it are tried by halves."""
        self.untried()

    def untried(self) -> None:
        """The part that was given last need not be sent any more: it clears nobody and condemns nobody."""
        if self._accused:
            self._push_halves([record for record, _ in self._accused])
            self._accused = []

    def turned_down(self, part: Sequence[T], answer: TurnedDown | TooLarge) -> Refused[T]:
        """What came of the part that was given last; the records that are refused for good, with the words on each."""
        if isinstance(answer, TooLarge):
            if len(part) == 1:
                return [(part[0], (answer.said,))]
            self._push_halves(part)
            return []
        general = answer.general or ("Basware refused it without saying why",)
        refused = [
            (record, words) for record in part if (words := answer.guilty.get(self._code(record))) is not None
        ]
        if len(part) == 1:
            accused, self._accused = self._accused, []
            return [(part[0], refused[0][1] if refused else general), *accused]
        if answer.in_part:
            # The others may be stored: they come again after the spacing, by themselves.
            if refused:
                return refused
            self._push_halves(part)
            return []
        if len(refused) == len(part):
            self._accused = refused[1:]
            self._parts.append([refused[0][0]])
            return []
        if refused:
            guilty = {self._code(record) for record, _ in refused}
            self._parts.append([record for record in part if self._code(record) not in guilty])
            return refused
        self._push_halves(part)
        return []

    def _push_halves(self, part: Sequence[T]) -> None:
        middle = (len(part) + 1) // 2
        self._parts += [half for half in (list(part[middle:]), list(part[:middle])) if half]
