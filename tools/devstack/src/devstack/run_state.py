"""What a stack has started, written down at once, so that anyone can stop exactly that."""

import asyncio
import json
import os
import signal
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from devstack.errors import DevstackError, StackIsRunning
from devstack.process_identity import ProcessIdentity, processes_of_run

_FILE = "state.json"
_SERVICE_GRACE = 12.0
_KAFKA_GRACE = 20.0
# A starter that is asked to end stops its stack by itself first.
_STARTER_GRACE = _SERVICE_GRACE + _KAFKA_GRACE + 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedProcess:
    name: str
    identity: ProcessIdentity


class RunState:
    """The file <run directory>/state.json: the run's id, who is starting it, and every process it started."""

    def __init__(self, *, file: Path, run_id: str, starter: ProcessIdentity | None) -> None:
        self.run_id = run_id
        self.starter = starter
        self._file = file
        self._processes: list[RecordedProcess] = []

    @classmethod
    def create(cls, run_dir: Path, *, starter: ProcessIdentity | None) -> "RunState":
        """Claim a run directory; StackIsRunning if it is taken, by however dead a stack."""
        run_dir.mkdir(parents=True, exist_ok=True)
        state = cls(file=run_dir / _FILE, run_id=uuid.uuid4().hex, starter=starter)
        draft = state._write_draft()
        try:
            state._file.hardlink_to(draft)  # either the whole file appears, or somebody was first
        except FileExistsError:
            raise StackIsRunning(
                f"{run_dir} belongs to a stack that was not stopped; run `make down`"
            ) from None
        finally:
            draft.unlink()
        return state

    @classmethod
    def load(cls, run_dir: Path) -> "RunState | None":
        """The state of the stack of this run directory; None when there is none."""
        file = run_dir / _FILE
        try:
            content = json.loads(file.read_text())
        except FileNotFoundError:
            return None
        except ValueError as problem:
            raise DevstackError(
                f"{file} is not what devstack writes ({problem}); "
                f"end the processes that `pgrep -f {run_dir}` names and remove the file"
            ) from problem
        starter = content["starter"]
        state = cls(
            file=file,
            run_id=content["run"],
            starter=None if starter is None else ProcessIdentity(**starter),
        )
        state._processes = [
            RecordedProcess(name=entry["name"], identity=ProcessIdentity(**entry["identity"]))
            for entry in content["processes"]
        ]
        return state

    @property
    def processes(self) -> tuple[RecordedProcess, ...]:
        """The latest process of each name, in the order of their first start."""
        latest = {process.name: process for process in self._processes}
        return tuple(latest.values())

    def record(self, name: str, identity: ProcessIdentity) -> None:
        """Remember a process; on disk when this returns."""
        self._processes.append(RecordedProcess(name=name, identity=identity))
        self._write_draft().replace(self._file)

    def living(self) -> dict[str, psutil.Process]:
        """By name, what runs of what was recorded (number and creation time agree)."""
        found = {recorded.name: recorded.identity.find() for recorded in self._processes}
        return {name: process for name, process in found.items() if process is not None}

    async def stop(self) -> tuple[str, ...]:
        """End everything this run started and that still runs, Kafka last; then the file goes.

        Returns the names of what was stopped. Touches no process that is not of this run, whoever has got
        a recorded number in the meantime.
        """
        stopped: list[str] = []
        starter = self.starter.find() if self.starter else None
        if starter is not None and starter.pid != os.getpid():
            await _end([starter], grace=_STARTER_GRACE)
            stopped.append("the command that was starting it")
        living = self.living()
        await _end((process for name, process in living.items() if name != "kafka"), grace=_SERVICE_GRACE)
        await _end((process for name, process in living.items() if name == "kafka"), grace=_KAFKA_GRACE)
        stopped += living
        stray = list(processes_of_run(self.run_id))
        stopped += [f"process {process.pid}" for process in stray]
        await _end(stray, grace=0)
        self.forget()
        return tuple(stopped)

    def forget(self) -> None:
        """Give the run directory free."""
        self._file.unlink(missing_ok=True)

    def _write_draft(self) -> Path:
        content = {
            "run": self.run_id,
            "starter": None if self.starter is None else asdict(self.starter),
            "processes": [asdict(process) for process in self._processes],
        }
        draft = self._file.with_name(f"state.{self.run_id}.draft")
        draft.write_text(json.dumps(content, indent=2))
        return draft


async def _end(processes: Iterable[psutil.Process], *, grace: float) -> None:
    """Ask them to end, wait, kill. psutil refuses to signal a process whose number was given away."""
    pending = list(processes)
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        for process in pending:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
                process.send_signal(signal.SIGCONT)
        deadline = asyncio.get_running_loop().time() + patience
        while pending := [process for process in pending if _runs(process)]:
            if asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(0.03)
    if pending:
        numbers = ", ".join(str(process.pid) for process in pending)
        raise DevstackError(f"survived SIGKILL for 5 s: process {numbers}; see `ps {numbers}`")


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
