"""What a soak comes down to: first and last third of each process, and whether anything grew or stayed undone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from rich.table import Table

from .soak_samples import Work
from .soak_series import FILES, RSS, TASKS, THREADS, Sample, Trend, lives

REST_LAG = 5
"""Offsets that may lie behind at rest: ends of transactions, also of those that a killed process left."""
BYTES_FACTOR = 2.0
"""An entry's bytes on disk may vary so much between the thirds: the segment that is written to is not compacted."""
JUDGED_APART = ("kafka", "basware", "peoplesoft", "the soak itself")
"""Shown, and not judged: the simulators and the history hold all that ever happened, by design."""
SHOWN = (RSS, FILES, THREADS, TASKS)
_SCALE = {RSS: 2**20}


@dataclass(frozen=True, slots=True, kw_only=True)
class Third:
    """The averages of a process in one third of the soak, over all its lives; None where it was not seen."""

    rss: float | None
    files: float | None
    threads: float | None
    tasks: float | None


def thirds(samples: Sequence[Sample], *, seconds: float) -> dict[str, tuple[Third, Third]]:
    """The first and the last third of each process."""
    found = {}
    for process in dict.fromkeys(each.process for each in samples):
        of = [each for each in samples if each.process == process]
        first = _third([each for each in of if each.at <= seconds / 3])
        found[process] = first, _third([each for each in of if each.at >= seconds * 2 / 3])
    return found


def problems(trends: Iterable[Trend], work: Sequence[Work], at_rest: Work) -> list[str]:
    """In words; none where everything stayed flat and all that was to be done was done."""
    found = [
        f"{each.process} (process {each.pid}): {each.figure} grows by {_shown(each.figure, each.slope)} a minute for "
        f"{each.minutes:.0f} minutes, from {_shown(each.figure, each.first)} to {_shown(each.figure, each.last)}"
        for each in trends
        if each.leaks and each.process not in JUDGED_APART
    ]
    if at_rest.undone or at_rest.intake:
        found.append(f"at rest {at_rest.undone} entries are undone, {at_rest.intake} records undecided")
    if at_rest.lag is None or at_rest.lag > REST_LAG:
        found.append(f"at rest the stream services are {at_rest.lag} offsets behind")
    third = max(1, len(work) // 3)
    first, last = (fmean(each.bytes_an_entry for each in part) for part in (work[:third], work[-third:]))
    if last > BYTES_FACTOR * first:
        found.append(
            f"an entry of the ledgers took {first:.0f} bytes on disk at first and {last:.0f} in the end"
        )
    return found


def tables(
    samples: Sequence[Sample], trends: Sequence[Trend], work: Sequence[Work], at_rest: Work
) -> list[Table]:
    """Processes, then work and ledgers."""
    seconds = max(each.at for each in samples)
    lived: dict[str, int] = {}
    for life in lives(samples):
        lived[life[0].process] = lived.get(life[0].process, 0) + 1
    steepest = {
        (each.process, figure): max(
            (other.slope for other in trends if (other.process, other.figure) == (each.process, figure)),
            default=None,
        )
        for each in trends
        for figure in SHOWN
    }
    processes = Table(
        "process",
        "lives",
        *(f"{name}: first third -> last third (steepest a minute)" for name in ("MiB", *SHOWN[1:])),
        title="Processes",
        title_justify="left",
    )
    for process, (first, last) in thirds(samples, seconds=seconds).items():
        cells = []
        for figure in SHOWN:
            grown = steepest.get((process, figure))
            steep = "" if grown is None else f" ({grown / _SCALE.get(figure, 1):+.2f})"
            cells.append(f"{_cell(figure, first)} -> {_cell(figure, last)}{steep}")
        processes.add_row(process, str(lived[process]), *cells)
    kept = Table("", "first third", "last third", "at rest", title="Work and ledgers", title_justify="left")
    third = max(1, len(work) // 3)
    rows: list[tuple[str, Callable[[Work], float]]] = [
        ("entries undone", lambda each: each.undone),
        ("records read and not decided", lambda each: each.intake),
        ("offsets behind, of the slowest partition", lambda each: each.lag or 0),
        ("entries of the ledgers", lambda each: each.entries),
        ("bytes on disk of an entry", lambda each: each.bytes_an_entry),
    ]
    for name, value in rows:
        before, after = (fmean(value(each) for each in part) for part in (work[:third], work[-third:]))
        kept.add_row(name, f"{before:,.1f}", f"{after:,.1f}", f"{value(at_rest):,.0f}")
    return [processes, kept]


def _third(samples: Sequence[Sample]) -> Third:
    return Third(**{figure: _mean(samples, figure) for figure in SHOWN})


def _mean(samples: Sequence[Sample], figure: str) -> float | None:
    values = [each.figures[figure] for each in samples if figure in each.figures]
    return fmean(values) if values else None


def _cell(figure: str, third: Third) -> str:
    value: float | None = getattr(third, figure)
    return "-" if value is None else f"{value / _SCALE.get(figure, 1):.1f}"


def _shown(figure: str, value: float) -> str:
    return f"{value / 2**20:.1f} MiB" if figure == RSS else f"{value:.1f}"
