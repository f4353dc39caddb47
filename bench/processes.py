"""What the processes of a stack use: memory at its highest, processor time while invoices come in."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil
from devstack import Stack
from devstack.stack import KAFKA

SAMPLE_SECONDS = 0.5
BENCH = "bench"
"""This process, which sends the invoices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Peak resident memory in MiB (shared pages included), and processor time in percent of one core."""

    rss_mib: float
    cpu_percent: float


class ProcessWatch:
    """Watches every process of a stack while its block runs; `usage` is complete after it."""

    def __init__(self, stack: Stack, *, every: float = SAMPLE_SECONDS) -> None:
        """Memory is looked at every so many seconds."""
        self._every = every
        numbers = {name: stack.processes[name].pid for name in stack.processes.programs}
        numbers |= {KAFKA: stack.kafka.process.pid, BENCH: os.getpid()}
        self._watched = {name: psutil.Process(number) for name, number in numbers.items()}
        self._peak = dict.fromkeys(numbers, 0)
        self._burnt: dict[str, float] = {}
        self._machine = 0.0

    def begin(self) -> None:
        """Processor time counts from here on."""
        self._burnt = {name: _burnt(process) for name, process in self._watched.items()}
        self._begun = asyncio.get_running_loop().time()
        psutil.cpu_percent()

    def end(self) -> None:
        """Processor time counts up to here."""
        self._seconds = asyncio.get_running_loop().time() - self._begun
        self._burnt = {name: _burnt(process) - self._burnt[name] for name, process in self._watched.items()}
        self._machine = psutil.cpu_percent()

    async def sample(self) -> None:
        """Look at memory again and again until cancelled."""
        while True:
            for name, process in self._watched.items():
                with suppress(psutil.NoSuchProcess):  # the check of the books will say what its end did
                    self._peak[name] = max(self._peak[name], process.memory_info().rss)
            await asyncio.sleep(self._every)

    def usage(self) -> Mapping[str, Usage]:
        """By name of the process."""
        return {
            name: Usage(rss_mib=self._peak[name] / 2**20, cpu_percent=100 * self._burnt[name] / self._seconds)
            for name in self._watched
        }

    @property
    def machine_percent(self) -> float:
        """How busy all cores together were, with everything that ran on the machine: 100 is full."""
        return self._machine


def _burnt(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
