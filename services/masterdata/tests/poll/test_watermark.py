"""How far a source has been read, and what the table of published records makes of what lies on the topic."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ap_domain.masterdata.record import PublishedRecord
from ap_domain.poll import PollKind, PollOutcome
from hypothesis import given
from hypothesis import strategies as st
from masterdata.poll.core.published import Difference, difference
from masterdata.poll.core.watermark import Watermark, WatermarkFault, since

from .world import World, account

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


async def test_a_change_in_the_hour_that_comes_twice_is_found() -> None:
    world = World()
    world.clock.at = datetime(2026, 10, 25, 0, 59, tzinfo=UTC)
    world.site.rows["1"] = [account("1", LASTUPDDTTM="2026-10-25T02:58:00")]
    await world.poll()
    world.clock.advance(20 * 60)
    world.site.rows["2"] = [account("2", LASTUPDDTTM="2026-10-25T02:05:00")]
    await world.poll(PollKind.CHANGES)
    assert len(world.records()) == 2


async def test_a_row_from_a_clock_ahead_of_the_others_does_not_hide_what_changes_until_then() -> None:
    world = World()
    world.site.rows["1"] = [account("1", LASTUPDDTTM="2026-06-22T09:00:00")]
    await world.poll()
    assert world.watermark == "2026-06-20T14:00:00"
    world.clock.advance(3600)
    world.site.rows["2"] = [account("2", LASTUPDDTTM="2026-06-20T14:30:00")]
    await world.poll(PollKind.CHANGES)
    assert len(world.records()) == 2


def test_reading_cannot_begin_at_what_is_no_time() -> None:
    with pytest.raises(WatermarkFault):
        since("soon", overlap=NOTHING, now=NOW)


async def test_a_record_that_changes_while_later_ones_are_read_is_found_by_the_next_read() -> None:
    world = World()
    for number in ("1", "2", "3", "4", "5"):
        world.site.rows[number] = [account(number)]

    def slowly(page: int) -> None:
        world.clock.advance(3600)
        if page == 1:
            world.site.rows["1"] = [account("1", DESCR="Rent", LASTUPDDTTM="2026-06-20T14:10:00")]
        if page == 2:
            world.site.rows["5"] = [account("5", DESCR="Cash", LASTUPDDTTM="2026-06-20T16:30:00")]

    world.site.before_page = slowly
    await world.poll()
    world.site.before_page = lambda _: None
    assert "Rent" not in world.last("SHARE_1").content
    assert "Cash" in world.last("SHARE_5").content
    await world.poll(PollKind.CHANGES)
    assert "Rent" in world.last("SHARE_1").content


async def test_a_watermark_nobody_can_read_has_everything_read_and_is_replaced() -> None:
    world = World()
    world.site.rows["1"] = [account("1")]
    world.watermark = "soon"
    polled = await world.poll(PollKind.CHANGES)
    assert polled.outcome is PollOutcome.COMPLETE
    assert world.site.asked == [None]
    assert world.watermark == "2026-06-01T08:00:00"


async def test_changes_are_read_from_the_watermark_and_everything_from_the_start() -> None:
    world = World()
    world.site.rows["1"] = [account("1")]
    for kind in (PollKind.CHANGES, PollKind.CHANGES, PollKind.FULL, PollKind.CHANGES):
        await world.poll(kind)
    assert world.site.asked == [None, "2026-06-01T08:00:00", None, "2026-06-01T08:00:00"]


@pytest.mark.parametrize(
    ("held", "read", "is_"),
    [
        (None, ("a", True), Difference.CHANGED),
        (None, ("a", False), Difference.NONE),
        (("a", True), ("a", True), Difference.NONE),
        (("a", True), ("b", True), Difference.CHANGED),
        (("a", True), ("b", False), Difference.DEACTIVATED),
        (("a", False), ("a", False), Difference.NONE),
        (("a", False), ("b", False), Difference.CHANGED),
        (("a", False), ("b", True), Difference.CHANGED),
        (("", True), ("b", True), Difference.CHANGED),
        (("", True), ("b", False), Difference.DEACTIVATED),
        (("", False), ("b", False), Difference.DEACTIVATED),
    ],
)
def test_differences(held: tuple[str, bool] | None, read: tuple[str, bool], is_: Difference) -> None:
    published = held and PublishedRecord(digest=held[0], active=held[1], poll_offset=1, offset=1)
    assert difference(published or None, digest=read[0], active=read[1]) is is_
