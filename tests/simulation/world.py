"""One seed, one run: processes of a ledger service, a broker, remotes, and a plan of faults.

Everything follows from the seed. A subclass brings the service: its machine, its caller, its traffic, its checks.
"""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NoReturn

from chassis import topics
from chassis.ledger.entry import Entry
from chassis.ledger.machine import Machine
from chassis.ledger.owner import PartitionOwner
from chassis.ledger.policy import Policy
from chassis.ledger.ports import Caller, Clock
from chassis.ledger.records import Layout
from chassis.ledger.worker import LedgerWorker

from .faults import Faults
from .ledger_checks import PARTITIONS, broken_promises, dangling, undecided
from .sim_broker import Broker, written
from .sim_flows import SimFlows
from .sim_log import SimLog, SimReader
from .sim_loop import PROCESS, Process, ProcessExit, SimLoop, Stuck
from .sim_member import SimMember
from .sim_ports import SimClock, SimSignals, SimWire
from .sim_remotes import LATEST, Network
from .weather import FAIR, Result, Weather

NOT_COMPACTED = (topics.NOTIFICATIONS.name, topics.COMMANDS.name)
"""Inputs that are kept by time."""
CALM = 12.0
"""Virtual seconds in which nothing is planned, frozen, under way or unfinished, after which a run counts as quiet."""
PATIENCE = 4000.0
"""Virtual seconds after which a run that is not quiet has lost something."""
WRONG_CLOCKS = 30_000.0
"""Virtual seconds more where wall clocks disagree by hours: a host that is behind waits for what another wrote."""


class World(ABC):
    """The run of one seed."""

    layout: Layout

    def __init__(self, seed: int, weather: Weather = FAIR) -> None:
        self.seed = seed
        self.weather = weather
        self.loop = SimLoop(seed)
        self.random = self.loop.random
        self.result = Result(seed)
        self.policy = Policy(
            circuit_failures=3, circuit_cooldown=2.0, circuit_longest=20.0, stability_check=8.0
        )
        self.broker = Broker(self.loop, partitions=PARTITIONS)
        self.broker.marker_delays = weather.markers
        self.network = Network(self.loop, trouble=self.random.choice(weather.trouble), latest=weather.latest)
        self.promised = weather.latest <= LATEST
        self.skewed = self.random.random() < weather.clocks
        self.flows = SimFlows(self.loop.time)
        self.signals = SimSignals()
        self.processes: list[Process] = []
        self.stops: dict[Process, asyncio.Event] = {}
        self.members: dict[Process, SimMember] = {}
        self.workers: dict[Process, LedgerWorker[Any]] = {}
        self.places = 1 if seed % 3 == 0 else 2
        self.born = 0
        self.pending = 0
        self.quiet_since: float | None = None
        self.done = False

    @abstractmethod
    def machine(self) -> Machine[Any]:
        """The rules under test."""

    @abstractmethod
    def caller(self, clock: Clock) -> Caller[Any]:
        """The calls of one process, by its clock."""

    @abstractmethod
    def traffic(self) -> None:
        """Plan what arrives."""

    @abstractmethod
    def unfinished(self) -> list[str]:
        """What has not come to an end; a look that finds nothing may plan more."""

    @abstractmethod
    def check(self) -> list[str]:
        """The service's own promises that were broken."""

    # processes

    def start_process(self) -> None:
        """A process of the service starts, as a supervisor would start it."""
        self.born += 1
        process = Process(f"p{self.born:02d}")
        process.wall_offset = self.wrong_clock()
        self.processes.append(process)
        self.loop.spawn(process, self._main(process))

    async def _main(self, process: Process) -> None:
        stop = self.stops[process] = asyncio.Event()
        clock = SimClock(self.loop, process)
        caller = self.caller(clock)
        member = self.members[process] = SimMember(self.broker, process)

        def die(reason: str) -> NoReturn:
            self.kill(process, reason)
            raise ProcessExit

        def make_owner(partition: int) -> PartitionOwner[Any]:
            return PartitionOwner(
                partition=partition,
                layout=self.layout,
                instance=process.name,
                machine=self.machine(),
                caller=caller,
                flows=self.flows,
                wire=SimWire(),
                log=SimLog(self.broker, f"{self.layout.service}-{partition}", clock),
                reader=SimReader(self.broker),
                clock=clock,
                fraction=self.random.random,
                signals=self.signals,
                policy=self.policy,
                width=lambda connection, remote: self.places,
            )

        worker = LedgerWorker(
            member=member,
            inputs=self.layout.inputs,
            written=self.layout.written,
            make_owner=make_owner,
            clock=clock,
            signals=self.signals,
            policy=self.policy,
            die=die,
        )
        self.workers[process] = worker
        await worker.run(stop)
        self.kill(process, "stopped")

    def wrong_clock(self) -> float:
        """By how many seconds a host's wall clock is wrong."""
        return self.random.choice((0.0, 0.0, -7200.0, -60.0, 60.0, 7200.0)) if self.skewed else 0.0

    def kill(self, process: Process, reason: str) -> None:
        """The process takes no further step; another starts in its place after a while."""
        if not process.alive:
            return
        self.loop.end(process)
        process.ended = reason
        if self.random.random() < self.weather.compact:
            self.compact()
        self.result.faults[f"ended: {reason.split(':', maxsplit=1)[0][:40]}"] += 1
        self.loop.world_later(self.random.choice((0.3, 2.0, 15.0)), self.start_process)

    def planned(self, when: float, act: Callable[[], None]) -> None:
        """Something that happens later; until then the run is not quiet."""
        self.pending += 1

        def happen() -> None:
            self.pending -= 1
            act()

        self.loop.world_later(when, happen)

    def compact(self) -> None:
        """The broker's cleaner comes by, most welcome while a consumer is down."""
        for topic in (self.layout.ledger, *self.layout.facts, *self.layout.inputs):
            if topic not in NOT_COMPACTED:
                for partition in range(PARTITIONS):
                    active = self.random.choice((0, 0, 5, 20))
                    self.result.faults["compacted away"] += self.broker.compact(
                        topic, partition, active=active
                    )

    def alive(self) -> list[Process]:
        """The processes that run or are frozen."""
        return [process for process in self.processes if process.alive]

    # the run

    def run(self) -> Result:
        """To quiet, or to the end of patience."""
        token = PROCESS.set(self.loop.world)
        try:
            asyncio.events._set_running_loop(self.loop)
            Faults(self).plan()
            for _ in range(2):
                self.start_process()
            self.traffic()
            self.loop.world_later(1.0, self.broker.group.watch)
            self.loop.world_later(5.0, self._look_for_quiet)
            asyncio.events._set_running_loop(None)
            try:
                self.loop.run(deadline=PATIENCE + (WRONG_CLOCKS if self.skewed else 0.0))
            except Stuck as stuck:
                self.result.violations.append(str(stuck))
            self.result.violations.extend([*broken_promises(self), *self.check()])
        finally:
            self._clean_up()
            PROCESS.reset(token)
        self.result.steps = self.loop.steps
        self.result.seconds = self.loop.time()
        return self.result

    def _look_for_quiet(self) -> None:
        thawed = all(process.frozen_until <= self.loop.time() for process in self.alive())
        resting = self.pending == 0 and thawed and self.network.under_way == 0
        quiet = resting and not self.unfinished() and not dangling(self) and not undecided(self)
        quiet = quiet and self.pending == 0
        if not quiet:
            self.quiet_since = None
        elif self.quiet_since is None:
            self.quiet_since = self.loop.time()
        elif self.loop.time() - self.quiet_since > CALM:
            self.done = True
            self.loop.stop()
        self.loop.world_later(5.0, self._look_for_quiet)

    def _clean_up(self) -> None:
        for process in [*self.processes, self.loop.world]:
            process.alive = False
            for coroutine in process.suspended():
                with contextlib.suppress(BaseException):
                    coroutine.close()
            process.tasks.clear()

    def entries(self) -> dict[str, Entry[Any]]:
        """The latest committed entry of each record by its key, read from the ledger as anyone would."""
        found: dict[str, Entry[Any]] = {}
        for partition in range(PARTITIONS):
            for record in written(self.broker.log(self.layout.ledger, partition)):
                if not record.kind:
                    entry: Any = record.value
                    found[entry.key] = entry
        return found
