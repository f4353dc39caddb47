"""A place in front of a remote is not held while nothing is asked there."""

import asyncio
from typing import Any

from chassis.ledger.entry import Entry, Phase
from chassis.ledger.outcomes import Done, Outcome


async def test_the_next_record_looks_while_the_outcome_of_a_create_commits(
    house: Any,
) -> None:
    house.width = 1
    answered, let_commit, commits = asyncio.Event(), asyncio.Event(), house.log.commit

    async def commit() -> None:
        if answered.is_set():
            await let_commit.wait()
        await commits()

    def create(_: Entry[str]) -> Outcome:
        answered.set()
        return Done(value="created")

    house.log.commit, house.remote.answers["create"] = commit, create
    async with house.at_work():
        house.offer("a", key="acme/1")
        house.offer("a", key="acme/2")
        await house.until(lambda: ("acme/2", "look", False) in house.remote.asked)
        assert house.entry("acme/1").phase is Phase.STARTED
        assert house.remote.asked.index(("acme/1", "create", False)) == 1
        let_commit.set()
        await house.until(lambda: house.entry("acme/2").phase is Phase.FINAL)
    assert house.remote.most == 1
