"""One process of a stack: in a session of its own, its output in a file, stopped with all it started."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from devstack.errors import DevstackError
from devstack.process_identity import ProcessIdentity

_POLL = 0.02
_TAIL_BYTES = 64 * 1024


class ManagedProcess:
    """A child process that can be started again under the same name, with the same log file.

    With `dies_with_parent` the kernel kills the process when the thread that started it ends, so that an
    interrupted or killed test run leaves nothing behind (util-linux's `setpriv`; without it, no such tie).
    """

    def __init__(
        self,
        *,
        name: str,
        argv: Sequence[str],
        env: Mapping[str, str],
        log: Path,
        cwd: Path,
        dies_with_parent: bool,
        on_start: Callable[[str, ProcessIdentity], None],
    ) -> None:
        self.name = name
        self.argv = tuple(argv)
        self.env = dict(env)
        self.log = log
        self._cwd = cwd
        self._dies_with_parent = dies_with_parent
        self._on_start = on_start
        self._child: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int:
        """The number of the process, which is also that of its process group."""
        if self._child is None:
            raise DevstackError(f"{self.name} was never started; call start() first")
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs or before it started; negative: the signal that ended it."""
        return None if self._child is None else self._child.poll()

    def start(self) -> None:
        """Start it; `on_start` hears of it before this returns, so that a record of it exists."""
        if self.running:
            raise DevstackError(f"{self.name} runs already as process {self.pid}; stop it first")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        argv = [*self._tie(), *self.argv]
        with self.log.open("ab") as output:
            self._log_start = output.tell()
            self._child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._cwd,
                env=self.env,
                start_new_session=True,
            )
        identity = ProcessIdentity.of(self._child.pid)
        if identity is not None:
            self._on_start(self.name, identity)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and its group; nothing happens once the process ended.

        A process that ended and was waited for has lost its number: signalling it could hit a stranger.
        """
        if self.running:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    async def ended(self, *, within: float) -> bool:
        """Wait until the process ended; False when it still runs after so many seconds."""
        deadline = asyncio.get_running_loop().time() + within
        while self.running:
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(_POLL)
        return True

    async def stop(self, *, grace: float) -> None:
        """Ask it to end, wait so many seconds, then kill it with its group. Idempotent."""
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)  # a stopped process would never see the request
        if not await self.ended(within=grace):
            self.signal(signal.SIGKILL)
        if not await self.ended(within=5):
            raise DevstackError(
                f"{self.name} (process {self.pid}) survived SIGKILL for 5 s; see `ps {self.pid}`"
            )

    def output(self) -> str:
        """What it wrote since its last start (at most the last 64 KiB)."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as written:
            end = written.seek(0, os.SEEK_END)
            written.seek(max(self._log_start, end - _TAIL_BYTES))
            return written.read().decode(errors="replace")

    def tail(self, lines: int = 30) -> str:
        return "\n".join(self.output().splitlines()[-lines:])

    def _tie(self) -> list[str]:
        setpriv = shutil.which("setpriv") if self._dies_with_parent else None
        return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
