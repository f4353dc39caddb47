"""A stream service put together: what every one of them stands on, and the running application."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import NoReturn

import structlog
from aiokafka import TopicPartition
from prometheus_client import REGISTRY

from chassis import runtime
from chassis.admin import AdminServer
from chassis.connections import ConnectionDirectory, KeyRing
from chassis.desired_state import DesiredStates, DesiredStateWriter
from chassis.ledger.clock import SystemClock
from chassis.ledger.connection_picture import FlowPicture
from chassis.ledger.flows import ConnectionFlows
from chassis.ledger.kafka_log import KafkaLog
from chassis.ledger.kafka_reader import Watermarks
from chassis.ledger.process import run_service
from chassis.ledger.service import Running
from chassis.lost_producer import die_when_lost
from chassis.producer import DurableProducer
from chassis.settings import ServiceSettings
from chassis.streams.app import StreamApp
from chassis.streams.app_consumer import SESSION_SECONDS
from chassis.streams.app_picture import StreamPicture
from chassis.streams.app_pulse import Pulse
from chassis.streams.app_shards import OwnShards
from chassis.streams.app_watchdog import Watchdog
from chassis.streams.kafka_changelog import Apply, recover
from chassis.streams.kafka_topics import check_topics
from chassis.streams.ports import StreamService, StreamSurroundings
from chassis.topics import UNREADABLE

__all__ = ["Running", "run_stream_service", "running"]

log = structlog.get_logger("chassis.streams")

STOP_SECONDS = 15.0
FAUST_LOGGERS = (
    "faust",
    "mode",
    "chassis.streams.app",
    "chassis.streams.app_consumer",
    "chassis.streams.app_recovery",
)
"""What Faust says of its services' lives; it names their loggers after the modules of their classes."""


@asynccontextmanager
async def running(
    service: StreamService,
    settings: ServiceSettings,
    *,
    die: Callable[[str], NoReturn] = runtime.die,
) -> AsyncIterator[Running]:
    """The service at work until the context ends; then `alongside` is cancelled, and the group is left.

    It joins its group once connections and desired states are read to their ends. Whatever makes it unsafe to go on
    ends the process through `die`. Raises TopicMissing, NotAnswered, KeysRefused and OSError at the start.
    """
    if not __debug__:
        raise RuntimeError("never run with -O: the Kafka client reports a lost producer by AssertionError")
    for name in FAUST_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    clock = SystemClock()
    keys = KeyRing.from_settings(settings)
    bootstrap, client_id = settings.kafka_bootstrap, f"{service.name}-{settings.instance}"
    touched = (
        *(each.topic for each in service.followings),
        *(table.changelog for table in service.tables),
        UNREADABLE,
    )
    async with AsyncExitStack() as stack:
        directory = ConnectionDirectory(bootstrap=bootstrap, keys=keys)
        states = DesiredStates(bootstrap=bootstrap, connection_version=directory.version)
        admin = await stack.enter_async_context(
            AdminServer(host=settings.admin_host, port=settings.admin_port)
        )
        admin.ready_when("connections", directory.problem)
        admin.ready_when("desired states", states.problem)
        admin.ready_when("shards", lambda: "not in the group yet")
        await check_topics(
            (topic.name for topic in touched), bootstrap=bootstrap, partitions=settings.partitions
        )
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for following in (
            tasks.create_task(directory.run(), name="connections"),
            tasks.create_task(states.run(), name="desired states"),
        ):
            stack.callback(following.cancel)
        watermarks = await stack.enter_async_context(Watermarks(bootstrap=bootstrap))
        shards = OwnShards(
            service=service,
            instance=settings.instance,
            make_log=lambda number: KafkaLog(
                bootstrap=bootstrap, transactional_id=f"{service.name}-{number}"
            ),
            recover=partial(_recover, bootstrap, watermarks),
            watermarks=watermarks,
            clock=clock,
            pulse=Pulse(bound=SESSION_SECONDS, monotonic=clock.monotonic),
            die=die,
        )
        admin.ready_when("shards", shards.problem)
        producer = await stack.enter_async_context(DurableProducer(bootstrap=bootstrap, client_id=client_id))
        watch = tasks.create_task(die_when_lost(producer, die=die), name="producer")
        stack.callback(watch.cancel)
        flows = ConnectionFlows(
            service=service.name,
            directory=directory,
            states=states,
            writer=DesiredStateWriter(producer=producer, states=states),
            clock=clock,
        )
        await directory.loaded()
        await states.loaded()
        await stack.enter_async_context(
            _streaming(service, shards, client_id=client_id, bootstrap=bootstrap, clock=clock, die=die)
        )
        picture = FlowPicture(
            service=service.name,
            remotes=service.remotes,
            shards=shards.owned,
            directory=directory,
            states=states,
            flows=flows,
        )
        REGISTRY.register(picture)
        stack.callback(REGISTRY.unregister, picture)
        surroundings = StreamSurroundings(
            directory=directory,
            flows=flows,
            clock=clock,
            producer=producer,
            shards=shards,
            view=shards.tables,
        )
        aside = tasks.create_task(service.alongside(surroundings), name="alongside the streams")
        try:
            yield Running(admin_port=admin.port)
        finally:
            aside.cancel()
            await asyncio.wait([aside])


def run_stream_service(
    name: str, make: Callable[[ServiceSettings], AbstractAsyncContextManager[Running]]
) -> None:
    """Runs until asked to stop, also while it starts. Exit status 2: wrong settings or keys; 70: must not go on."""
    run_service(name, make)


@asynccontextmanager
async def _streaming(
    service: StreamService,
    shards: OwnShards,
    *,
    client_id: str,
    bootstrap: str,
    clock: SystemClock,
    die: Callable[[str], NoReturn],
) -> AsyncIterator[None]:
    """The Faust application, started in the background and stopped within a bound."""
    app = StreamApp(name=service.name, client_id=client_id, bootstrap=bootstrap, shards=shards, die=die)

    def started(start: "asyncio.Task[None]") -> None:
        if not start.cancelled() and (failed := start.exception()) is not None:
            die(f"the stream application did not start: {failed!r}")

    def fetch_age() -> float | None:
        return clock.monotonic() - app.fetched_at() if app.fetched_at() else None

    picture = StreamPicture(shards, service, fetch_age=fetch_age)
    async with Watchdog(progress=app, pulse=shards.pulse, monotonic=clock.monotonic, die=die):
        REGISTRY.register(picture)
        start = asyncio.create_task(app.start(), name="start of the stream application")
        start.add_done_callback(started)
        try:
            yield
        finally:
            REGISTRY.unregister(picture)
            shards.leave()
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await app.stop()
            except TimeoutError:
                log.warning("the stream application was not stopped in good order; the group will miss it")
            start.cancel()
            await shards.close()


async def _recover(
    bootstrap: str, watermarks: Watermarks, partitions: Sequence[TopicPartition], apply: Apply
) -> int:
    return await recover(partitions, bootstrap=bootstrap, watermarks=watermarks, apply=apply)
