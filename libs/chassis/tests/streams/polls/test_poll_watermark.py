"""How far a source has been read, by its own clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from chassis.streams.poll_watermark import Watermark, WatermarkFault, since
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
NOTHING = timedelta(0)


@given(st.lists(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2026, 6, 20))))  # noqa: DTZ001 - as PeopleSoft writes them
def test_the_latest_time_is_reached_whatever_the_order(times: list[datetime]) -> None:
    mark = Watermark("1890-01-01T00:00:00", now=NOW)
    for each in times:
        mark.saw(each.isoformat())
    latest = max(times).isoformat() if times else "1890-01-01T00:00:00"
    assert mark.reached(NOTHING) == latest


@pytest.mark.parametrize(
    ("before", "seen", "took", "reached"),
    [
        (None, [], 0, None),
        (None, [None], 0, None),
        ("2026-06-01T10:00:00", [], 50, "2026-06-01T10:00:00"),
        ("2026-06-01T10:00:00", ["2026-06-01T10:00:30"], 60, "2026-06-01T10:00:00"),
        ("2026-06-01T10:00:00", ["2026-06-01T12:00:00"], 3600, "2026-06-01T11:00:00"),
        ("2026-06-01T10:00:00+02:00", ["2026-05-01T12:00:00"], 0, "2026-05-01T12:00:00"),
        ("no time", ["2026-05-01T12:00:00"], 0, "2026-05-01T12:00:00"),
        (None, ["2026-06-01"], 0, "2026-06-01T00:00:00"),
        (None, ["0001-01-01T00:00:00"], 10, "0001-01-01T00:00:00"),
    ],
)
def test_what_a_read_reached(
    before: str | None, seen: list[str | None], took: int, reached: str | None
) -> None:
    mark = Watermark(before, now=NOW)
    for each in seen:
        mark.saw(each)
    assert mark.reached(timedelta(seconds=took)) == reached


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-06-23T12:00:01", "2026-06-23T12:00:01+00:00", "2026-06-01T10:00:00Z"]
)
def test_a_time_that_is_none_or_not_believable_is_refused_and_changes_nothing(text: str) -> None:
    mark = Watermark(None, now=NOW)
    mark.saw("2026-06-01T08:00:00")
    with pytest.raises(WatermarkFault):
        mark.saw(text)
    assert mark.reached(NOTHING) == "2026-06-01T08:00:00"


@pytest.mark.parametrize(
    ("watermark", "asked"),
    [
        ("2026-06-01T10:00:00.123456", "2026-06-01T09:50:00"),
        ("2026-06-01T10:00:00+02:00", "2026-06-01T09:50:00+02:00"),
        ("0001-01-01T00:00:00", "0001-01-01T00:00:00"),
    ],
)
def test_reading_begins_some_time_before_the_watermark(watermark: str, asked: str) -> None:
    assert since(watermark, overlap=timedelta(minutes=10), now=NOW) == asked


@pytest.mark.parametrize(
    ("watermark", "now", "asked"),
    [
        ("2026-10-25T02:58:00", "2026-10-25T01:20:00+00:00", "2026-10-25T01:10:00"),
        ("2026-10-25T02:58:00", "2026-10-25T02:20:00+00:00", "2026-10-25T01:48:00"),
        ("2026-10-25T03:05:00", "2026-10-25T02:20:00+00:00", "2026-10-25T02:55:00"),
        ("2026-03-29T01:58:00", "2026-03-29T01:20:00+00:00", "2026-03-29T01:48:00"),
        ("2026-06-22T09:00:00", "2026-06-20T10:00:00+00:00", "2026-06-20T11:50:00"),
        ("2026-06-22T09:00:00+02:00", "2026-06-20T10:00:00+00:00", "2026-06-20T11:50:00+02:00"),
        ("2026-10-25T02:58:00+02:00", "2026-10-25T02:20:00+00:00", "2026-10-25T02:48:00+02:00"),
    ],
)
def test_an_hour_that_comes_twice_is_read_again_and_a_mark_ahead_of_now_is_brought_back(
    watermark: str, now: str, asked: str
) -> None:
    there = datetime.fromisoformat(now).astimezone(ZoneInfo("Europe/Berlin"))
    assert since(watermark, overlap=timedelta(minutes=10), now=there) == asked


def test_reading_cannot_begin_at_what_is_no_time() -> None:
    with pytest.raises(WatermarkFault):
        since("soon", overlap=NOTHING, now=NOW)
