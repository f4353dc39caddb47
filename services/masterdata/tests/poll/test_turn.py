"""What one poll publishes of what it read."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ap_domain.masterdata import EntityPlan, Mapped, MasterDataPlan, SourceGroup, map_record
from ap_domain.poll import PollKind, PollOutcome
from chassis.streams.poll_port import Polled
from masterdata.poll.ports import SourceFailed

from .world import SECTION, SHARD, World, account, connection


@pytest.fixture
def world() -> World:
    return World()


def changed(world: World) -> list[str]:
    """The records of the last poll."""
    return [record.external_code for record in world.records() if record.poll_offset == world.polls]


async def complete(world: World, kind: PollKind = PollKind.FULL, *, accept_shrink: bool = False) -> Polled:
    polled = await world.poll(kind, accept_shrink=accept_shrink)
    assert polled.outcome is PollOutcome.COMPLETE, polled.words
    return polled


def have(world: World, *numbers: str, **fields: str) -> None:
    for number in numbers:
        world.site.rows[number] = [account(number, **fields)]


async def test_only_what_changed_is_published_again(world: World) -> None:
    have(world, "1", "2", "3", "4", "5")
    await complete(world)
    assert changed(world) == ["SHARE_1", "SHARE_2", "SHARE_3", "SHARE_4", "SHARE_5"]
    have(world, "4", DESCR="Rent")
    await complete(world)
    assert changed(world) == ["SHARE_4"]
    assert "Rent" in world.last("SHARE_4").content
    assert (world.progress.read, world.progress.changed, world.progress.deactivated) == (5, 1, 0)


@pytest.mark.parametrize("key", ["3\ud83d", "\ude00", "4\ufffd"])
async def test_half_a_character_in_a_key_is_the_fault_of_that_record_alone(world: World, key: str) -> None:
    have(world, "1", key, "5")
    await complete(world)
    assert world.progress.faulty == 1
    faulty = [record for record in world.records() if record.problems]
    assert [record.external_code for record in world.records() if not record.problems] == [
        "SHARE_1",
        "SHARE_5",
    ]
    assert len(faulty) == 1
    assert "half" in faulty[0].problems[0]
    await complete(world)
    assert changed(world) == []


async def test_a_record_that_vanished_is_published_inactive_with_the_content_it_had(world: World) -> None:
    have(world, "1", "2", "3")
    await complete(world)
    before = json.loads(world.last("SHARE_2").content)
    del world.site.rows["2"]
    await complete(world)
    last = world.last("SHARE_2")
    assert not last.active
    for company in before["companies"]:
        company["active"] = False
    assert json.loads(last.content) == before
    assert world.progress.deactivated == 1
    await complete(world)
    assert changed(world) == []


async def test_a_read_of_changes_misses_nothing_and_deactivates_what_says_so(world: World) -> None:
    have(world, "1", "2", "3")
    await complete(world)
    del world.site.rows["1"]
    have(world, "2", EFF_STATUS="I", LASTUPDDTTM="2026-06-02T08:00:00")
    await complete(world, PollKind.CHANGES)
    assert changed(world) == ["SHARE_2"]
    assert world.last("SHARE_1").active
    assert not world.last("SHARE_2").active


async def test_a_record_left_out_keeps_its_last_content_inactive(world: World) -> None:
    have(world, "1", "2", "3")
    await complete(world)
    have(world, "2", STATISTICS_ACCOUNT="Y")
    have(world, "8", STATISTICS_ACCOUNT="Y")
    await complete(world)
    assert changed(world) == ["SHARE_2"]
    assert json.loads(world.last("SHARE_2").content)["companies"][0]["active"] is False
    await complete(world)
    assert changed(world) == []


async def test_a_record_that_cannot_be_imported_any_more_keeps_the_content_to_deactivate_it(
    world: World,
) -> None:
    have(world, "1", "2", "3")
    await complete(world)
    good = world.last("SHARE_2").content
    world.site.rows["2"] = [account("2"), account("2", DESCR="other")]
    await complete(world)
    spoiled = world.last("SHARE_2")
    assert spoiled.active
    assert spoiled.problems
    assert spoiled.content == good
    assert world.progress.faulty == 1
    del world.site.rows["2"]
    await complete(world)
    assert not world.last("SHARE_2").active
    assert world.last("SHARE_2").problems == ()
    assert json.loads(world.last("SHARE_2").content)["externalCode"] == "SHARE_2"


async def test_a_record_that_never_was_fit_for_import_says_so_when_it_vanishes(world: World) -> None:
    """Empty content without a problem would be sent to Basware as it stands."""
    have(world, "1", "3")
    world.site.rows["2"] = [account("2"), account("2", DESCR="other")]
    await complete(world)
    assert world.last("SHARE_2").content == ""
    del world.site.rows["2"]
    await complete(world)
    last = world.last("SHARE_2")
    assert (last.active, last.content) == (False, "")
    assert last.problems
    await complete(world)
    assert changed(world) == []


async def test_what_came_late_from_an_older_poll_is_overwritten(world: World) -> None:
    have(world, "1", "2", "3")
    await complete(world)
    old = world.last("SHARE_1")
    have(world, "1", DESCR="Rent")
    await complete(world)
    world.late(old)
    await complete(world)
    assert changed(world) == ["SHARE_1"]
    assert "Rent" in world.last("SHARE_1").content
    await complete(world)
    assert changed(world) == []


async def test_what_came_late_from_an_earlier_run_of_the_same_poll_is_overwritten(world: World) -> None:
    have(world, "1", "2", "3")
    await complete(world)
    last = world.last("SHARE_1")
    world.late(replace(last, content="{}", digest="other", read_at=last.read_at - timedelta(seconds=1)))
    await complete(world)
    assert changed(world) == ["SHARE_1"]
    assert world.last("SHARE_1").content == last.content


@pytest.mark.parametrize("how", ["vanished", "inactive", "left out"])
async def test_a_late_active_version_of_an_inactive_record_is_taken_back(world: World, how: str) -> None:
    have(world, "1", "2", "3")
    await complete(world)
    old = world.last("SHARE_1")
    del world.site.rows["1"]
    if how == "inactive":
        have(world, "1", EFF_STATUS="I")
    if how == "left out":
        have(world, "1", BUDGETARY_ONLY="Y")
    await complete(world)
    assert not world.last("SHARE_1").active
    world.late(old)
    assert world.last("SHARE_1").active
    await complete(world)
    assert not world.last("SHARE_1").active
    assert json.loads(world.last("SHARE_1").content)["companies"][0]["active"] is False
    await complete(world)
    assert changed(world) == []


async def test_a_deactivation_whose_last_version_was_compacted_away_waits(world: World) -> None:
    have(world, "1", "2", "3")
    await complete(world)
    del world.site.rows["2"]
    world.kafka.lost.add(1)
    polled = await complete(world)
    assert "1 records wait" in polled.words
    assert world.last("SHARE_2").active
    world.kafka.lost.clear()
    await complete(world)
    assert not world.last("SHARE_2").active


async def test_two_records_of_one_external_code_are_told_and_the_first_one_counts(world: World) -> None:
    have(world, "Cafe\u0301", "Caf\u00e9")
    polled = await complete(world)
    assert len(world.records()) == 1
    assert "belongs to another record too" in polled.words
    assert world.progress.faulty == 1


async def test_a_bug_met_by_one_record_leaves_the_others_read_and_nothing_missed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    have(world, "1", "2", "3", "4")
    await complete(world)
    del world.site.rows["1"]
    have(world, "3", DESCR="Rent")
    real = map_record

    def maps(
        plan: MasterDataPlan, entity: EntityPlan, group: SourceGroup, **given: Any
    ) -> tuple[Mapped, ...]:
        if group.main[0]["ACCOUNT"] == "2":
            raise ZeroDivisionError("a bug")
        return real(plan, entity, group, **given)

    monkeypatch.setattr("masterdata.poll.turn.map_record", maps)
    polled = await complete(world)
    assert changed(world) == ["SHARE_3"]
    assert world.last("SHARE_1").active
    assert "a record under 2 could not be mapped" in polled.words
    assert "1 records could not be mapped, so what is missing was left as it was" in polled.words


async def test_many_remarks_are_counted_not_listed(world: World) -> None:
    have(world, *"abcdefg", LASTUPDDTTM="yesterday")
    polled = await complete(world)
    assert polled.words.count("'yesterday' is not a time") == 3
    assert polled.words.endswith("; and 4 more")


async def test_a_query_without_a_needed_column_ends_the_poll_in_words(world: World) -> None:
    have(world, "1", "2")
    await complete(world)
    for rows in world.site.rows.values():
        del rows[0]["DESCR"]
    polled = await world.poll()
    assert polled.outcome is PollOutcome.FAILED
    assert "gives no DESCR" in polled.words
    assert changed(world) == []


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
    have(world, "1", "2", "3", "4")
    await complete(world)
    del world.site.rows["1"]
    have(world, "2", DESCR="Rent")
    world.site.breaks_at(1)
    polled = await world.poll()
    assert (polled.outcome, polled.watermark) == (PollOutcome.FAILED, None)
    assert changed(world) == ["SHARE_2"]
    assert world.last("SHARE_1").active
    assert not world.flows.stops


async def test_a_read_is_closed_at_once_when_publishing_fails(world: World) -> None:
    have(world, "1", "2", "3", "4")
    world.kafka.durable = 1
    polled = await world.poll()
    assert polled.outcome is PollOutcome.FAILED
    assert world.site.closed == 1
    world.kafka.durable = None
    await complete(world)
    assert changed(world) == ["SHARE_2", "SHARE_3", "SHARE_4"]


async def test_a_poll_whose_shard_was_lost_publishes_nothing_more(world: World) -> None:
    have(world, "1", "2", "3", "4")
    await complete(world)
    have(world, "1", "4", DESCR="Rent")
    before = world.records()
    world.site.before_page = lambda page: world.streams.revoke(SHARD) if page == 1 else None
    polled = await world.poll()
    assert (polled.outcome, polled.watermark) == (PollOutcome.FAILED, None)
    assert "another owner" in polled.words
    assert [record.external_code for record in world.records()[len(before) :]] == ["SHARE_1"]


async def test_many_records_are_published_and_deactivated_in_portions(world: World) -> None:
    numbers = [f"{number:05}" for number in range(450)]
    have(world, *numbers)
    world.site.page = 430
    await complete(world)
    world.site.rows.clear()
    have(world, "00001")
    await world.poll()
    await complete(world, accept_shrink=True)
    assert world.progress.deactivated == 449
    assert sum(record.active for record in world.latest().values()) == 1


async def test_a_record_of_another_connection_or_entity_is_not_missed(world: World) -> None:
    have(world, "1", "2", "3")
    await complete(world)
    world.connection = replace(world.connection, id="acme2")
    world.site.rows.clear()
    have(world, "1")
    await complete(world)
    assert changed(world) == ["SHARE_1"]
    assert sum(record.active for record in world.records()) == 4
