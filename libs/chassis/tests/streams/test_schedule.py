"""A schedule is due at each of its times once, whatever the clocks of its zone do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from chassis.streams.schedule import Schedule, ScheduleRefused, read_schedule, schedule_problems
from hypothesis import given, settings
from hypothesis import strategies as st

BERLIN = "Europe/Berlin"
ZONES = (
    "UTC",
    BERLIN,
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour
    "Asia/Beirut",  # at midnight
    "America/St_Johns",
    "Asia/Kolkata",
)
CRONS = (
    "30 2 * * *",
    "0 0 * * *",
    "*/15 * * * *",
    "0 * * * *",
    "15,45 2 * * *",
    "0,30 1-3 * * *",
    "15 2 * * 0",
    "59 23 * * 1-5",
    "5 */6 * * *",
)
CHANGES = tuple(
    datetime(*day, tzinfo=UTC)
    for day in (
        (2026, 3, 29),
        (2026, 10, 25),
        (2026, 3, 8),
        (2026, 11, 1),
        (2026, 4, 4),
        (2026, 10, 3),
        (2026, 7, 1),
    )
)


def at(text: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def dues(schedule: Schedule, start: datetime, end: datetime) -> list[datetime]:
    found: list[datetime] = []
    due = schedule.next_due(start)
    while due is not None and due <= end:
        found.append(due)
        due = schedule.next_due(due)
    return found


def local(found: list[datetime], zone: str = BERLIN) -> list[str]:
    return [due.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M%z") for due in found]


@pytest.mark.parametrize(
    ("cron", "start", "expected"),
    [
        ("30 2 * * *", "2026-03-28T12:00", ["03-29 03:00+0200", "03-30 02:30+0200"]),
        ("15,45 2 * * *", "2026-03-28T12:00", ["03-29 03:00+0200", "03-30 02:15+0200", "03-30 02:45+0200"]),
        ("30 2 * * *", "2026-10-24T12:00", ["10-25 02:30+0200", "10-26 02:30+0100"]),
        ("0 3 * * *", "2026-10-24T12:00", ["10-25 03:00+0100", "10-26 03:00+0100"]),
    ],
)
def test_a_daily_time_is_due_once_on_the_days_the_clocks_change(
    cron: str, start: str, expected: list[str]
) -> None:
    begin = at(start)
    assert local(dues(read_schedule(cron, zone=BERLIN), begin, begin + timedelta(hours=40))) == expected


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_every_fifteen_minutes_stays_so_while_the_clocks_change(day: str) -> None:
    begin = at(f"{day}T00:00")
    found = dues(read_schedule("*/15 * * * *", zone=BERLIN), begin, begin + timedelta(hours=6))
    assert found == [begin + timedelta(minutes=15 * (each + 1)) for each in range(24)]


@pytest.mark.parametrize("fold", [0, 1])
def test_in_the_hour_that_comes_twice_what_was_due_is_known(fold: int) -> None:
    schedule = read_schedule("50 2 * * *", zone=BERLIN)
    now = datetime(2026, 10, 25, 2, 45, fold=fold, tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)
    today, yesterday = at("2026-10-25T02:50"), at("2026-10-24T02:50")
    assert schedule.latest_due(now) == (today if fold else yesterday)
    assert schedule.next_due(now) == (at("2026-10-26T02:50") if fold else today)


@given(
    cron=st.sampled_from(CRONS),
    zone=st.sampled_from(ZONES),
    change=st.sampled_from(CHANGES),
    before=st.integers(0, 3 * 1440),
    length=st.integers(1, 4 * 1440),
    jitter=st.sampled_from([0, 1, 90, 3600, 86_400]),
)
@settings(max_examples=60, deadline=None)
def test_each_occurrence_is_due_exactly_once(
    *, cron: str, zone: str, change: datetime, before: int, length: int, jitter: int
) -> None:
    schedule = read_schedule(cron, zone=zone, jitter=timedelta(seconds=jitter), key="acme/suppliers")
    start = change - timedelta(minutes=before)
    end = start + timedelta(minutes=length)
    forwards = dues(schedule, start, end)
    assert forwards == sorted(set(forwards))
    backwards: list[datetime] = []
    due = schedule.latest_due(end)
    while due is not None and due > start:
        backwards.append(due)
        due = schedule.latest_due(due - timedelta(microseconds=1))
    assert backwards[::-1] == forwards
    # Whoever looks now and then meets the latest of those since the last look, and never one that is to come.
    step = (end - start) / 50
    met = {schedule.latest_due(start + step * each) for each in range(1, 51)}
    assert {each for each in met if each is not None and each > start} <= set(forwards)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("cron", ["30 2 * * *", "0 0 * * *", "30 1 * * *"])
def test_a_daily_schedule_is_due_once_on_each_day(cron: str, zone: str, change: datetime) -> None:
    found = dues(read_schedule(cron, zone=zone), change - timedelta(days=3), change + timedelta(days=3))
    days = [due.astimezone(ZoneInfo(zone)).date() for due in found]
    assert days == [days[0] + timedelta(days=each) for each in range(len(days))]
    assert len(days) in (5, 6, 7)


def test_the_jitter_is_the_same_everywhere_and_differs_between_subjects() -> None:
    def schedule(key: str, cron: str = "0 2 * * *") -> Schedule:
        return read_schedule(cron, zone="UTC", jitter=timedelta(minutes=10), key=key)

    start = datetime(2026, 11, 22, 1, tzinfo=UTC)
    spread = {key: schedule(key).next_due(start) for key in map(str, range(50))}
    assert spread == {key: schedule(key).next_due(start) for key in spread}
    assert len(set(spread.values())) > 40
    occurrence = datetime(2026, 11, 22, 2, tzinfo=UTC)
    assert all(due and occurrence <= due < occurrence + timedelta(minutes=10) for due in spread.values())
    every_minute = dues(schedule("a", "* * * * *"), start, start + timedelta(hours=1))
    assert len(every_minute) == 60
    assert all(due - due.replace(second=0, microsecond=0) < timedelta(seconds=30) for due in every_minute)


@pytest.mark.parametrize(
    ("cron", "zone", "jitter", "words"),
    [
        ("* * * *", "UTC", 0, ("has 4 fields",)),
        ("0 0 2 * * *", "UTC", 0, ("has 6 fields",)),
        ("61 25 * * *", "Mars/Base", -1, ("minute", "hour", "Mars/Base", "jitter")),
        ("0 0 30 2 *", "UTC", 0, ("no date is like that",)),
        ("x * * * *", "../etc/passwd", 0, ("'x'", "passwd")),
        ("0 2 * * *", "", 0, ("time zone",)),
        ("0 2 * * *", "Europe", 0, ("time zone",)),
        ("0 2 * FOO MON#9", "UTC", 90_000, ("month", "day of the week", "jitter")),
        ("@daily", "UTC", 0, ("five",)),
    ],
)
def test_every_problem_of_a_schedule_is_said_at_once(
    cron: str, zone: str, jitter: float, words: tuple[str, ...]
) -> None:
    with pytest.raises(ScheduleRefused) as refused:
        read_schedule(cron, zone=zone, jitter=timedelta(seconds=jitter))
    assert len(refused.value.problems) == len(words)
    for word, problem in zip(words, refused.value.problems, strict=True):
        assert word in problem


@pytest.mark.parametrize(
    "cron", ["0 2 * * *", "*/15 6-20 * * MON-FRI", "0 0 L * *", "0 4 * * SUN#1", "0 0 29 2 *"]
)
def test_what_people_write_is_accepted(cron: str) -> None:
    assert schedule_problems(cron, zone=BERLIN) == ()
