"""Each known defect of Faust, dealt with: these fail where the override they name is taken away.

The numbers are those of docs/decisions/0010-stream-services.md.
"""

import asyncio
import importlib.metadata
import inspect
from typing import Any, cast

import pytest
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import CommitFailedError
from chassis.streams.app import StreamApp
from chassis.streams.app_consumer import ShardConsumer, ShardConsumerThread, ShardFetcher
from chassis.streams.app_recovery import RecoveryTimedOut, ShardRecovery
from chassis.streams.app_shards import OwnShards
from faust.tables.recovery import Recovery, ServiceStopped
from faust.types import TP

from .faust_member import ASSIGNED, TP_FIRST, Message, durable, give, thread
from .one_shard import FIRST, MemoryLog


async def test_1_what_faust_takes_for_acknowledged_is_not_committed(
    consumer: ShardConsumer, shards: OwnShards, log: MemoryLog
) -> None:
    await shards.assigned(ASSIGNED)
    cast("Any", consumer.app.topics)._acking_topics.add(FIRST.name)
    log.open_gate.clear()
    await give(shards, 0)
    consumer.ack(cast("Any", Message()))
    assert not await consumer.commit()
    assert thread(consumer).commits == []
    log.open_gate.set()
    await durable(shards)
    assert await consumer.commit()
    assert thread(consumer).commits == [{TP_FIRST: 1}]


async def test_2_work_in_flight_is_not_committed_past(
    consumer: ShardConsumer, shards: OwnShards, log: MemoryLog
) -> None:
    await shards.assigned(ASSIGNED)
    await give(shards, 0)
    await durable(shards)
    log.open_gate.clear()
    for offset in (1, 2, 5):
        await give(shards, offset)
    await consumer.commit()
    assert thread(consumer).commits == [{TP_FIRST: 1}]


async def test_3_a_recovery_that_times_out_is_an_error_and_no_stop(app: StreamApp) -> None:
    never = asyncio.Event()
    theirs = Recovery(app, app.tables)
    with pytest.raises(ServiceStopped):
        await theirs._wait(never.wait(), timeout=0.01)
    assert not theirs.should_stop, "Faust took the time-out for a stop"
    with pytest.raises(RecoveryTimedOut):
        await app.tables.recovery._wait(never.wait(), timeout=0.01)


async def test_4_what_was_taken_in_is_drained_and_committed_before_the_shards_are_given_up(
    consumer: ShardConsumer, shards: OwnShards, log: MemoryLog
) -> None:
    await shards.assigned(ASSIGNED)
    log.open_gate.clear()
    await give(shards, 0)
    revoked = asyncio.create_task(consumer.on_partitions_revoked({TP(*each) for each in ASSIGNED}))
    await asyncio.sleep(0)
    assert shards.owned() == frozenset(), "nothing is owned from the first moment on"
    log.open_gate.set()
    await revoked
    assert thread(consumer).commits == [{TP_FIRST: 1}]
    assert log.closed
    assert shards.positions() == {}


async def test_4_what_does_not_become_durable_in_time_is_given_up_uncommitted(
    consumer: ShardConsumer, shards: OwnShards, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.streams.app_shards.DRAIN_SECONDS", 0.1)
    await shards.assigned(ASSIGNED)
    log.open_gate.clear()
    await give(shards, 0)
    await consumer.on_partitions_revoked({TP(*each) for each in ASSIGNED})
    assert thread(consumer).commits == []
    assert log.closed


async def test_4_shards_are_given_up_even_where_faust_sees_no_assignment(
    consumer: ShardConsumer, shards: OwnShards, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[int] = []
    shards.on_loss(lost.append)
    await shards.assigned(ASSIGNED)
    monkeypatch.setattr(thread(consumer), "assignment", set)
    await consumer.on_partitions_revoked({TP(*each) for each in ASSIGNED})
    assert shards.shard(3) is None
    assert set(lost) == {3}
    assert log.closed


async def test_5_a_gap_is_not_taken_for_work_that_is_done(
    consumer: ShardConsumer, shards: OwnShards, log: MemoryLog
) -> None:
    await shards.assigned(ASSIGNED)
    await give(shards, 4)
    await durable(shards)
    log.open_gate.clear()
    await give(shards, 90)
    await consumer._add_gap(TP_FIRST, 5, 89)
    await consumer.commit()
    assert thread(consumer).commits == [{TP_FIRST: 5}]


async def test_6_a_commit_that_failed_is_made_again(consumer: ShardConsumer, shards: OwnShards) -> None:
    await shards.assigned(ASSIGNED)
    await give(shards, 0)
    await durable(shards)
    thread(consumer).accepts = False
    assert not await consumer.commit()
    thread(consumer).accepts = True
    assert await consumer.commit()
    assert thread(consumer).commits == [{TP_FIRST: 1}] * 2
    await consumer.commit()
    assert len(thread(consumer).commits) == 2, "what is committed is not committed again"


async def test_6_a_commit_that_is_refused_is_no_crash(app: StreamApp) -> None:
    class Refusing:
        async def commit(self, offsets: Any) -> None:
            raise CommitFailedError("the group has moved on")

    member = cast("ShardConsumer", app.consumer)._thread
    member._consumer = cast("Any", Refusing())
    assert not await member._commit({TP_FIRST: 1})
    member.thread_loop.close()


async def test_7_nothing_is_written_through_fausts_producer(app: StreamApp) -> None:
    started = [type(each).__name__ for each in app.on_init_dependencies()]
    assert started == ["ShardConsumer", "AgentManager", "Conductor", "ShardTables"]
    assert list(app.sensors) == []
    cast("ShardConsumer", app.consumer)._thread.thread_loop.close()


async def test_8_nothing_is_declared_and_the_member_is_set_up_as_it_must_be(app: StreamApp) -> None:
    assert not app.conf.topic_allow_declare
    assert app.conf.consumer_auto_offset_reset == "earliest"
    assert app.conf.table_standby_replicas == 0
    assert not app.conf.web_enabled
    member = cast("ShardConsumer", app.consumer)._thread
    member.thread_loop.close()
    made = member._create_worker_consumer(None)
    assert made._isolation_level == "read_committed"
    assert made._partition_assignment_strategy == (RangePartitionAssignor,)
    assert (made._session_timeout_ms, made._heartbeat_interval_ms) == (6_000, 1_000)
    assert made._rebalance_timeout_ms == 60_000
    assert made._auto_offset_reset == "earliest"
    assert not made._enable_auto_commit
    made._closed = True  # it was never started


async def test_9_one_agent_a_topic_takes_one_record_after_the_other(app: StreamApp) -> None:
    assert {agent.concurrency for agent in app.agents.values()} == {1}
    assert len(app.agents) == 2


async def test_10_a_stop_in_the_middle_of_a_rebalance_is_no_crash(
    app: StreamApp, consumer: ShardConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetching = asyncio.Event()

    async def drain(_: Any) -> None:
        fetching.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(consumer, "_drain_messages", drain)
    app.rebalancing = True
    await app._fetcher.start()
    await fetching.wait()
    await app._fetcher.stop()
    assert not app._fetcher.crashed


async def test_10_a_rebalance_that_meets_a_stop_leaves_the_closing_to_the_consumer_s_own_thread(
    app: StreamApp, consumer: ShardConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(consumer, "close", lambda: closed.append("on the wrong loop"))
    app._stopped.set()
    await app._on_partitions_revoked({TP_FIRST})
    await app._on_partitions_assigned({TP_FIRST})
    assert closed == []


OVERRIDES = {
    ShardConsumer: (
        "on_partitions_revoked",
        "perform_seek",
        "verify_event_path",
        "wait_empty",
        "_commit_offsets",
        "_drain_messages",
        "_filter_tps_with_pending_acks",
        "_new_consumer_thread",
        "_new_offset",
    ),
    ShardConsumerThread: ("_commit", "_create_worker_consumer", "_fetch_records"),
    ShardFetcher: ("_fetcher",),
    ShardRecovery: ("on_rebalance", "_resume_streams", "_wait"),
    StreamApp: (
        "on_init_dependencies",
        "_crash",
        "_create_directories",
        "_new_consumer",
        "_new_producer_transport",
        "_new_transport",
        "_on_rebalance_when_stopped",
        "_producer_flush",
    ),
}


@pytest.mark.parametrize(
    ("ours", "name"), [(ours, name) for ours, names in OVERRIDES.items() for name in names]
)
def test_what_is_overridden_is_there_in_the_version_that_is_pinned(ours: type, name: str) -> None:
    assert importlib.metadata.version("faust-streaming") == "0.15.3"
    theirs = ours.__bases__[0]
    overridden, override = getattr(theirs, name), vars(ours)[name]
    assert list(inspect.signature(override).parameters) == list(inspect.signature(overridden).parameters)
