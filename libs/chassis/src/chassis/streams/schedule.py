"""When something is due: cron in a time zone, with the changes of its clocks, spread by a fixed jitter. Pure."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

__all__ = ["Schedule", "ScheduleRefused", "read_schedule", "schedule_problems"]

FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
SOMEWHEN = datetime(2024, 1, 1, tzinfo=UTC)
"""From where it is asked whether an expression ever fits."""
AROUND = timedelta(hours=26)
"""From so far off, which is more than clocks are moved, cronsim walks over a change of clocks the same way in both
directions; from within the hour that comes twice it gives times that are past."""
LONGEST_JITTER = timedelta(days=1)


class ScheduleRefused(ValueError):
    """No schedule can be made of this; ``problems`` are all reasons."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A cron expression of five fields in the local time of ``zone``.

    A time of day that the clocks skip is due once, when they have been moved; one that occurs twice is due the first
    time. Expressions whose minute or hour begins with ``*`` are due by the clock as it is: every fifteen minutes stays
    every fifteen minutes. (The rules are those of Debian's cron.)

    Each occurrence is due up to ``jitter`` after its time, and never later than halfway to the next one; how much is
    fixed by ``key`` and the occurrence, so that all processes agree. Times that are due are in UTC.
    """

    cron: str
    zone: ZoneInfo
    jitter: timedelta = field(default=timedelta(0))
    key: str = ""

    def latest_due(self, now: datetime) -> datetime | None:
        """The last time that was due, ``now`` included; None if the expression never fitted before."""
        for occurrence in _back(self.cron, self.zone, _minute(now)):
            due = self._spread(occurrence)
            if due is not None and due <= now:
                return due
        return None

    def next_due(self, after: datetime) -> datetime | None:
        """The first time due later than ``after``; None if the expression does not fit any more (in fifty years)."""
        last = next(iter(_back(self.cron, self.zone, _minute(after))), None)
        if last is not None and (due := self._spread(last)) is not None and due > after:
            return due
        coming = _following(self.cron, self.zone, _minute(after))
        return None if coming is None else self._spread(coming)

    def _spread(self, occurrence: datetime) -> datetime | None:
        if not self.jitter:
            return occurrence
        coming = _following(self.cron, self.zone, occurrence)
        most = self.jitter if coming is None else min(self.jitter, (coming - occurrence) / 2)
        digest = hashlib.sha256(f"{self.key}|{occurrence.isoformat()}".encode()).digest()
        return occurrence + most * (int.from_bytes(digest[:4], "big") / 2**32)


def read_schedule(cron: str, *, zone: str, jitter: timedelta = timedelta(0), key: str = "") -> Schedule:
    """The schedule of an expression as people write it. Raises ScheduleRefused with every problem at once."""
    problems = schedule_problems(cron, zone=zone, jitter=jitter)
    if problems:
        raise ScheduleRefused(problems)
    return Schedule(cron=" ".join(cron.split()), zone=ZoneInfo(zone), jitter=jitter, key=key)


def schedule_problems(cron: str, *, zone: str, jitter: timedelta = timedelta(0)) -> tuple[str, ...]:
    """Why no schedule can be made of this; empty when one can."""
    problems = list(_cron_problems(cron))
    if not _is_zone(zone):
        problems.append(f"{zone!r} is no time zone; one is named like Europe/Berlin")
    if not timedelta(0) <= jitter <= LONGEST_JITTER:
        problems.append(f"a jitter is from 0 to {LONGEST_JITTER.total_seconds():g} seconds")
    return tuple(problems)


def _cron_problems(cron: str) -> Iterator[str]:
    parts = cron.split()
    if len(parts) != len(FIELDS):
        yield f"{cron!r} has {len(parts)} fields; a schedule has five: {', '.join(FIELDS)}"
        return
    bad = [place for place, part in enumerate(parts) if not _fits_somewhen(_alone(part, place))]
    for place in bad:
        yield f"{parts[place]!r} cannot be the {FIELDS[place]} of a schedule ({cron!r})"
    if not bad and not _fits_somewhen(" ".join(parts)):
        yield f"{cron!r} never comes: no date is like that"


def _alone(part: str, place: int) -> str:
    return " ".join(part if each == place else "*" for each in range(len(FIELDS)))


def _fits_somewhen(cron: str) -> bool:
    try:
        return next(CronSim(cron, SOMEWHEN), None) is not None
    except CronSimError:
        return False


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there; a path; a folder of zones
        return False
    return True


def _minute(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(second=0, microsecond=0)


def _margin(cron: str) -> timedelta:
    """Expressions that follow the clock as it is are walked in UTC, where nothing is skipped and nothing twice."""
    minute, hour, *_ = cron.split()
    return timedelta(minutes=1) if minute.startswith("*") or hour.startswith("*") else AROUND


@lru_cache(maxsize=4096)
def _back(cron: str, zone: ZoneInfo, minute: datetime) -> tuple[datetime, ...]:
    """The last two occurrences not later than ``minute``, the later one first."""
    found: list[datetime] = []
    for local in CronSim(cron, (minute + _margin(cron)).astimezone(zone), reverse=True):
        occurrence = local.astimezone(UTC)
        if occurrence <= minute and occurrence not in found:
            found.append(occurrence)
        if len(found) == 2:
            break
    return tuple(found)


@lru_cache(maxsize=4096)
def _following(cron: str, zone: ZoneInfo, instant: datetime) -> datetime | None:
    """The first occurrence later than ``instant``."""
    for local in CronSim(cron, (instant - _margin(cron)).astimezone(zone)):
        occurrence = local.astimezone(UTC)
        if occurrence > instant:
            return occurrence
    return None
