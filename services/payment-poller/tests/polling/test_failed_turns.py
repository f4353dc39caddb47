"""What PeopleSoft refuses, rows that are wrong, and polls that break off."""

import pytest
from ap_domain.poll import PollOutcome
from peoplesoft import ConfigurationError, CredentialsRefused, NotAuthorised, PeopleSoftError, RetryLater

from .site_books import PAID, refused
from .world import CHANGES, SHARD, World, world_of


async def test_a_query_that_mixes_business_units_is_refused() -> None:
    world = World()
    world.site.put("00000001", {}, BUSINESS_UNIT="US001")
    world.post("i1", "00000001")
    world.site.shown = lambda row: row | {"BUSINESS_UNIT": "US009"}
    words, published = await world.failed()
    assert "was asked for business unit US001 and shows US009" in words
    assert published == []


async def test_one_bad_row_costs_its_voucher_alone() -> None:
    world = await world_of(5, {})
    for number in range(1, 6):
        world.site.put(f"{number:08}", PAID if number != 2 else PAID | {"PAID_AMT": "much"})
    polled = await world.poll()
    assert polled.outcome is PollOutcome.COMPLETE
    assert "voucher US001/00000002: PAID_AMT is much" in polled.words
    assert world.progress.faulty == 1
    assert {each.voucher_id for each in world.latest().values() if each.settled} == {
        "00000001",
        "00000003",
        "00000004",
        "00000005",
    }


async def test_bad_rows_everywhere_are_the_query_s_fault() -> None:
    world = await world_of(8, {})
    for number in range(1, 9):
        world.site.put(f"{number:08}", {})
        del world.site.payments[f"{number:08}"][0]["PYMNT_STATUS"]
    words, published = await world.failed()
    assert "8 of 8 vouchers could not be read, so the query is suspected" in words
    assert "PYMNT_STATUS" in words
    assert published == []


async def test_a_query_that_shows_a_voucher_twice_is_no_picture_of_it() -> None:
    world = await world_of(1, {})
    world.site.vouchers["again"] = dict(world.site.vouchers["00000001"])
    polled = await world.poll()
    assert "the query shows it 2 times" in polled.words
    assert world.progress.faulty == 1


async def test_a_bug_that_one_voucher_meets_leaves_the_others_read() -> None:
    world = await world_of(3, {})
    for number in range(1, 4):
        world.site.put(f"{number:08}", PAID)
    world.site.vouchers["00000002"]["GROSS_AMT"] = object()
    polled = await world.poll()
    assert polled.outcome is PollOutcome.COMPLETE
    assert "voucher US001/00000002 could not be read by our own fault" in polled.words
    assert len([each for each in world.latest().values() if each.settled]) == 2


@pytest.mark.parametrize(
    ("error", "stops"),
    [
        (CredentialsRefused("refused"), True),
        (NotAuthorised("no permission"), True),
        (RetryLater("down"), False),
        (ConfigurationError("no such query"), False),
    ],
)
async def test_what_peoplesoft_refuses_ends_the_poll_in_its_words(
    error: PeopleSoftError, stops: bool
) -> None:
    world = await world_of(1, {})
    world.site.before_answer = refused(error)
    words, _ = await world.failed()
    assert error.what in words
    assert "What to do" in words
    assert [stop.flow for stop in world.flows.stops] == (["payments"] if stops else [])


async def test_a_poll_that_broke_off_is_taken_up_by_the_next() -> None:
    world = await world_of(30, {})
    for number in range(1, 31):
        world.site.put(f"{number:08}", PAID)
    world.publisher.durable = 7
    words, published = await world.failed(CHANGES)
    assert "Kafka is away" in words
    world.publisher.durable = None
    again = await world.complete(CHANGES)
    assert {each.voucher_id for each in (*published, *again)} == {f"{number:08}" for number in range(1, 31)}
    assert len(published) + len(again) == 30


async def test_nothing_is_published_for_a_shard_that_was_lost() -> None:
    world = await world_of(1, {})
    world.site.put("00000001", PAID)
    world.site.before_answer = lambda _: world.streams.revoke(SHARD)
    await world.poll()
    assert len(world.published()) == 1
