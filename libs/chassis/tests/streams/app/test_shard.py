"""A shard's positions never pass work that is not durable, whatever comes and whatever fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from chassis.errors import Undecodable, UnknownSchema
from chassis.ledger.ports import Fenced
from chassis.records import DESIRED_STATE, UNREADABLE
from chassis.streams.app_shard import OWNER_KIND, Lost, Phase, Shard
from chassis.streams.app_tables import HeldTables
from chassis.streams.ports import Following, Incoming, TableWriter
from hypothesis import given, settings
from hypothesis import strategies as st

from .one_shard import FIRST, SECOND, TABLE, Clock, MakeShard, MemoryLog, incoming, state, take


@asynccontextmanager
async def writing(shard: Shard) -> AsyncIterator[None]:
    task = asyncio.create_task(shard.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def settled(shard: Shard) -> None:
    async with asyncio.timeout(5):
        await shard.drained()


def phase(shard: Shard) -> Phase:
    return shard.phase


def stuck(shard: Shard) -> float | None:
    return shard.stuck_since


def give(shard: Shard, record: Incoming) -> None:
    shard.hand(record.topic, record.offset)
    shard.take(record)


async def test_a_position_moves_only_when_what_it_changed_is_durable(
    make_shard: MakeShard, log: MemoryLog
) -> None:
    shard = make_shard()
    shard.start({})
    log.open_gate.clear()
    async with writing(shard):
        give(shard, incoming(7, version=1))
        give(shard, incoming(8, version=2))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await shard.drained()
        assert shard.positions == {}
        log.open_gate.set()
        await settled(shard)
    assert shard.positions == {FIRST.name: 9}
    assert log.table() == {b"k": 2}


async def test_a_record_that_changes_nothing_waits_for_those_before_it(
    make_shard: MakeShard, log: MemoryLog
) -> None:
    shard = make_shard()
    shard.start({})
    log.open_gate.clear()
    async with writing(shard):
        give(shard, incoming(1, version=1))
        give(shard, incoming(2, version=1))
        give(shard, incoming(0, version=1, of=SECOND))
        await asyncio.sleep(0)
        assert shard.positions == {}
        log.open_gate.set()
        await settled(shard)
    assert shard.positions == {FIRST.name: 3, SECOND.name: 1}
    assert len(log.committed) == 1, "the same value again needs no write"


async def test_a_ledger_s_own_records_are_passed_over(make_shard: MakeShard, log: MemoryLog) -> None:
    shard = make_shard()
    shard.start({})
    async with writing(shard):
        give(shard, replace(incoming(4), key=b"\x00owner/voucher-poster", value=b"{}", kind="owner"))
        await settled(shard)
    assert shard.positions == {FIRST.name: 5}
    assert log.committed == []


async def test_a_fenced_writer_moves_no_position(make_shard: MakeShard, log: MemoryLog) -> None:
    shard = make_shard()
    shard.start({})
    log.failure = Fenced("another owner")
    give(shard, incoming(0, version=1))
    with pytest.raises(Fenced):
        await shard.run()
    assert shard.positions == {}


async def test_what_cannot_be_decoded_is_set_aside_durably_before_it_is_passed(
    make_shard: MakeShard, log: MemoryLog, tables: HeldTables
) -> None:
    def bad(record: Incoming, writer: TableWriter) -> None:
        writer.put(TABLE, b"half", state(1))
        raise Undecodable("not a record")

    shard = make_shard(take=bad)
    shard.start({})
    async with writing(shard):
        give(shard, Incoming(topic=FIRST.name, partition=3, offset=4, key=b"k", value=b"rubbish"))
        await settled(shard)
    assert shard.positions == {FIRST.name: 5}
    assert tables.get(TABLE, 3, b"half") is None
    (set_aside,) = log.committed
    unreadable = UNREADABLE.decode(set_aside.value)
    assert (set_aside.topic, set_aside.key) == ("ap.unreadable", b"first/3/4")
    assert (unreadable.value, unreadable.reason, unreadable.offset) == (b"rubbish", "not a record", 4)


@pytest.mark.parametrize("error", [UnknownSchema("newer"), ValueError("a bug")])
async def test_any_other_error_leaves_table_and_position_alone(
    make_shard: MakeShard, tables: HeldTables, error: Exception
) -> None:
    def bad(record: Incoming, writer: TableWriter) -> None:
        writer.put(TABLE, b"half", state(1))
        raise error

    shard = make_shard(take=bad)
    shard.start({})
    with pytest.raises(type(error)):
        give(shard, incoming(0, version=1))
    assert tables.get(TABLE, 3, b"half") is None
    assert shard.positions == {}


async def test_a_record_that_did_not_arrive_is_noticed_at_the_next(make_shard: MakeShard) -> None:
    shard = make_shard()
    shard.start({})
    shard.hand(FIRST.name, 0)
    shard.hand(FIRST.name, 1)
    with pytest.raises(Lost, match="offset 1 came, awaited was 0"):
        shard.take(incoming(1, version=1))
    with pytest.raises(Lost, match="awaited was none"):
        shard.take(incoming(5, version=1, of=SECOND))


async def test_it_is_owned_once_every_topic_is_taken_in_to_where_it_ended(make_shard: MakeShard) -> None:
    shard = make_shard()
    shard.start({FIRST.name: 2, SECOND.name: 0})
    shard.read_to(SECOND.name, 0)
    shard.hand(FIRST.name, 0)
    shard.hand(FIRST.name, 1)
    shard.read_to(FIRST.name, 2)
    assert phase(shard) is Phase.CATCHING_UP
    shard.take(incoming(0, version=1))
    assert phase(shard) is Phase.CATCHING_UP
    shard.hand(FIRST.name, 2)
    shard.take(incoming(1, version=2))
    assert phase(shard) is Phase.OWNED, "what came later is not waited for"


async def test_gaps_and_markers_at_the_end_do_not_keep_it_from_being_owned(make_shard: MakeShard) -> None:
    shard = make_shard()
    shard.start({FIRST.name: 9, SECOND.name: 0})
    shard.read_to(SECOND.name, 0)
    shard.read_to(FIRST.name, 9)
    assert phase(shard) is Phase.OWNED


async def test_opening_leaves_a_mark_that_is_no_record_of_the_table(
    make_shard: MakeShard, log: MemoryLog
) -> None:
    await make_shard().open()
    (mark,) = log.committed
    assert (mark.topic, mark.partition, mark.kind, mark.value) == (TABLE.name, 3, OWNER_KIND, b"i")
    assert log.table() == {}


async def test_a_full_shard_makes_wait_until_some_of_it_is_durable(
    make_shard: MakeShard, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.streams.app_shard.MOST_WAITING", 2)
    shard = make_shard()
    shard.start({})
    for offset in range(4):
        give(shard, incoming(offset, version=offset))
    waiting = asyncio.create_task(shard.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    async with writing(shard), asyncio.timeout(5):
        await waiting
    assert shard.positions == {FIRST.name: 4}


async def test_what_is_stuck_says_since_when(make_shard: MakeShard, clock: Clock) -> None:
    shard = make_shard()
    shard.start({})
    assert stuck(shard) is None
    clock.seconds += 50
    shard.hand(FIRST.name, 0)
    assert stuck(shard) == clock.seconds, "the time it was idle does not count"
    clock.seconds += 5
    shard.hand(FIRST.name, 1)
    assert stuck(shard) == clock.seconds - 5
    shard.take(incoming(0, version=1))
    assert stuck(shard) == clock.seconds


async def test_listeners_hear_of_every_put(make_shard: MakeShard) -> None:
    heard: list[Any] = []
    shard = make_shard(changed=lambda *change: heard.append(change))
    shard.start({})
    give(shard, incoming(0, version=1))
    give(shard, incoming(1, version=1))
    give(shard, incoming(2))
    assert heard == [(TABLE, 3, b"k")] * 3


@settings(max_examples=40, deadline=None)
@given(
    records=st.lists(
        st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.none() | st.integers(1, 5)), max_size=30
    ),
    yields=st.lists(st.booleans(), min_size=30, max_size=30),
)
async def test_the_changelog_is_the_table_and_every_position_is_in_it(
    records: list[tuple[bytes, int | None]], yields: list[bool]
) -> None:
    log, model = MemoryLog(), dict[bytes, int]()
    tables = HeldTables([TABLE], visible=lambda _: True)
    shard = Shard(
        number=3,
        service="s",
        instance="i",
        followings={FIRST.name: Following(topic=FIRST, take=take)},
        tables=tables,
        changelogs=[TABLE.name],
        log=log,
        stable=log.stable,
        clock=Clock(),
        changed=lambda *_: None,
    )
    shard.start({})
    async with writing(shard):
        for offset, (key, version) in enumerate(records):
            give(shard, incoming(offset, version=version, key=key))
            if version is None:
                model.pop(key, None)
            else:
                model[key] = version
            if yields[offset]:
                await asyncio.sleep(0)
        await settled(shard)
    held = {key: DESIRED_STATE.decode(value).version for key, value in tables.part(TABLE.name, 3).items()}
    assert held == log.table() == model
    assert shard.positions == ({FIRST.name: len(records)} if records else {})
