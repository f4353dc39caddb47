"""What goes wrong in a run, and when: by chance, or aimed at one await of the ledger."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from chassis.ledger.entry import Phase
from chassis.ledger.ports import LogRecord

from .awaits import is_frequent, reached, suspended_at, target
from .sim_loop import Process

if TYPE_CHECKING:
    from .world import World


class Faults:
    """The faults of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._weather = world.weather
        self._random = world.random

    def plan(self) -> None:
        """What goes wrong, and when."""
        random = self._random
        world, weather = self._world, self._weather
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
                    world.planned(random.uniform(1.0, 70.0), act)
        if random.random() < weather.refuse:
            world.broker.refuse = lambda record: self._is_entry(record) and random.random() < weather.refusals
        if random.random() < weather.lose_answer:
            world.broker.lose_answer = lambda: random.random() < 0.02
        world.flows.lost = lambda: random.random() < weather.lose_stop
        if random.random() < weather.aim:
            self._aim(random)

    def _aim(self, random: random.Random) -> None:
        """Kill or freeze a process exactly while it is suspended at one of the ledger's awaits, up to four times."""
        aim = target(self._world.seed, within=self._weather.aim_at)
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
                self._world.loop.hook = None
            countdown = random.choice(waits)
            if random.random() < self._weather.aim_freezes:
                self._freeze(process, random.choice(self._weather.freezes))
            else:
                self._kill(process)

        self._world.loop.hook = hook

    def _kill_some(self) -> None:
        if alive := self._world.alive():
            self._kill(self._random.choice(alive))

    def _kill(self, process: Process) -> None:
        for coroutine in process.suspended():
            self._world.result.crashed.update(suspended_at(coroutine))
        self._world.result.faults["kill"] += 1
        self._world.kill(process, "killed")

    def _freeze_some(self) -> None:
        if alive := self._world.alive():
            self._freeze(self._random.choice(alive), self._random.choice(self._weather.freezes))

    def _freeze(self, process: Process, seconds: float) -> None:
        for coroutine in process.suspended():
            self._world.result.frozen.update(suspended_at(coroutine))
        self._world.result.faults["freeze"] += 1
        process.was_frozen = True
        process.frozen_until = self._world.loop.time() + seconds

    def _terminate_some(self) -> None:
        if alive := self._world.alive():
            process = self._random.choice(alive)
            self._world.result.faults["terminate"] += 1
            if process in self._world.stops:
                self._world.stops[process].set()
                self._world.members[process].nudge()

    def _outage(self) -> None:
        self._world.result.faults["remotes away"] += 1
        self._world.network.away_until = self._world.loop.time() + self._random.uniform(5.0, 60.0)

    def _crash_broker(self) -> None:
        self._world.result.faults["broker crash"] += 1
        self._world.broker.crash(self._random.uniform(0.5, 20.0))

    def _is_entry(self, record: LogRecord) -> bool:
        entry: Any = record.value
        ledger = self._world.layout.ledger
        return record.topic == ledger and not record.kind and entry.phase is not Phase.PARKED
