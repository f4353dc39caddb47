"""Calls as intervals: which ran at the same time, which came too soon after another. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A call from when it came in until it ended, by the clock of who was called."""

    name: str
    begin: datetime
    end: datetime
    caller: str = ""
    effect: bool = True
    about: Any = field(default=None, repr=False, compare=False)


def overlaps(calls: Iterable[Interval]) -> Iterator[tuple[Interval, Interval]]:
    """Each call that came in while an earlier one was not over, with the one that lasts longest of those before."""
    longest: Interval | None = None
    for call in sorted(calls, key=lambda each: (each.begin, each.end)):
        if longest is not None and call.begin < longest.end:
            yield longest, call
        if longest is None or call.end > longest.end:
            longest = call


def during(running: Iterable[Interval], calls: Iterable[Interval]) -> Iterator[tuple[Interval, Interval]]:
    """Each of the calls that came in while one of those was running that came in before it."""
    long = [each for each in running if each.end > each.begin]
    for call in calls:
        for one in long:
            if one is not call and one.begin <= call.begin < one.end:
                yield one, call


def too_close(
    calls: Iterable[Interval], *, spacing: timedelta, tolerance: timedelta
) -> Iterator[tuple[Interval, Interval]]:
    """Each call that came in sooner than the spacing after the last one before that had an effect came in."""
    last: Interval | None = None
    for call in sorted(calls, key=lambda each: (each.begin, each.end)):
        if last is not None and call.begin - last.begin < spacing - tolerance:
            yield last, call
        if call.effect:
            last = call
