"""The processes of one stack: started, watched, signalled and ended by name."""

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path

from devstack.errors import DevstackError
from devstack.jvm import REPOSITORY
from devstack.process import ManagedProcess
from devstack.process_identity import RUN_MARK
from devstack.program import Program
from devstack.readiness import answers
from devstack.run_state import RunState

READY_WITHIN = 120.0
_WATCH = 0.25


class Supervisor:
    """Starts programs with one environment, records each start in the run's state, logs to <run dir>/logs.

    `overrides` are environment variables per program name; they win over the program's own.
    """

    def __init__(
        self,
        *,
        run_dir: Path,
        state: RunState,
        env: Mapping[str, str],
        overrides: Mapping[str, Mapping[str, str]],
        dies_with_parent: bool,
    ) -> None:
        self.state = state
        self.env = {**env, RUN_MARK: state.run_id}
        self.dies_with_parent = dies_with_parent
        self.programs: dict[str, Program] = {}
        self._processes: dict[str, ManagedProcess] = {}
        self._logs = run_dir / "logs"
        self._overrides = {name: dict(values) for name, values in overrides.items()}

    def log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def start(self, program: Program) -> None:
        """Start a program under its name, which must be free."""
        if program.name in self._processes:
            raise DevstackError(
                f"there is a process {program.name} already; restart it or choose another name"
            )
        self.programs[program.name] = program
        process = ManagedProcess(
            name=program.name,
            argv=program.argv,
            env=self._environment(program),
            log=self.log(program.name),
            cwd=REPOSITORY,
            dies_with_parent=self.dies_with_parent,
            on_start=self.state.record,
        )
        self._processes[program.name] = process
        process.start()

    async def wait_ready(self, name: str, *, within: float = READY_WITHIN) -> None:
        """Return when its ready URL answers 200; NotReady with the tail of its log otherwise."""
        await answers(self[name], self.programs[name].ready_url, within=within)

    async def restart(self, name: str, *, env: Mapping[str, str] | None = None) -> None:
        """Stop it if it runs and start it again; `env`, if given, replaces the overrides it had."""
        process = self[name]
        await process.stop(grace=self.programs[name].grace)
        if env is not None:
            self._overrides[name] = dict(env)
        process.env = self._environment(self.programs[name])
        process.start()

    async def first_ended(self) -> ManagedProcess:
        """Wait, without a bound, until one of them has ended; the first that is found so."""
        while True:
            for process in self._processes.values():
                if not process.running:
                    return process
            await asyncio.sleep(_WATCH)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to the process group; see `ManagedProcess.ended` to wait for the effect."""
        self[name].signal(number)

    async def stop(self) -> None:
        """End all of them at once. All are tried even if one cannot be ended; then that is raised."""
        endings = [process.stop(grace=self.programs[name].grace) for name, process in self._processes.items()]
        problems = [
            result for result in await asyncio.gather(*endings, return_exceptions=True) if result is not None
        ]
        if problems:
            raise problems[0]

    def __getitem__(self, name: str) -> ManagedProcess:
        if name not in self._processes:
            raise DevstackError(f"no process {name} in this stack; there are: {', '.join(self._processes)}")
        return self._processes[name]

    def _environment(self, program: Program) -> dict[str, str]:
        return {**self.env, **program.env, **self._overrides.get(program.name, {})}
