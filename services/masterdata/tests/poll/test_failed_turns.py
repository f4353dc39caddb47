"""A poll that cannot begin, breaks off or loses its shard: what it says, and what it leaves alone."""

import pytest
from ap_domain.poll import PollOutcome
from masterdata.poll.ports import SourceFailed

from .world import SECTION, SHARD, World, connection


async def test_a_query_without_a_needed_column_ends_the_poll_in_words(world: World) -> None:
    world.have("1", "2")
    await world.complete()
    for rows in world.site.rows.values():
        del rows[0]["DESCR"]
    polled = await world.poll()
    assert polled.outcome is PollOutcome.FAILED
    assert "gives no DESCR" in polled.words
    assert world.changed() == []


@pytest.mark.parametrize("section", [{}, SECTION | {"time_zone": "Mars"}])
async def test_a_section_that_is_wrong_is_an_outcome(section: dict[str, object]) -> None:
    world = World(connection=connection(section))
    polled = await world.poll()
    assert polled.outcome is PollOutcome.FAILED
    assert "time_zone" in polled.words


async def test_an_entity_or_a_mapping_that_is_not_there_any_more_is_an_outcome() -> None:
    polled = await World().poll(subject="suppliers")
    assert polled.outcome is PollOutcome.FAILED
    assert "suppliers is not in the connection's section masterdata" in polled.words
    polled = await World(connection=connection(mapping={})).poll()
    assert polled.outcome is PollOutcome.FAILED
    assert "business_units" in polled.words


async def test_an_operator_that_is_refused_stops_the_flow_and_the_read_is_closed(world: World) -> None:
    def refused(page: int) -> None:
        raise SourceFailed("password refused", stops=True)

    world.site.before_page = refused
    polled = await world.poll()
    assert (polled.outcome, polled.words) == (PollOutcome.FAILED, "password refused")
    assert [stop.flow for stop in world.flows.stops] == ["masterdata-poll"]
    assert world.site.closed == 1


async def test_a_read_that_broke_off_stops_nothing_and_concludes_nothing(world: World) -> None:
    world.have("1", "2", "3", "4")
    await world.complete()
    del world.site.rows["1"]
    world.have("2", DESCR="Rent")
    world.site.breaks_at(1)
    polled = await world.poll()
    assert (polled.outcome, polled.watermark) == (PollOutcome.FAILED, None)
    assert world.changed() == ["SHARE_2"]
    assert world.last("SHARE_1").active
    assert not world.flows.stops


async def test_a_read_is_closed_at_once_when_publishing_fails(world: World) -> None:
    world.have("1", "2", "3", "4")
    world.kafka.durable = 1
    polled = await world.poll()
    assert polled.outcome is PollOutcome.FAILED
    assert world.site.closed == 1
    world.kafka.durable = None
    await world.complete()
    assert world.changed() == ["SHARE_2", "SHARE_3", "SHARE_4"]


async def test_a_poll_whose_shard_was_lost_publishes_nothing_more(world: World) -> None:
    world.have("1", "2", "3", "4")
    await world.complete()
    world.have("1", "4", DESCR="Rent")
    before = world.records()
    world.site.before_page = lambda page: world.streams.revoke(SHARD) if page == 1 else None
    polled = await world.poll()
    assert (polled.outcome, polled.watermark) == (PollOutcome.FAILED, None)
    assert "another owner" in polled.words
    assert [record.external_code for record in world.records()[len(before) :]] == ["SHARE_1"]
