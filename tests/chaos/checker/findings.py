"""What the checker says: what does not hold, of which promise, and where an engineer looks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Weight(StrEnum):
    """What a finding means: lost or stuck for good, done twice, a rule broken, or known to remain."""

    LOST = "lost"
    TWICE = "twice"
    BROKEN = "broken"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not hold. `record` is an invoice id where it is about an invoice, else a key or a place."""

    promise: str
    connection: str
    record: str
    words: str
    weight: Weight = Weight.BROKEN

    def __str__(self) -> str:
        return f"{self.weight}: {self.connection} {self.record}: {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All findings by weight, and what became of everything, by words."""

    lost: tuple[Finding, ...] = ()
    twice: tuple[Finding, ...] = ()
    broken: tuple[Finding, ...] = ()
    exempt: tuple[Finding, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every promise holds."""
        return not (self.lost or self.twice or self.broken)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, the exempt ones last."""
        return (*self.lost, *self.twice, *self.broken, *self.exempt)

    def __str__(self) -> str:
        rows = [f"  {count:>7}  {name}" for name, count in self.counts.items()]
        rows += [f"  note: {each}" for each in self.notes]
        rows += _by_promise(self.findings)
        verdict = "every promise holds" if self.ok else "NOT every promise holds"
        said = f"lost {len(self.lost)}, twice {len(self.twice)}, broken {len(self.broken)}"
        rows.append(f"  {verdict}: {said}, exempt {len(self.exempt)}")
        return "\n".join(rows)


SHOWN = 20
"""Findings of one promise that are printed."""


def _by_promise(findings: Sequence[Finding]) -> list[str]:
    rows: list[str] = []
    for promise, count in Counter(each.promise for each in findings).items():
        rows.append(f"  {promise}")
        of_it = [each for each in findings if each.promise == promise]
        rows += [f"    {each}" for each in of_it[:SHOWN]]
        if count > SHOWN:
            rows.append(f"    and {count - SHOWN} more")
    return rows
