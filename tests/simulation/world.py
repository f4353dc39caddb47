"""One seed, one run: processes of a ledger service, a broker, remotes, and a plan of faults.

Everything follows from the seed. A subclass brings the service: its machine, its caller, its traffic, its checks.
"""

import asyncio
import contextlib
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NoReturn

from chassis import topics
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Machine
from chassis.ledger.owner import PartitionOwner
from chassis.ledger.policy import Policy
from chassis.ledger.ports import Caller, Clock, LogRecord
from chassis.ledger.records import Layout
from chassis.ledger.worker import LedgerWorker

from .awaits import is_frequent, reached, suspended_at, target
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

    # faults

    def plan(self) -> None:
        """What goes wrong, and when."""
        random = self.random
        weather = self.weather
        plan = (
            (weather.kill, self._kill_some, (1, 1, 2)),
            (weather.freeze, self._freeze_some, (1, 1, 2)),
            (weather.terminate, self._terminate_some, weather.terminations),
            (weather.broker, self._crash_broker, (1, 1, 2, 4)),
            (weather.outage, self._outage, weather.outages),
        )
        for chance, act, times in plan:
            if random.random() < chance:
                for _ in range(random.choice(times)):
                    self.planned(random.uniform(1.0, 70.0), act)
        if random.random() < weather.refuse:
            self.broker.refuse = lambda record: (
                self._is_entry(record) and random.random() < self.weather.refusals
            )
        if random.random() < weather.lose_answer:
            self.broker.lose_answer = lambda: random.random() < 0.02
        self.flows.lost = lambda: random.random() < weather.lose_stop
        if random.random() < weather.aim:
            self._aim(random)

    def _aim(self, random: random.Random) -> None:
        """Kill or freeze a process exactly while it is suspended at one of the ledger's awaits, up to four times."""
        aim = target(self.seed, within=self.weather.aim_at)
        shots = random.choice((1, 2, 4, 4))
        waits = (1, 1, 2, 4, 9, 18, 35) if is_frequent(aim) else (1, 1, 1, 2, 4)
        countdown = random.choice(waits)

        is_there = reached(aim)

        def hook(process: Process, callback: Any) -> None:
            nonlocal countdown, shots
            if not is_there(callback):
                return
            countdown -= 1
            if countdown > 0:
                return
            shots -= 1
            if not shots:
                self.loop.hook = None
            countdown = random.choice(waits)
            if random.random() < self.weather.aim_freezes:
                self._freeze(process, random.choice(self.weather.freezes))
            else:
                self._kill(process)

        self.loop.hook = hook

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

    def _kill_some(self) -> None:
        if alive := self.alive():
            self._kill(self.random.choice(alive))

    def _kill(self, process: Process) -> None:
        for coroutine in process.suspended():
            self.result.crashed.update(suspended_at(coroutine))
        self.result.faults["kill"] += 1
        self.kill(process, "killed")

    def _freeze_some(self) -> None:
        if alive := self.alive():
            self._freeze(self.random.choice(alive), self.random.choice(self.weather.freezes))

    def _freeze(self, process: Process, seconds: float) -> None:
        for coroutine in process.suspended():
            self.result.frozen.update(suspended_at(coroutine))
        self.result.faults["freeze"] += 1
        process.was_frozen = True
        process.frozen_until = self.loop.time() + seconds

    def _terminate_some(self) -> None:
        if alive := self.alive():
            process = self.random.choice(alive)
            self.result.faults["terminate"] += 1
            if process in self.stops:
                self.stops[process].set()
                self.members[process].nudge()

    def _outage(self) -> None:
        self.result.faults["remotes away"] += 1
        self.network.away_until = self.loop.time() + self.random.uniform(5.0, 60.0)

    def _crash_broker(self) -> None:
        self.result.faults["broker crash"] += 1
        self.broker.crash(self.random.uniform(0.5, 20.0))

    # the run

    def run(self) -> Result:
        """To quiet, or to the end of patience."""
        token = PROCESS.set(self.loop.world)
        try:
            asyncio.events._set_running_loop(self.loop)
            self.plan()
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

    def _is_entry(self, record: LogRecord) -> bool:
        entry: Any = record.value
        return record.topic == self.layout.ledger and not record.kind and entry.phase is not Phase.PARKED

    def entries(self) -> dict[str, Entry[Any]]:
        """The latest committed entry of each record by its key, read from the ledger as anyone would."""
        found: dict[str, Entry[Any]] = {}
        for partition in range(PARTITIONS):
            for record in written(self.broker.log(self.layout.ledger, partition)):
                if not record.kind:
                    entry: Any = record.value
                    found[entry.key] = entry
        return found
