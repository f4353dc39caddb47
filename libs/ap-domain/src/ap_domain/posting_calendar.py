"""When vouchers may be posted: daily windows, and freezes around period ends. Invoices wait visibly outside."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["CalendarFault", "Freeze", "PostingCalendar", "Window", "read_calendar"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SEARCHED_DAYS = 400
"""How far ahead the next opening is looked for."""


class CalendarFault(ValueError):
    """The `posting` section cannot be used; `problems` are all that is wrong, each naming its key."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Posting is allowed on these days from `begins` until `ends` (not included), local time.

    `business_units` empty means all. `ends` 00:00 is the end of the day.
    """

    days: frozenset[int]
    begins: time
    ends: time
    business_units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """No posting on these days, both included, local time. `business_units` empty means all."""

    begins: date
    ends: date
    reason: str = ""
    business_units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingCalendar:
    """Without windows posting is always allowed but for the freezes."""

    time_zone: str = "UTC"
    windows: tuple[Window, ...] = ()
    freezes: tuple[Freeze, ...] = ()

    def closed(self, business_unit: str, at: datetime) -> str | None:
        """Why nothing is posted in this business unit at this instant; None if it may be."""
        local = at.astimezone(ZoneInfo(self.time_zone))
        for freeze in self.freezes:
            if freeze.begins <= local.date() <= freeze.ends and _covers(freeze.business_units, business_unit):
                return f"posting is frozen until {freeze.ends} ({freeze.reason or 'no reason given'})"
        windows = [window for window in self.windows if _covers(window.business_units, business_unit)]
        if not self.windows or any(_inside(window, local) for window in windows):
            return None
        return "outside the posting windows" if windows else f"no posting window covers {business_unit}"

    def opens(self, business_unit: str, at: datetime) -> datetime | None:
        """The next instant at which posting is allowed, `at` itself if it is; None if not within 400 days."""
        if self.closed(business_unit, at) is None:
            return at
        windows = [window for window in self.windows if _covers(window.business_units, business_unit)]
        if self.windows and not windows:
            return None
        zone = ZoneInfo(self.time_zone)
        begins = {window.begins for window in windows} | {time()}
        for day in self._days(business_unit, windows, at.astimezone(zone).date()):
            for candidate in sorted(_turns(day, begins, zone)):
                if candidate > at and self.closed(business_unit, candidate) is None:
                    return candidate
        return None

    def _days(self, business_unit: str, windows: list[Window], first: date) -> Iterator[date]:
        """The days on which this business unit may be open, from `first`; over a freeze in one step."""
        weekdays = {day for window in windows for day in window.days} if windows else set(range(len(DAYS)))
        freezes = [each for each in self.freezes if _covers(each.business_units, business_unit)]
        last = first + timedelta(days=SEARCHED_DAYS - 1)
        day = first
        while day <= last:
            until = max((each.ends for each in freezes if each.begins <= day <= each.ends), default=None)
            if until is not None and until >= last:
                return
            if until is None and day.weekday() in weekdays:
                yield day
            day = (until or day) + timedelta(days=1)


def read_calendar(section: Mapping[str, Any]) -> PostingCalendar:
    """The calendar of a connection's `posting` section:

    {time_zone, windows: [{days: [mon, ...], begins: "08:00", ends: "18:00", business_units}],
    freezes: [{begins: 2026-12-30, ends: 2027-01-03, reason, business_units}]}. Raises CalendarFault.
    """
    problems: list[str] = []
    zone = section.get("time_zone", "UTC")
    try:
        ZoneInfo(str(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(f"time_zone: {zone!r} is not a time zone such as Europe/Helsinki")
    problems += [f"{name!r} is not a key of posting" for name in section if name not in _KEYS]
    windows = [
        _window(each, f"windows[{n}]", problems) for n, each in enumerate(_rows(section, "windows", problems))
    ]
    freezes = [
        _freeze(each, f"freezes[{n}]", problems) for n, each in enumerate(_rows(section, "freezes", problems))
    ]
    if problems:
        raise CalendarFault(tuple(problems))
    return PostingCalendar(
        time_zone=str(zone),
        windows=tuple(each for each in windows if each is not None),
        freezes=tuple(each for each in freezes if each is not None),
    )


def _turns(day: date, begins: set[time], zone: ZoneInfo) -> set[datetime]:
    """The instants of a local day at which posting may become allowed.

    A clock change is one: it may jump over a begin or back into a window, and a begin may come twice that day.
    """
    local = (
        datetime.combine(day, begin, tzinfo=zone).replace(fold=fold) for begin in begins for fold in (0, 1)
    )
    turns = {each.astimezone(UTC) for each in local}
    first, last = (
        datetime.combine(each, time(), tzinfo=zone).astimezone(UTC) for each in (day, day + timedelta(days=1))
    )
    before = first.astimezone(zone).utcoffset()
    if before == last.astimezone(zone).utcoffset():
        return turns
    while last - first > timedelta(seconds=1):
        middle = first + (last - first) // 2
        first, last = (middle, last) if middle.astimezone(zone).utcoffset() == before else (first, middle)
    return turns | {last.replace(microsecond=0)}


_KEYS = ("time_zone", "windows", "freezes")
_WINDOW_KEYS = {"days", "begins", "ends", "business_units"}
_FREEZE_KEYS = {"begins", "ends", "reason", "business_units"}


def _rows(section: Mapping[str, Any], name: str, problems: list[str]) -> list[Mapping[str, Any]]:
    value = section.get(name) or []
    if isinstance(value, list | tuple) and all(isinstance(each, Mapping) for each in value):
        return list(value)
    problems.append(f"{name}: must be a list of tables")
    return []


def _window(row: Mapping[str, Any], path: str, problems: list[str]) -> Window | None:
    before = len(problems)
    problems += [f"{path}: {name!r} is not a key of a window" for name in row if name not in _WINDOW_KEYS]
    days = row.get("days", list(DAYS[:5]))
    if not isinstance(days, list | tuple) or not days or not all(day in DAYS for day in days):
        problems.append(f"{path}.days: must be a list of {', '.join(DAYS)}")
    begins, ends = (_time(row.get(name), f"{path}.{name}", problems) for name in ("begins", "ends"))
    units = _units(row, path, problems)
    if begins is not None and ends is not None and ends != time() and ends <= begins:
        problems.append(f"{path}: ends before it begins; write one that passes midnight as two")
    if len(problems) > before or begins is None or ends is None:
        return None
    return Window(days=frozenset(map(DAYS.index, days)), begins=begins, ends=ends, business_units=units)


def _freeze(row: Mapping[str, Any], path: str, problems: list[str]) -> Freeze | None:
    before = len(problems)
    problems += [f"{path}: {name!r} is not a key of a freeze" for name in row if name not in _FREEZE_KEYS]
    begins, ends = (_day(row.get(name), f"{path}.{name}", problems) for name in ("begins", "ends"))
    units = _units(row, path, problems)
    if begins is not None and ends is not None and ends < begins:
        problems.append(f"{path}: ends before it begins")
    if len(problems) > before or begins is None or ends is None:
        return None
    return Freeze(begins=begins, ends=ends, reason=str(row.get("reason", "")), business_units=units)


def _time(value: object, path: str, problems: list[str]) -> time | None:
    if isinstance(value, str) and re.fullmatch("[0-9]{2}:[0-9]{2}", value):
        try:
            return time.fromisoformat(value)
        except ValueError:
            pass
    problems.append(f'{path}: must be a time such as "08:00" (in quotes)')
    return None


def _day(value: object, path: str, problems: list[str]) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    problems.append(f"{path}: must be a day such as 2026-12-31")
    return None


def _units(row: Mapping[str, Any], path: str, problems: list[str]) -> frozenset[str]:
    value = row.get("business_units") or []
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return frozenset(value)
    problems.append(f"{path}.business_units: must be a list of business units")
    return frozenset()


def _covers(units: frozenset[str], business_unit: str) -> bool:
    return not units or business_unit in units


def _inside(window: Window, local: datetime) -> bool:
    at = local.time().replace(tzinfo=None)
    return (
        local.weekday() in window.days and window.begins <= at and (window.ends == time() or at < window.ends)
    )
