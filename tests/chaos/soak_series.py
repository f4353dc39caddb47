"""Whether a figure of a process grows without end: its series cut into lives, each judged by its slope. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean, median

YOUNG_SECONDS = 300.0
"""A life that ended, or was looked at, before it was so old is not judged."""
WARM_UP_SECONDS = 90.0
"""What a process takes up at first is no leak: code, connections, the first pictures of what it holds."""
SURE = 3.1
"""Of a trend, in standard deviations: one series in a thousand has such a one by chance."""
RECORD_BYTES = 6 * 1024
"""What a record that is held may cost: measured 4 KiB (an invoice that waits for its payment)."""

RSS, FILES, THREADS, TASKS = "rss", "files", "threads", "tasks"
GROWTH: Mapping[str, float] = {RSS: 0.8 * 2**20, FILES: 0.5, THREADS: 0.2, TASKS: 0.5}
"""What is judged, and the growth a minute from which on it is a leak. Memory in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look at one process: seconds since the soak began, figures by name; `records` is what it holds by design."""

    at: float
    process: str
    pid: int
    figures: Mapping[str, float]
    records: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One figure over one life; `slope` is a minute, `allowed` what it may be."""

    process: str
    pid: int
    figure: str
    minutes: float
    first: float
    last: float
    slope: float
    allowed: float
    leaks: bool


def lives(samples: Iterable[Sample]) -> list[list[Sample]]:
    """Samples of the same process between two starts, in order."""
    found: defaultdict[tuple[str, int], list[Sample]] = defaultdict(list)
    for sample in sorted(samples, key=lambda each: each.at):
        found[sample.process, sample.pid].append(sample)
    return list(found.values())


def trends(samples: Iterable[Sample]) -> list[Trend]:
    """Every figure of every life that is old enough, by process."""
    judged = [life for life in lives(samples) if life[-1].at - life[0].at >= YOUNG_SECONDS]
    return [
        trend(life, figure)
        for life in sorted(judged, key=lambda each: (each[0].process, each[0].at))
        for figure in GROWTH
        if all(figure in sample.figures for sample in life)
    ]


def trend(life: Sequence[Sample], figure: str) -> Trend:
    """Of one life, its warm-up left out. It leaks if the figure grows by more than is allowed, in its first half as in
    its second, and that is not chance. One step, however high, is none: it does not go on.
    """
    old = [each for each in life if each.at - life[0].at >= WARM_UP_SECONDS]
    points = [(each.at / 60, each.figures[figure]) for each in old]
    allowed = GROWTH[figure]
    if figure == RSS:
        held = slope([(each.at / 60, each.records) for each in old])
        allowed += RECORD_BYTES * max(0.0, held)
    grown = slope(points)
    half = len(points) // 2
    steady = min(slope(points[:half]), slope(points[half:])) > allowed / 4
    third = max(1, len(points) // 3)
    return Trend(
        process=life[0].process,
        pid=life[0].pid,
        figure=figure,
        minutes=(life[-1].at - life[0].at) / 60,
        first=fmean(value for _, value in points[:third]),
        last=fmean(value for _, value in points[-third:]),
        slope=grown,
        allowed=allowed,
        leaks=grown > allowed and steady and certainty([value for _, value in points]) > SURE,
    )


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes between any two points (Theil and Sen): outliers do not move it. 0 of fewer than two."""
    found = [(y - x) / (t - s) for (s, x), (t, y) in combinations(points, 2) if t > s]
    return median(found) if found else 0.0


def certainty(values: Sequence[float]) -> float:
    """How far from chance it is that later values are the greater ones (Mann and Kendall), in standard deviations."""
    count = len(values)
    if count < 3:
        return 0.0
    score = sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))
    return score / math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
