"""What comes late from an older poll, or was compacted away before it was needed."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from .world import World


async def test_what_came_late_from_an_older_poll_is_overwritten(world: World) -> None:
    world.have("1", "2", "3")
    await world.complete()
    old = world.last("SHARE_1")
    world.have("1", DESCR="Rent")
    await world.complete()
    world.late(old)
    await world.complete()
    assert world.changed() == ["SHARE_1"]
    assert "Rent" in world.last("SHARE_1").content
    await world.complete()
    assert world.changed() == []


async def test_what_came_late_from_an_earlier_run_of_the_same_poll_is_overwritten(world: World) -> None:
    world.have("1", "2", "3")
    await world.complete()
    last = world.last("SHARE_1")
    world.late(replace(last, content="{}", digest="other", read_at=last.read_at - timedelta(seconds=1)))
    await world.complete()
    assert world.changed() == ["SHARE_1"]
    assert world.last("SHARE_1").content == last.content


@pytest.mark.parametrize("how", ["vanished", "inactive", "left out"])
async def test_a_late_active_version_of_an_inactive_record_is_taken_back(world: World, how: str) -> None:
    world.have("1", "2", "3")
    await world.complete()
    old = world.last("SHARE_1")
    del world.site.rows["1"]
    if how == "inactive":
        world.have("1", EFF_STATUS="I")
    if how == "left out":
        world.have("1", BUDGETARY_ONLY="Y")
    await world.complete()
    assert not world.last("SHARE_1").active
    world.late(old)
    assert world.last("SHARE_1").active
    await world.complete()
    assert not world.last("SHARE_1").active
    assert json.loads(world.last("SHARE_1").content)["companies"][0]["active"] is False
    await world.complete()
    assert world.changed() == []


async def test_a_deactivation_whose_last_version_was_compacted_away_waits(world: World) -> None:
    world.have("1", "2", "3")
    await world.complete()
    del world.site.rows["2"]
    world.kafka.lost.add(1)
    polled = await world.complete()
    assert "1 records wait" in polled.words
    assert world.last("SHARE_2").active
    world.kafka.lost.clear()
    await world.complete()
    assert not world.last("SHARE_2").active
