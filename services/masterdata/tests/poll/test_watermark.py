"""Which changes a poll reads, and what the table of published records makes of what lies on the topic."""

from datetime import UTC, datetime

import pytest
from ap_domain.masterdata.record import PublishedRecord
from ap_domain.poll import PollKind, PollOutcome
from masterdata.poll.core.published import Difference, difference

from .world import World, account


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
