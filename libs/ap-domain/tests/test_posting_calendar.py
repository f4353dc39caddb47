"""When posting is allowed, when it is again, and what cannot be a calendar."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ap_domain import posting_calendar
from ap_domain.posting_calendar import CalendarFault, Freeze, PostingCalendar, Window, read_calendar
from hypothesis import example, given, settings
from hypothesis import strategies as st

HELSINKI, NEW_YORK = "Europe/Helsinki", "America/New_York"
WEEK = frozenset(range(7))


def local(text: str, zone: str, *, fold: int = 0) -> datetime:
    """The instant at which clocks there show this; with `fold` the second time they do."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def office(zone: str = HELSINKI, begins: str = "08:00", ends: str = "18:00") -> PostingCalendar:
    return read_calendar({"time_zone": zone, "windows": [{"begins": begins, "ends": ends}]})


def daily(zone: str, begins: time, ends: time) -> PostingCalendar:
    return PostingCalendar(time_zone=zone, windows=(Window(days=WEEK, begins=begins, ends=ends),))


def test_without_windows_and_freezes_posting_is_always_allowed() -> None:
    at = datetime(2026, 12, 25, 3, tzinfo=UTC)
    calendar = read_calendar({})
    assert calendar == PostingCalendar()
    assert calendar.closed("US001", at) is None
    assert calendar.opens("US001", at) == at


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-20 07:59:59", "2026-11-20 08:00"),  # a Friday
        ("2026-11-20 08:00", "2026-11-20 08:00"),
        ("2026-11-20 17:59:59", "2026-11-20 17:59:59"),
        ("2026-11-20 18:00", "2026-11-23 08:00"),
        ("2026-11-21 12:00", "2026-11-23 08:00"),
        ("2026-11-22 23:59:59", "2026-11-23 08:00"),
    ],
)
def test_windows_are_on_working_days_unless_said_otherwise_and_end_before_their_end(
    at: str, opens: str
) -> None:
    calendar, asked = office(), local(at, HELSINKI)
    assert (calendar.closed("US001", asked) is None) == (at == opens)
    assert calendar.opens("US001", asked) == local(opens, HELSINKI)


def test_a_window_that_ends_at_midnight_lasts_to_the_end_of_the_day() -> None:
    calendar = office(begins="22:00", ends="00:00")
    assert calendar.closed("US001", local("2026-11-20 23:59:59", HELSINKI)) is None
    assert calendar.closed("US001", local("2026-11-21 00:00", HELSINKI)) == "outside the posting windows"


def test_a_window_past_midnight_is_written_as_two() -> None:
    windows = [
        {"days": ["fri"], "begins": "22:00", "ends": "00:00"},
        {"days": ["sat"], "begins": "00:00", "ends": "04:00"},
    ]
    calendar = read_calendar({"windows": windows})
    friday = datetime(2026, 11, 20, 21, tzinfo=UTC)
    states = [calendar.closed("US001", friday + timedelta(hours=hours)) is None for hours in range(8)]
    assert states == [False, True, True, True, True, True, True, False]


def test_a_freeze_holds_both_its_days_in_local_time_and_says_why() -> None:
    section = {
        "time_zone": NEW_YORK,
        "freezes": [{"begins": "2026-12-30", "ends": date(2027, 1, 3), "reason": "year-end close"}],
    }
    calendar = read_calendar(section)
    assert calendar.closed("US001", local("2026-12-29 23:59:59", NEW_YORK)) is None
    first, last = local("2026-12-30 00:00", NEW_YORK), local("2027-01-03 23:59:59", NEW_YORK)
    for at in (first, last):
        assert calendar.closed("US001", at) == "posting is frozen until 2027-01-03 (year-end close)"
        assert calendar.opens("US001", at) == local("2027-01-04 00:00", NEW_YORK)


def test_after_a_freeze_the_next_window_opens() -> None:
    freeze = Freeze(begins=date(2026, 11, 20), ends=date(2026, 11, 24))
    calendar = PostingCalendar(time_zone=HELSINKI, windows=office().windows, freezes=(freeze,))
    assert calendar.opens("US001", local("2026-11-19 18:00", HELSINKI)) == local("2026-11-25 08:00", HELSINKI)
    assert "no reason given" in (calendar.closed("US001", local("2026-11-20 09:00", HELSINKI)) or "")


def test_windows_and_freezes_of_a_business_unit_are_no_matter_of_another() -> None:
    windows = [{"begins": "08:00", "ends": "18:00", "business_units": ["US001"]}]
    freezes = [{"begins": "2026-11-23", "ends": "2026-11-23", "business_units": ["US002"]}]
    calendar = read_calendar({"windows": windows, "freezes": freezes})
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert calendar.closed("US001", monday) is None
    assert "frozen" in (calendar.closed("US002", monday) or "")
    assert calendar.closed("US003", monday) == "no posting window covers US003"


@pytest.mark.parametrize(
    "calendar",
    [
        read_calendar({"windows": [{"begins": "08:00", "ends": "18:00", "business_units": ["US001"]}]}),
        read_calendar({"freezes": [{"begins": "2026-01-01", "ends": "2030-01-01"}]}),
    ],
    ids=["no window covers it", "frozen for years"],
)
def test_where_no_opening_is_in_sight_none_is_named(calendar: PostingCalendar) -> None:
    assert calendar.opens("US002", datetime(2026, 11, 23, 9, tzinfo=UTC)) is None


CLOCK_CHANGES = [
    # clocks go from 3:00 to 4:00
    ("a skipped begin", HELSINKI, "03:30", "10:00", "2026-03-29 01:00", 0, "2026-03-29 04:00", 0),
    ("a window that is skipped nearly whole", HELSINKI, "03:30", "04:15", "2026-03-29 01:00", 0, "2026-03-29 04:00", 0),
    ("a window that is skipped whole", HELSINKI, "03:15", "03:45", "2026-03-29 01:00", 0, "2026-03-30 03:15", 0),
    ("after the clocks went forward", HELSINKI, "08:00", "18:00", "2026-03-28 18:00", 0, "2026-03-29 08:00", 0),
    # clocks go from 4:00 back to 3:00
    ("a begin that comes twice", HELSINKI, "03:15", "03:30", "2026-10-25 03:40", 0, "2026-10-25 03:15", 1),
    ("a window that clocks go back into", HELSINKI, "02:00", "03:30", "2026-10-25 03:40", 0, "2026-10-25 03:00", 1),
    ("after the clocks went back", HELSINKI, "08:00", "18:00", "2026-10-24 18:00", 0, "2026-10-25 08:00", 0),
    # clocks go from 2:00 to 3:00, and from 2:00 back to 1:00
    ("a skipped begin in America", NEW_YORK, "02:30", "06:00", "2026-03-08 01:00", 0, "2026-03-08 03:00", 0),
    ("a begin that comes twice in America", NEW_YORK, "01:30", "01:40", "2026-11-01 01:45", 0, "2026-11-01 01:30", 1),
    ("the second time is past", NEW_YORK, "01:30", "01:40", "2026-11-01 01:45", 1, "2026-11-02 01:30", 0),
]  # fmt: skip


@pytest.mark.parametrize("row", CLOCK_CHANGES, ids=lambda row: str(row[0]))
def test_on_days_of_a_clock_change_the_first_opening_is_found(row: tuple[Any, ...]) -> None:
    _, zone, begins, ends, at, at_fold, opens, opens_fold = row
    calendar = daily(zone, time.fromisoformat(begins), time.fromisoformat(ends))
    asked = local(at, zone, fold=at_fold)
    assert calendar.closed("US001", asked) is not None
    assert calendar.opens("US001", asked) == local(opens, zone, fold=opens_fold)


def test_the_hour_that_comes_twice_is_open_twice() -> None:
    calendar = daily(HELSINKI, time(3), time(4))
    for fold in (0, 1):
        assert calendar.closed("US001", local("2026-10-25 03:30", HELSINKI, fold=fold)) is None


quarters = st.integers(0, 95).map(lambda number: time(number // 4, number % 4 * 15))
windows = st.tuples(quarters, quarters, st.frozensets(st.integers(0, 6), min_size=1)).map(
    lambda row: Window(days=row[2], begins=min(row[:2]), ends=time() if row[0] == row[1] else max(row[:2]))
)
freezes = st.tuples(st.integers(-2, 2), st.integers(0, 2)).map(
    lambda row: Freeze(
        begins=date(2026, 3, 29) + timedelta(days=row[0]),
        ends=date(2026, 3, 29) + timedelta(days=row[0] + row[1]),
    )
)
MOMENTS = [
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 12, 31, tzinfo=UTC),
]


@given(
    zone=st.sampled_from(
        [HELSINKI, NEW_YORK, "UTC", "Asia/Kathmandu", "Africa/Cairo", "Australia/Lord_Howe"]
    ),
    windows=st.lists(windows, max_size=3).map(tuple),
    freezes=st.lists(freezes, max_size=2).map(tuple),
    moment=st.sampled_from(MOMENTS),
    minutes=st.integers(-2000, 2000),
)
@example(
    zone=HELSINKI,
    windows=(Window(days=WEEK, begins=time(3, 30), ends=time(10)),),
    freezes=(),
    moment=MOMENTS[0],
    minutes=30,
)
@settings(deadline=None, max_examples=60)
def test_the_opening_is_never_past_is_open_and_is_the_first(
    zone: str,
    windows: tuple[Window, ...],
    freezes: tuple[Freeze, ...],
    moment: datetime,
    minutes: int,
) -> None:
    calendar = PostingCalendar(time_zone=zone, windows=windows, freezes=freezes)
    at = moment + timedelta(minutes=minutes)
    opens = calendar.opens("US001", at)
    assert opens is not None
    assert opens >= at
    assert opens.utcoffset() == timedelta()
    assert calendar.closed("US001", opens) is None
    before = at
    while before < opens and before < at + timedelta(days=3):
        assert calendar.closed("US001", before) is not None, f"open at {before}, before {opens}"
        before += timedelta(minutes=1)


def test_where_no_window_covers_the_unit_no_day_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    days = searched_days(monkeypatch)
    windows = (Window(days=WEEK, begins=time(8), ends=time(18), business_units=frozenset({"US002"})),)
    calendar = PostingCalendar(time_zone=HELSINKI, windows=windows)
    assert calendar.opens("US001", MOMENTS[0]) is None
    assert days == []


@pytest.mark.parametrize(
    ("last", "opens"), [(date(2027, 3, 1), "2027-03-05 08:00"), (date(2999, 1, 1), None), (date.max, None)]
)
def test_a_long_freeze_is_passed_in_one_step(
    monkeypatch: pytest.MonkeyPatch, last: date, opens: str | None
) -> None:
    days = searched_days(monkeypatch)
    window = Window(days=frozenset({4}), begins=time(8), ends=time(18))
    year_end = Freeze(begins=date(2026, 12, 30), ends=date(2027, 1, 3))
    freezes = (Freeze(begins=date(2026, 1, 1), ends=last), year_end)
    calendar = PostingCalendar(time_zone=HELSINKI, windows=(window,), freezes=freezes)
    found = calendar.opens("US001", MOMENTS[0])
    assert found == (local(opens, HELSINKI) if opens else None)
    assert len(days) <= 1


def searched_days(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days whose turns are worked out from here on, which is what takes time."""
    days: list[date] = []
    turns = posting_calendar._turns

    def counted(day: date, begins: set[time], zone: Any) -> set[datetime]:
        days.append(day)
        return turns(day, begins, zone)

    monkeypatch.setattr(posting_calendar, "_turns", counted)
    return days


GOOD_WINDOW = {"begins": "08:00", "ends": "18:00"}
GOOD_FREEZE = {"begins": "2026-12-30", "ends": "2027-01-03"}


def window(**changes: Any) -> dict[str, Any]:
    return {"windows": [GOOD_WINDOW, {**GOOD_WINDOW, **changes}]}


def freeze(**changes: Any) -> dict[str, Any]:
    return {"freezes": [{**GOOD_FREEZE, **changes}]}


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"time_zone": "Helsinki"}, "time_zone: 'Helsinki' is not a time zone"),
    ({"time_zone": ""}, "time_zone: '' is not a time zone"),
    ({"time_zone": None}, "time_zone: None is not a time zone"),
    ({"time_zone": "../../etc/passwd"}, "time_zone: '../../etc/passwd' is not a time zone"),
    ({"time_zone": "Europe"}, "time_zone: 'Europe' is not a time zone"),
    ({"timezone": "UTC"}, "'timezone' is not a key of posting"),
    ({"windows": "08:00-18:00"}, "windows: must be a list of tables"),
    ({"windows": ["08:00"]}, "windows: must be a list of tables"),
    ({"freezes": GOOD_FREEZE}, "freezes: must be a list of tables"),
    (window(day="mon"), "windows[1]: 'day' is not a key of a window"),
    (window(days=["monday"]), "windows[1].days: must be a list of mon, tue, wed"),
    (window(days=[]), "windows[1].days: must be a list of mon"),
    (window(days="mon"), "windows[1].days: must be a list of mon"),
    (window(begins=480), 'windows[1].begins: must be a time such as "08:00" (in quotes)'),
    (window(begins="8:00"), "windows[1].begins: must be a time"),
    (window(begins="0800Z"), "windows[1].begins: must be a time"),
    (window(begins="T0800"), "windows[1].begins: must be a time"),
    (window(ends="24:00"), "windows[1].ends: must be a time"),
    (window(ends="18:60"), "windows[1].ends: must be a time"),
    (window(ends=None), "windows[1].ends: must be a time"),
    (window(ends="07:00"), "windows[1]: ends before it begins; write one that passes midnight as two"),
    (window(ends="08:00"), "windows[1]: ends before it begins"),
    (window(business_units="US001"), "windows[1].business_units: must be a list of business units"),
    (window(business_units=[1]), "windows[1].business_units: must be a list of business units"),
    (freeze(begin="2026-12-30"), "freezes[0]: 'begin' is not a key of a freeze"),
    (freeze(begins="30.12.2026"), "freezes[0].begins: must be a day such as 2026-12-31"),
    (freeze(begins=None), "freezes[0].begins: must be a day"),
    (freeze(ends=datetime(2027, 1, 3, tzinfo=UTC)), "freezes[0].ends: must be a day"),
    (freeze(ends="2027-02-30"), "freezes[0].ends: must be a day"),
    (freeze(ends="2026-12-29"), "freezes[0]: ends before it begins"),
    (freeze(business_units={"US001": 1}), "freezes[0].business_units: must be a list of business units"),
]


@pytest.mark.parametrize(("section", "problem"), FAULTS, ids=[row[1][:50] for row in FAULTS])
def test_a_fault_names_its_key(section: dict[str, Any], problem: str) -> None:
    with pytest.raises(CalendarFault) as fault:
        read_calendar(section)
    assert len(fault.value.problems) == 1
    assert fault.value.problems[0].startswith(problem)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(CalendarFault) as fault:
        read_calendar({"time_zone": "x", "colour": 1, **window(ends="7", begins="x"), **freeze(ends=1)})
    assert len(fault.value.problems) == 5
