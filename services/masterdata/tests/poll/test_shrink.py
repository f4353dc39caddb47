"""A suspiciously small read is stopped; what is right is let through by a person."""

from dataclasses import replace

import pytest
from ap_domain.poll import PollKind, PollOutcome

from .world import SECTION, World, account, connection


async def published(numbers: int, **keys: object) -> World:
    """A world whose accounts 01, 02, ... are known; at most half of them, or two, may be deactivated."""
    world = World(connection=connection(SECTION | keys))
    for number in range(1, numbers + 1):
        world.site.rows[f"{number:02}"] = [account(f"{number:02}")]
    await world.poll()
    return world


def vanish(world: World, count: int) -> None:
    for key in sorted(world.site.rows)[:count]:
        del world.site.rows[key]


@pytest.mark.parametrize(
    ("known", "gone", "outcome"),
    [
        (10, 5, PollOutcome.COMPLETE),
        (10, 6, PollOutcome.HELD),
        (3, 1, PollOutcome.COMPLETE),
        (3, 2, PollOutcome.HELD),
        (3, 3, PollOutcome.HELD),
        (2, 2, PollOutcome.HELD),
        (1, 1, PollOutcome.COMPLETE),
    ],
)
async def test_so_many_may_vanish_at_once(known: int, gone: int, outcome: PollOutcome) -> None:
    world = await published(known)
    vanish(world, gone)
    polled = await world.poll()
    assert polled.outcome is outcome
    left = sum(record.active for record in world.latest().values())
    assert left == (known if outcome is PollOutcome.HELD else known - gone)


async def test_a_held_poll_says_what_to_do_and_is_held_until_a_person_accepts_it() -> None:
    world = await published(10)
    vanish(world, 8)
    for _ in range(2):
        polled = await world.poll()
        assert polled.outcome is PollOutcome.HELD
        assert "8 of 10 active records would be deactivated, 5 may be" in polled.words
        assert "SHARE_01, SHARE_02, SHARE_03" in polled.words
        assert "apstream masterdata accept-shrink accounts --connection acme --reason" in polled.words
    assert (await world.poll(accept_shrink=True)).outcome is PollOutcome.COMPLETE
    assert sum(record.active for record in world.latest().values()) == 2
    assert (await world.poll()).outcome is PollOutcome.COMPLETE


async def test_a_held_poll_has_published_what_changed_and_keeps_its_watermark() -> None:
    world = await published(10)
    mark = world.watermark
    vanish(world, 8)
    world.site.rows["10"] = [account("10", DESCR="Rent", LASTUPDDTTM="2026-06-05T08:00:00")]
    polled = await world.poll()
    assert (polled.outcome, polled.watermark) == (PollOutcome.HELD, None)
    assert (world.progress.changed, world.progress.deactivated) == (1, 0)
    assert "Rent" in world.last("SHARE_10").content
    assert world.watermark == mark


@pytest.mark.parametrize("kind", PollKind)
async def test_what_changed_behind_too_many_that_are_inactive_is_published(kind: PollKind) -> None:
    world = await published(20)
    for number in range(1, 20):
        key = f"{number:02}"
        world.site.rows[key] = [account(key, EFF_STATUS="I", LASTUPDDTTM="2026-06-05T08:00:00")]
    world.site.rows["20"] = [account("20", DESCR="Rent", LASTUPDDTTM="2026-06-05T08:00:00")]
    polled = await world.poll(kind)
    assert (polled.outcome, polled.held) == (PollOutcome.HELD, 19)
    assert "19 of 20 active" in polled.words
    assert all(record.active for record in world.latest().values())
    assert "Rent" in world.last("SHARE_20").content


async def test_what_was_accepted_is_a_number_and_not_whatever_is_read_next() -> None:
    world = await published(99)
    whole = dict(world.site.rows)
    vanish(world, 60)
    await world.poll()
    world.site.rows.clear()
    polled = await world.poll(accept_shrink=True)
    assert (polled.outcome, polled.held) == (PollOutcome.HELD, 99)
    world.site.rows |= whole
    vanish(world, 63)
    world.held = 60
    polled = await world.poll(accept_shrink=True)
    assert (polled.outcome, polled.held) == (PollOutcome.HELD, 63)
    assert "63 of 99 active records would be deactivated, 60 were accepted" in polled.words
    assert all(record.active for record in world.latest().values())
    world.site.rows |= {key: whole[key] for key in ("62", "63")}
    world.held = 60
    assert (await world.poll(accept_shrink=True)).outcome is PollOutcome.COMPLETE
    assert sum(record.active for record in world.latest().values()) == 38


async def test_that_none_is_left_is_believed_when_just_that_was_accepted() -> None:
    world = await published(10)
    world.site.rows.clear()
    await world.poll()
    assert (await world.poll(accept_shrink=True)).outcome is PollOutcome.COMPLETE
    assert not any(record.active for record in world.latest().values())


async def test_an_order_to_accept_before_anything_was_held_accepts_nothing() -> None:
    world = await published(10)
    vanish(world, 8)
    assert (await world.poll(accept_shrink=True)).outcome is PollOutcome.HELD
    assert (await world.poll(accept_shrink=True)).outcome is PollOutcome.COMPLETE


async def test_a_setid_that_answers_nothing_is_held_though_most_of_the_entity_is_there() -> None:
    world = World(connection=connection(SECTION | {"companies": {"SHARE": ["BW00"], "FRA01": ["BW20"]}}))
    for number in range(17):
        world.site.rows[f"{number:02}"] = [account(f"{number:02}")]
    for number in ("17", "18", "19"):
        world.site.rows[number] = [account(number, SETID="FRA01")]
    await world.poll()
    for number in ("17", "18", "19"):
        del world.site.rows[number]
    polled = await world.poll()
    assert (polled.outcome, polled.held) == (PollOutcome.HELD, 3)
    assert "none of the 3 active records under SETID FRA01 would be left" in polled.words
    assert all(record.active for record in world.latest().values())
    world.site.rows["17"] = [account("17", SETID="FRA01")]
    del world.site.rows["01"]
    assert (await world.poll()).outcome is PollOutcome.COMPLETE


async def test_late_versions_of_inactive_records_are_taken_back_without_a_person() -> None:
    world = await published(4)
    late = [world.last(f"SHARE_0{number}") for number in (1, 2, 3)]
    vanish(world, 3)
    await world.poll()
    await world.poll(accept_shrink=True)
    for record in late:
        world.late(replace(record, poll_offset=1))
    polled = await world.poll()
    assert polled.outcome is PollOutcome.COMPLETE
    assert sum(record.active for record in world.latest().values()) == 1
    assert world.progress.deactivated == 3
