"""Which columns of a query the rules of an entity read: an answer without one of them proves nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ap_domain.mapping.expression import Expression
from ap_domain.mapping.section import Problems

__all__ = ["COLUMN", "MAIN", "OURS", "Columns"]

COLUMN = re.compile(r"([A-Z0-9]+\.)?[A-Z][A-Z0-9_$#@]*")
"""A column as queries name it; with the record's alias where the name alone is ambiguous."""

MAIN = "main"
OURS = frozenset({"active", "code", "external_code", "rate", "tables", "today"})
"""What a rule of the record sees beside the columns of its row."""
_OTHER_ROWS = {"location": "locations", "address": "addresses"}
_IMPLIED = {
    "address": ("PRIM_ADDR_SEQ_NUM",),
    "location": ("DEFAULT_LOC",),
    "rate": ("RATE_MULT", "RATE_DIV"),
    "use": ("PRIM_ADDR_SEQ_NUM", "REMIT_ADDR_SEQ_NUM"),
}
"""Columns of the record that names of ours are made of."""
_ALL_ROWS = frozenset({"addresses", "bank_accounts", "contacts", "locations"})
_OURS_IN_A_PART = OURS | {"use"}


@dataclass(slots=True, kw_only=True)
class Columns:
    """Collects them while the rules are read; a name that is neither a column nor one of ours is a problem."""

    optional: frozenset[str]
    parts: frozenset[str]
    problems: Problems
    _found: dict[str, set[str]] = field(default_factory=dict)

    def add(self, part: str, names: Iterable[str]) -> None:
        self._found.setdefault(part, set()).update(names)

    def of(self, part: str) -> frozenset[str]:
        return frozenset(self._found.get(part, ())) - self.optional

    def read(self, where: str, expression: Expression | None, *, part: str = MAIN) -> None:
        """Notes what an expression reads, seen from a row of the part."""
        for steps in expression.paths if expression else ():
            self._note(where, steps, part)

    def _note(self, where: str, steps: tuple[str, ...], part: str) -> None:
        name, rest = steps[0], steps[1:]
        self.add(MAIN, _IMPLIED.get(name, ()))
        if COLUMN.fullmatch(name):
            self.add(part, (name,))
        elif rest and name == "record" and part != MAIN:
            self.add(MAIN, rest[:1])
        elif rest and (other := _OTHER_ROWS.get(name)):
            if other in self.parts:
                self.add(other, rest[:1])
        elif name not in (_OURS_IN_A_PART if part != MAIN else OURS | _ALL_ROWS):
            known = sorted((_OURS_IN_A_PART | {"record"} if part != MAIN else OURS) | {*_OTHER_ROWS})
            self.problems.append(
                f"{where} reads {'.'.join(steps)!r}, which is neither a column (capital letters) nor one of "
                f"{', '.join(known)}"
            )
