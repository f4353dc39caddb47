"""Whatever the order of publishes, crashes, lost answers and expiries: in the end Basware has what is wanted."""

import asyncio
import os
import random

import pytest
from ap_domain.masterdata.record import ImportStep, MasterRecord

from .basware_fake import BAD, CURSED, FakeBasware, Manners
from .process import begin
from .virtual_time import in_virtual_time, this_loop
from .world import World, chance

FIRST_SEED = int(os.environ.get("APSTREAM_FIRST_SEED", "0"))
SEEDS = int(os.environ.get("APSTREAM_SEEDS", "25"))

ENTITIES = ("payment_terms", "suppliers", "list:ACC_LIST_1")
TROUBLE_SECONDS = 200.0


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + SEEDS))
def test_in_the_end_basware_has_what_is_wanted(seed: int) -> None:
    in_virtual_time(one_run(chance(seed)))


async def one_run(fate: random.Random) -> None:
    """Trouble for some minutes, with versions published all the time; then peace, until nothing is left to do."""
    world, basware = nasty(fate)
    published = publisher(world, fate)
    until = this_loop().time() + TROUBLE_SECONDS
    await world.run(begin, lambda: this_loop().time() > until, within=TROUBLE_SECONDS + 60)
    published.cancel()
    world.crash_after, world.weak, world.unreadable = None, 0.0, 0.0
    basware.manners = basware.manners.kind()
    await world.run(begin, world.quiet, within=3 * 3600)
    check(world, basware)


def nasty(fate: random.Random) -> tuple[World, FakeBasware]:
    manners = Manners(
        lost=fate.choice((0, 0, 0.2)),
        away=fate.choice((0, 0.1, 0.5)),
        throttled=fate.choice((0, 0, 0.1)),
        conflict=fate.choice((0, 0.1)),
        nameless=fate.choice((0, 0, 0.1)),
        warned=fate.choice((0, 0.5)),
        forgets=fate.choice((0, 0.3)),
        names=fate.choice(("guilty", "nobody", "all")),
        most_bytes=fate.choice((10_000_000, 150)),
        works_within=fate.choice(((1, 3), (1, 60), (50, 300))),
    )
    world = World(random=fate, lag=fate.choice(((0, 0.1), (0, 3))), weak=fate.choice((0, 0.05)))
    world.unreadable = fate.choice((0, 0.1))
    basware = world.basware["acme"] = FakeBasware(random=fate, manners=manners, most=fate.choice((1, 3, 8)))
    return world, basware


def publisher(world: World, fate: random.Random) -> "asyncio.Task[None]":
    """Publishes versions, orders resends and sets crashes up, again and again."""

    async def go_on() -> None:
        while True:
            for _ in range(fate.randint(1, 6)):
                entity, code = fate.choice(ENTITIES), f"R{fate.randint(1, 9)}"
                kind = fate.choice(("good", "good", "good", "cursed", "bad", "faulty"))
                problems = ("name is too long",) if kind == "faulty" else ()
                world.publish(code, f"{kind} {fate.randint(1, 3)}", entity=entity, problems=problems)
            if fate.random() < 0.2:
                world.order(
                    fate.choice(ENTITIES) + fate.choice(("", "?refused", "/R1")),
                    command_id=str(fate.random()),
                )
            if fate.random() < 0.5:
                world.crash_after = fate.randint(0, 60)
            await asyncio.sleep(fate.uniform(0, 25))

    return asyncio.create_task(go_on())


def check(world: World, basware: FakeBasware) -> None:
    """Every record stands as its newest version says, Basware has that version, and every order is answered."""
    answered = {event.detail["command"] for event in world.audits.values() if "command" in event.detail}
    assert answered == {command.command_id for command in world.commands}
    newest: dict[tuple[str, str], MasterRecord] = {
        (record.entity, record.external_code): record for record in world.records if record is not None
    }
    for (entity, code), record in newest.items():
        standing = world.standing(code, entity)
        assert standing is not None
        assert standing.told is not None
        assert standing.told.digest == record.digest
        words = standing.told.words
        place = (entity, code)
        if record.problems:
            assert (standing.told.step, words) == (ImportStep.REFUSED, ("not sent: name is too long",))
        elif "bad" in record.content:
            assert standing.told.step is ImportStep.REFUSED
            assert words == (BAD,)
        elif "cursed" in record.content:
            assert standing.told.step is ImportStep.REFUSED
            assert CURSED in words
            assert basware.stored[place][0] == record.content
        else:
            assert standing.told.step is ImportStep.CONFIRMED
            assert basware.p2p[place] == record.content
    assert not basware.too_soon
    refused = {
        (work.entity, key.decode().split("/")[-1])
        for _, workload in (world.importer.workloads() if world.importer else ())
        for work in workload.entities()
        for key in work.refused
    }
    assert refused == {
        place for place, record in newest.items() if record.problems or "good" not in record.content
    }
