"""What one poll publishes of what it read."""

import json
from dataclasses import replace
from typing import Any

import pytest
from ap_domain.masterdata import EntityPlan, Mapped, MasterDataPlan, SourceGroup, map_record
from ap_domain.poll import PollKind

from .world import World, account


async def test_only_what_changed_is_published_again(world: World) -> None:
    world.have("1", "2", "3", "4", "5")
    await world.complete()
    assert world.changed() == ["SHARE_1", "SHARE_2", "SHARE_3", "SHARE_4", "SHARE_5"]
    world.have("4", DESCR="Rent")
    await world.complete()
    assert world.changed() == ["SHARE_4"]
    assert "Rent" in world.last("SHARE_4").content
    assert (world.progress.read, world.progress.changed, world.progress.deactivated) == (5, 1, 0)


@pytest.mark.parametrize("key", ["3\ud83d", "\ude00", "4\ufffd"])
async def test_half_a_character_in_a_key_is_the_fault_of_that_record_alone(world: World, key: str) -> None:
    world.have("1", key, "5")
    await world.complete()
    assert world.progress.faulty == 1
    faulty = [record for record in world.records() if record.problems]
    assert [record.external_code for record in world.records() if not record.problems] == [
        "SHARE_1",
        "SHARE_5",
    ]
    assert len(faulty) == 1
    assert "half" in faulty[0].problems[0]
    await world.complete()
    assert world.changed() == []


async def test_a_record_that_vanished_is_published_inactive_with_the_content_it_had(world: World) -> None:
    world.have("1", "2", "3")
    await world.complete()
    before = json.loads(world.last("SHARE_2").content)
    del world.site.rows["2"]
    await world.complete()
    last = world.last("SHARE_2")
    assert not last.active
    for company in before["companies"]:
        company["active"] = False
    assert json.loads(last.content) == before
    assert world.progress.deactivated == 1
    await world.complete()
    assert world.changed() == []


async def test_a_read_of_changes_misses_nothing_and_deactivates_what_says_so(world: World) -> None:
    world.have("1", "2", "3")
    await world.complete()
    del world.site.rows["1"]
    world.have("2", EFF_STATUS="I", LASTUPDDTTM="2026-06-02T08:00:00")
    await world.complete(PollKind.CHANGES)
    assert world.changed() == ["SHARE_2"]
    assert world.last("SHARE_1").active
    assert not world.last("SHARE_2").active


async def test_a_record_left_out_keeps_its_last_content_inactive(world: World) -> None:
    world.have("1", "2", "3")
    await world.complete()
    world.have("2", STATISTICS_ACCOUNT="Y")
    world.have("8", STATISTICS_ACCOUNT="Y")
    await world.complete()
    assert world.changed() == ["SHARE_2"]
    assert json.loads(world.last("SHARE_2").content)["companies"][0]["active"] is False
    await world.complete()
    assert world.changed() == []


async def test_a_record_that_cannot_be_imported_any_more_keeps_the_content_to_deactivate_it(
    world: World,
) -> None:
    world.have("1", "2", "3")
    await world.complete()
    good = world.last("SHARE_2").content
    world.site.rows["2"] = [account("2"), account("2", DESCR="other")]
    await world.complete()
    spoiled = world.last("SHARE_2")
    assert spoiled.active
    assert spoiled.problems
    assert spoiled.content == good
    assert world.progress.faulty == 1
    del world.site.rows["2"]
    await world.complete()
    assert not world.last("SHARE_2").active
    assert world.last("SHARE_2").problems == ()
    assert json.loads(world.last("SHARE_2").content)["externalCode"] == "SHARE_2"


async def test_a_record_that_never_was_fit_for_import_says_so_when_it_vanishes(world: World) -> None:
    """Empty content without a problem would be sent to Basware as it stands."""
    world.have("1", "3")
    world.site.rows["2"] = [account("2"), account("2", DESCR="other")]
    await world.complete()
    assert world.last("SHARE_2").content == ""
    del world.site.rows["2"]
    await world.complete()
    last = world.last("SHARE_2")
    assert (last.active, last.content) == (False, "")
    assert last.problems
    await world.complete()
    assert world.changed() == []


async def test_two_records_of_one_external_code_are_told_and_the_first_one_counts(world: World) -> None:
    world.have("Cafe\u0301", "Caf\u00e9")
    polled = await world.complete()
    assert len(world.records()) == 1
    assert "belongs to another record too" in polled.words
    assert world.progress.faulty == 1


async def test_a_bug_met_by_one_record_leaves_the_others_read_and_nothing_missed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.have("1", "2", "3", "4")
    await world.complete()
    del world.site.rows["1"]
    world.have("3", DESCR="Rent")
    real = map_record

    def maps(
        plan: MasterDataPlan, entity: EntityPlan, group: SourceGroup, **given: Any
    ) -> tuple[Mapped, ...]:
        if group.main[0]["ACCOUNT"] == "2":
            raise ZeroDivisionError("a bug")
        return real(plan, entity, group, **given)

    monkeypatch.setattr("masterdata.poll.turn.map_record", maps)
    polled = await world.complete()
    assert world.changed() == ["SHARE_3"]
    assert world.last("SHARE_1").active
    assert "a record under 2 could not be mapped" in polled.words
    assert "1 records could not be mapped, so what is missing was left as it was" in polled.words


async def test_many_remarks_are_counted_not_listed(world: World) -> None:
    world.have(*"abcdefg", LASTUPDDTTM="yesterday")
    polled = await world.complete()
    assert polled.words.count("'yesterday' is not a time") == 3
    assert polled.words.endswith("; and 4 more")


async def test_many_records_are_published_and_deactivated_in_portions(world: World) -> None:
    numbers = [f"{number:05}" for number in range(450)]
    world.have(*numbers)
    world.site.page = 430
    await world.complete()
    world.site.rows.clear()
    world.have("00001")
    await world.poll()
    await world.complete(accept_shrink=True)
    assert world.progress.deactivated == 449
    assert sum(record.active for record in world.latest().values()) == 1


async def test_a_record_of_another_connection_or_entity_is_not_missed(world: World) -> None:
    world.have("1", "2", "3")
    await world.complete()
    world.connection = replace(world.connection, id="acme2")
    world.site.rows.clear()
    world.have("1")
    await world.complete()
    assert world.changed() == ["SHARE_1"]
    assert sum(record.active for record in world.records()) == 4
