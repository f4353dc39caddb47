"""Which process is meant, even after its number was given to another one."""

from collections.abc import Iterator
from dataclasses import dataclass

import psutil

RUN_MARK = "APSTREAM_DEVSTACK_RUN"
"""Environment variable every process of a stack carries (its children inherit it); value: the run's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    """A process number and when that process was created (seconds since the epoch, as psutil gives it)."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> "ProcessIdentity | None":
        """The identity of a process that runs; None when there is none (a zombie is none)."""
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return cls(pid=pid, created=process.create_time())
        except psutil.NoSuchProcess:
            return None

    def find(self) -> psutil.Process | None:
        """The process itself while it runs; None once it ended, whoever has its number."""
        current = ProcessIdentity.of(self.pid)
        if current is None or abs(current.created - self.created) > 0.011:  # psutil counts in clock ticks
            return None
        return psutil.Process(self.pid)


def processes_of_run(run_id: str) -> Iterator[psutil.Process]:
    """Every process that carries the mark of this run: what was recorded, and children it left behind."""
    for process in psutil.process_iter():
        try:
            if process.environ().get(RUN_MARK) == run_id:
                yield process
        except psutil.Error:
            continue  # ended, a zombie, or another user's: not ours to stop
