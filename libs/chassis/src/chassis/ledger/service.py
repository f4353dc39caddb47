"""A ledger service put together: what every one of them stands on, and the running worker."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Any, Generic, NoReturn, TypeVar

from chassis import runtime
from chassis.admin import AdminServer
from chassis.connections import Connection, ConnectionDirectory, KeyRing
from chassis.desired_state import DesiredStates, DesiredStateWriter
from chassis.ledger.clock import SystemClock
from chassis.ledger.connection_picture import ConnectionPicture, FlowPicture
from chassis.ledger.entry import Entry
from chassis.ledger.flows import ConnectionFlows
from chassis.ledger.kafka_log import KafkaLog
from chassis.ledger.kafka_member import KafkaMember
from chassis.ledger.kafka_reader import KafkaReader, Watermarks
from chassis.ledger.machine import Machine
from chassis.ledger.owner import PartitionOwner
from chassis.ledger.picture import LedgerPicture
from chassis.ledger.policy import Policy
from chassis.ledger.ports import Caller, Clock, Flows, Wire
from chassis.ledger.records import Layout
from chassis.ledger.signals import ServiceSignals
from chassis.ledger.worker import LedgerWorker
from chassis.lost_producer import die_when_lost
from chassis.producer import DurableProducer
from chassis.settings import ServiceSettings
from prometheus_client import REGISTRY

B = TypeVar("B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the caller of remotes, and what runs alongside, may stand on.

    `producer` writes outside the ledger's transactions: for what another owner, or this one later, takes in as input.
    """

    directory: ConnectionDirectory
    flows: Flows
    clock: Clock
    producer: DurableProducer


Owners = Callable[[], Iterable[PartitionOwner[B]]]
"""The owners that are loaded at this moment; an owner given up is not among them any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerService(Generic[B]):
    """What makes one ledger service differ from another.

    `caller` is entered once connections are known and left after the last call. `width` says how many calls of a
    connection go to a remote at once, as the connection is at that moment; `remotes` names them all, for metrics.
    `committed` is told of every committed entry; it must not raise or wait. `pauses` names connections for which
    nothing new may be started. `alongside` runs from before the group is joined until the service ends, and is
    cancelled before partitions are given up; it sees the committed entries of the partitions owned, and what it
    raises ends the service.
    """

    layout: Layout
    machine: Machine[B]
    wire: Wire[B]
    caller: Callable[[Surroundings], AbstractAsyncContextManager[Caller[B]]]
    width: Callable[[Connection, str], int]
    remotes: tuple[str, ...] = ()
    policy: Policy = field(default_factory=Policy)
    committed: Callable[[Entry[B]], None] | None = None
    alongside: Callable[[Surroundings, Owners[B]], Coroutine[Any, Any, None]] | None = None
    pauses: Callable[[Connection], bool] = lambda _: False


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A service at work; `admin_port` is the port of /metrics, /livez and /readyz."""

    admin_port: int


@asynccontextmanager
async def running(
    service: LedgerService[B],
    settings: ServiceSettings,
    *,
    die: Callable[[str], NoReturn] = runtime.die,
) -> AsyncIterator[Running]:
    """The service at work until the context ends; then calls get their bounded time, and the group is left.

    It joins its group once connections and desired states are read to their ends. Whatever makes it unsafe to go
    on (fenced, an unknown commit) ends the process through `die`. Raises KeysRefused and OSError at the start.
    """
    if not __debug__:
        raise RuntimeError("never run with -O: the Kafka client reports a lost producer by AssertionError")
    layout, clock = service.layout, SystemClock()
    keys = KeyRing.from_settings(settings)
    async with AsyncExitStack() as stack:
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        directory = ConnectionDirectory(bootstrap=settings.kafka_bootstrap, keys=keys)
        states = DesiredStates(bootstrap=settings.kafka_bootstrap, connection_version=directory.version)
        admin = await stack.enter_async_context(
            AdminServer(host=settings.admin_host, port=settings.admin_port)
        )
        admin.ready_when("connections", directory.problem)
        admin.ready_when("desired states", states.problem)
        admin.ready_when("partitions", lambda: "not in the group yet")
        for following in (
            tasks.create_task(directory.run(), name="connections"),
            tasks.create_task(states.run(), name="desired states"),
        ):
            stack.callback(following.cancel)
        producer = await stack.enter_async_context(
            DurableProducer(
                bootstrap=settings.kafka_bootstrap, client_id=f"{layout.service}-{settings.instance}"
            )
        )
        watch = tasks.create_task(die_when_lost(producer, die=die), name="producer")
        stack.callback(watch.cancel)
        flows = ConnectionFlows(
            service=layout.service,
            directory=directory,
            states=states,
            writer=DesiredStateWriter(producer=producer, states=states),
            clock=clock,
            pauses=service.pauses,
        )
        await directory.loaded()
        await states.loaded()
        surroundings = Surroundings(directory=directory, flows=flows, clock=clock, producer=producer)
        caller = await stack.enter_async_context(service.caller(surroundings))
        watermarks = await stack.enter_async_context(Watermarks(bootstrap=settings.kafka_bootstrap))
        member = KafkaMember(
            bootstrap=settings.kafka_bootstrap,
            group=layout.service,
            client_id=f"{layout.service}-{settings.instance}",
            watermarks=watermarks,
            partitions=dict.fromkeys((*layout.inputs, *layout.written), settings.partitions),
            die=die,
        )
        worker = _worker(
            service,
            settings,
            member=member,
            caller=caller,
            directory=directory,
            flows=flows,
            watermarks=watermarks,
            die=die,
        )
        directory.on_change(lambda connection: worker.flows_changed(connection_changed=connection.id))
        states.on_change(lambda _connection, _flow: worker.flows_changed())
        admin.ready_when("partitions", lambda: None if member.joined and worker.ready else "still loading")

        def owned() -> frozenset[int]:
            return frozenset(owner.partition for owner in worker.owners)

        for picture in (
            LedgerPicture(lambda: worker.owners, clock=clock),
            FlowPicture(
                service=layout.service,
                remotes=service.remotes,
                shards=owned,
                directory=directory,
                states=states,
                flows=flows,
            ),
            ConnectionPicture(shards=owned, directory=directory),
        ):
            REGISTRY.register(picture)
            stack.callback(REGISTRY.unregister, picture)
        stop = asyncio.Event()
        working = tasks.create_task(worker.run(stop), name="ledger worker")
        alongside = service.alongside(surroundings, lambda: worker.owners) if service.alongside else None
        aside = [tasks.create_task(alongside, name="alongside the ledger")] if alongside else []
        try:
            yield Running(admin_port=admin.port)
        finally:
            stop.set()
            for task in aside:
                task.cancel()
            await asyncio.wait([working, *aside])


def _worker(
    service: LedgerService[B],
    settings: ServiceSettings,
    *,
    member: KafkaMember,
    caller: Caller[B],
    directory: ConnectionDirectory,
    flows: Flows,
    watermarks: Watermarks,
    die: Callable[[str], NoReturn],
) -> LedgerWorker[B]:
    layout, clock, signals = service.layout, SystemClock(), ServiceSignals()
    reader = KafkaReader(bootstrap=settings.kafka_bootstrap, watermarks=watermarks)
    random = SystemRandom()

    def width(connection_id: str, remote: str) -> int:
        connection = directory.get(connection_id)
        return service.width(connection, remote) if connection else 1

    def make_owner(partition: int) -> PartitionOwner[B]:
        return PartitionOwner(
            partition=partition,
            layout=layout,
            instance=settings.instance,
            machine=service.machine,
            caller=caller,
            flows=flows,
            wire=service.wire,
            log=KafkaLog(
                bootstrap=settings.kafka_bootstrap, transactional_id=f"{layout.service}-{partition}"
            ),
            reader=reader,
            clock=clock,
            fraction=random.random,
            signals=signals,
            policy=service.policy,
            width=width,
            committed=service.committed,
        )

    return LedgerWorker(
        member=member,
        inputs=layout.inputs,
        written=layout.written,
        make_owner=make_owner,
        clock=clock,
        signals=signals,
        policy=service.policy,
        die=die,
    )
