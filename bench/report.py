"""Figures as people read them (a table on the terminal, a section of a page) and as they are kept (JSON)."""

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
from rich.table import Table

from bench.figures import STEPS, Figures, Spread
from bench.processes import Usage

BEGIN, END = "<!-- figures: written by python -m bench.invoices -->", "<!-- end of figures -->"
Rows = list[tuple[str, ...]]
"""The name of a figure, then the figure of each run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where it was measured."""

    cores: int
    processor: str
    memory_gib: int
    python: str
    load_before: float

    @classmethod
    def here(cls) -> "Machine":
        """This machine, and how busy it was in the last minute."""
        return cls(
            cores=psutil.cpu_count() or 1,
            processor=_processor(),
            memory_gib=round(psutil.virtual_memory().total / 2**30),
            python=platform.python_version(),
            load_before=round(psutil.getloadavg()[0], 2),
        )

    def __str__(self) -> str:
        return (
            f"{self.cores} cores ({self.processor}), {self.memory_gib} GiB, Python {self.python}, "
            f"load {self.load_before:g} before"
        )


def tables(runs: Sequence[Figures]) -> list[Table]:
    """For the terminal."""
    shown = []
    for title, rows in _contents(runs):
        table = Table("", *(run.scenario.title for run in runs), title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        shown.append(table)
    return shown


def keep(runs: Sequence[Figures], *, machine: Machine, at: datetime, folder: Path) -> Path:
    """Write them as JSON and into the page beside the results; the JSON file."""
    return store(
        "invoices",
        [asdict(run) for run in runs],
        section=markdown(runs, machine=machine, at=at),
        marks=(BEGIN, END),
        machine=machine,
        at=at,
        folder=folder,
    )


def store(
    name: str,
    runs: Sequence[Mapping[str, Any]],
    *,
    section: str,
    marks: tuple[str, str],
    machine: Machine,
    at: datetime,
    folder: Path,
) -> Path:
    """Write what one benchmark measured as JSON, and its section into the page between its marks; the JSON file."""
    file = folder / "results" / f"{at:%Y-%m-%d}-{name}.json"
    file.parent.mkdir(exist_ok=True)
    content = {"at": at.isoformat(timespec="seconds"), "machine": asdict(machine), "runs": list(runs)}
    file.write_text(json.dumps(content, indent=1, default=str) + "\n")
    page = folder / "README.md"
    page.write_text(with_figures(page.read_text(), section, marks=marks))
    return file


def markdown(runs: Sequence[Figures], *, machine: Machine, at: datetime) -> str:
    """For the page."""
    head = ("", *(run.scenario.title for run in runs))
    return section(head, _contents(runs), machine=machine, at=at)


def section(
    head: tuple[str, ...], contents: Iterable[tuple[str, Rows]], *, machine: Machine, at: datetime
) -> str:
    """Tables under one head, each with its title, and where and when they were measured."""
    parts = [f"{at:%Y-%m-%d %H:%M} UTC; {machine}."]
    for title, rows in contents:
        lines = [f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)]
        parts.append("\n".join((f"{title}:", "", *lines)))
    return "\n\n".join(parts)


def with_figures(page: str, section: str, *, marks: tuple[str, str] = (BEGIN, END)) -> str:
    """The page with this section between its two marks. ValueError if it has no marks."""
    first, last = marks
    before, begin, rest = page.partition(first)
    _, end, after = rest.partition(last)
    if not (begin and end):
        raise ValueError(f"the page lacks the marks {first} and {last}")
    return f"{before}{first}\n\n{section}\n\n{last}{after}"


def _contents(runs: Sequence[Figures]) -> list[tuple[str, Rows]]:
    """Title and rows of each table."""
    return [
        (
            "Seconds: p50 / p99 / longest",
            [
                ("webhook -> 200", *(_spread(run.answer, digits=3) for run in runs)),
                ("webhook -> voucher", *(_spread(run.voucher) for run in runs)),
                ("webhook -> confirmed", *(_spread(run.confirmed) for run in runs)),
            ],
        ),
        (
            "Seconds from the webhook to the decision of each step, p50; vouchers a second",
            [
                *((step, *(f"{run.steps[step].p50:.2f}" for run in runs)) for step in STEPS),
                ("vouchers/s", *(f"{run.vouchers_a_second:.1f}" for run in runs)),
            ],
        ),
        (
            "Peak resident memory in MiB / processor time in percent of one core while invoices come in",
            [
                *((name, *(used(run.usage[name]) for run in runs)) for name in runs[0].usage),
                ("all else that ran", *(others(run.usage, run.machine_percent) for run in runs)),
            ],
        ),
    ]


def _spread(spread: Spread, *, digits: int = 2) -> str:
    return " / ".join(f"{value:.{digits}f}" for value in (spread.p50, spread.p99, spread.longest))


def used(usage: Usage) -> str:
    """Peak memory and processor time of one process."""
    return f"{usage.rss_mib:.0f} / {usage.cpu_percent:.0f} %"


def others(usage: Mapping[str, Usage], machine_percent: float) -> str:
    """What was not ours, the system's own work included: much of it, and the times are not to be trusted."""
    ours = sum(each.cpu_percent for each in usage.values())
    return f"{max(0.0, machine_percent * (psutil.cpu_count() or 1) - ours):.0f} %"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )
