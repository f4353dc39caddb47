"""What the measurements of recovery come down to: each figure with the bound that was promised of it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.report import Machine, Rows, section, store

BEGIN, END = (
    "<!-- figures: written by python -m bench.recovery -->",
    "<!-- end of figures of recovery -->",
)
NAME = "recovery"

SESSION_SECONDS = 6.0
TAKEOVER_SECONDS = SESSION_SECONDS + 5.0
PAUSE_SECONDS = 5.0
DRAIN_SHARE = 0.95
ISOLATION_FACTOR = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure beside its bound, of which it may be at most that much (`at_least`: no less than that)."""

    part: str
    what: str
    value: float
    bound: float
    unit: str
    at_least: bool = False
    detail: str = ""

    @property
    def holds(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    @property
    def row(self) -> tuple[str, str, str, str, str]:
        """What, measured, bound, whether it holds, and more words."""
        sign = "at least" if self.at_least else "at most"
        return (
            self.what,
            f"{self.value:.2f} {self.unit}".strip(),
            f"{sign} {self.bound:.2f} {self.unit}".strip(),
            "yes" if self.holds else "NO",
            self.detail,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """One kill: of which service, whose connection was looked at, who was killed and who went on after how long."""

    service: str
    connection: str
    killed: str
    successor: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """One replica on its way down and up again: asked to end, ended, ready."""

    name: str
    asked_at: datetime
    ended_at: datetime
    ready_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The time between two effects that followed each other on one connection."""

    connection: str
    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        return (self.end - self.begin).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """A backlog worked off: `rate` vouchers a second of all connections with latency, `free_rate` without.

    `lanes` are all calls to PeopleSoft that may run at once; `voucher_seconds` is what the three calls of a voucher
    took together, by PeopleSoft's own clock.
    """

    invoices: int
    connections: int
    lanes: int
    latency_ms: int
    voucher_seconds: float
    free_rate: float
    rate: float

    @property
    def possible(self) -> float:
        """Vouchers a second that neither the lanes nor the machine keep from being made."""
        return min(self.lanes / self.voucher_seconds, self.free_rate)


def of_takeovers(found: Sequence[Takeover]) -> list[Figure]:
    """The slowest of each service."""
    by_service: defaultdict[str, list[float]] = defaultdict(list)
    for each in found:
        by_service[each.service].append(each.seconds)
    return [
        Figure(
            part="takeover",
            what=f"SIGKILL of {service}'s owner: first new effect, slowest of {len(seconds)}",
            value=max(seconds),
            bound=TAKEOVER_SECONDS,
            unit="s",
            detail="each: " + ", ".join(f"{each:.1f}" for each in seconds),
        )
        for service, seconds in by_service.items()
    ]


def longest_pause(connection: str, effects: Iterable[datetime]) -> Pause:
    """The longest time without an effect between the first and the last. ValueError of fewer than two."""
    ordered = sorted(effects)
    if len(ordered) < 2:
        raise ValueError(f"{connection}: {len(ordered)} effects have no time between them")
    begin, end = max(pairwise(ordered), key=lambda pair: pair[1] - pair[0])
    return Pause(connection=connection, begin=begin, end=end)


def during(pause: Pause, restarts: Iterable[Restart]) -> str:
    """Which restarts a pause fell into; joining the group goes on for a moment after readiness."""
    slack = timedelta(seconds=1)
    names = [
        each.name for each in restarts if each.asked_at <= pause.end and pause.begin <= each.ready_at + slack
    ]
    return ", ".join(names) or "no restart"


def of_pauses(pauses: Mapping[str, Sequence[Pause]], restarts: Sequence[Restart]) -> list[Figure]:
    """By the name of an effect, the longest pause of any connection."""
    figures = []
    for effect, found in pauses.items():
        longest = max(found, key=lambda each: each.seconds)
        figures.append(
            Figure(
                part="rolling",
                what=f"rolling restart of {len(restarts)} processes: longest pause in {effect}",
                value=longest.seconds,
                bound=PAUSE_SECONDS,
                unit="s",
                detail=f"{longest.connection}, while restarting {during(longest, restarts)}",
            )
        )
    return figures


def of_backlog(found: Iterable[Drained]) -> list[Figure]:
    """How much of the possible rate was reached, for each latency."""
    return [
        Figure(
            part="backlog",
            what=f"{each.invoices:,} invoices of {each.connections} customers, calls of {each.latency_ms} ms: rate",
            value=each.rate,
            bound=DRAIN_SHARE * each.possible,
            unit="vouchers/s",
            at_least=True,
            detail=(
                f"{each.lanes} lanes / {each.voucher_seconds:.3f} s a voucher = "
                f"{each.lanes / each.voucher_seconds:.1f}/s; without latency {each.free_rate:.1f}/s"
            ),
        )
        for each in found
    ]


def rate(instants: Iterable[datetime]) -> float:
    """How many a second, between the first and the last. ValueError of fewer than two."""
    ordered = sorted(instants)
    if len(ordered) < 2 or ordered[0] == ordered[-1]:
        raise ValueError(f"{len(ordered)} instants have no rate")
    return (len(ordered) - 1) / (ordered[-1] - ordered[0]).total_seconds()


def keep(
    figures: Sequence[Figure], *, measured: Mapping[str, Any], machine: Machine, at: datetime, folder: Path
) -> Path:
    """Write them as JSON and into the page; figures of parts not measured this time stay as they were."""
    parts = {each.part for each in figures}
    before = [each for each in _kept(folder) if each.part not in parts]
    shown = [*before, *figures]
    runs = [{**asdict(each), "holds": each.holds, "measured": measured.get(each.part)} for each in shown]
    return store(
        NAME,
        runs,
        section=section(HEAD, [("Figures beside what is promised", rows(shown))], machine=machine, at=at),
        marks=(BEGIN, END),
        machine=machine,
        at=at,
        folder=folder,
    )


HEAD = ("", "measured", "bound", "holds", "")


def rows(figures: Iterable[Figure]) -> Rows:
    """For a table, part by part."""
    return [each.row for each in sorted(figures, key=lambda each: PARTS.index(each.part))]


PARTS = ("takeover", "rolling", "backlog", "isolation")


def table(figures: Iterable[Figure]) -> Table:
    """For the terminal."""
    shown = Table(*HEAD, title="Recovery and isolation", title_justify="left")
    for row in rows(figures):
        shown.add_row(*row)
    return shown


def _kept(folder: Path) -> list[Figure]:
    files = sorted((folder / "results").glob(f"*-{NAME}.json"))
    if not files:
        return []
    names = ("part", "what", "value", "bound", "unit", "at_least", "detail")
    return [
        Figure(**{name: run[name] for name in names}) for run in json.loads(files[-1].read_text())["runs"]
    ]
