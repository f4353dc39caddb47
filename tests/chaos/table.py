"""What a run shows at its end: each fault, how often, how soon work went on, and what was lost or done twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

HEAD = ("fault", "injected", "recovered in (median)", "(longest)", "lost", "twice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """One fault as it happened. `recovered` is seconds from its healing until every connection had posted again; None:
    not within the bound. `hit` is one target, or the names of all points that were reached.
    """

    fault: str
    round: int
    hit: str
    recovered: float | None
    problem: str = ""


@dataclass(slots=True, kw_only=True)
class Row:
    """A fault over all rounds. Lost and twice are what the checker found at the first rest after it."""

    fault: str
    times: int = 0
    recoveries: list[float] = field(default_factory=list)
    stuck: int = 0
    lost: int = 0
    twice: int = 0

    @property
    def cells(self) -> tuple[str, ...]:
        middle = f"{median(self.recoveries):.1f} s" if self.recoveries else "-"
        longest = "stuck" if self.stuck else f"{max(self.recoveries, default=0):.1f} s"
        return (self.fault, str(self.times), middle, longest, str(self.lost), str(self.twice))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rested:
    """What the checker found at a rest, and after which rounds."""

    rounds: range
    lost: int
    twice: int


def rows(injected: Iterable[Injected], rests: Sequence[Rested]) -> list[Row]:
    """By name; a fault that happened between two rests answers for what the later one found."""
    found: dict[str, Row] = {}
    seen: defaultdict[str, set[int]] = defaultdict(set)
    for each in injected:
        row = found.setdefault(each.fault, Row(fault=each.fault))
        row.times += 1
        if each.recovered is not None:
            row.recoveries.append(each.recovered)
        else:
            row.stuck += 1
        for number, rest in enumerate(rests):
            if each.round in rest.rounds and number not in seen[each.fault]:
                seen[each.fault].add(number)
                row.lost += rest.lost
                row.twice += rest.twice
    return sorted(found.values(), key=lambda row: row.fault)


def text(table: Sequence[Row]) -> str:
    """The table in columns."""
    lines = [HEAD, *(row.cells for row in table)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(_aligned(line, widths) for line in lines)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    rest = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "  ".join((first, *rest))


def as_json(table: Sequence[Row]) -> list[Mapping[str, object]]:
    """The same for the record."""
    return [
        {
            "fault": row.fault,
            "injected": row.times,
            "recovered_median_s": round(median(row.recoveries), 1) if row.recoveries else None,
            "recovered_longest_s": round(max(row.recoveries), 1) if row.recoveries else None,
            "stuck": row.stuck,
            "lost": row.lost,
            "twice": row.twice,
        }
        for row in table
    ]
