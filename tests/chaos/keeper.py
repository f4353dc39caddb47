"""What an orchestrator does: whatever ended is started again, and each end is remembered."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import aiohttp
from devstack import Stack

Env = Mapping[str, str]
LOOK_SECONDS = 0.1
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 6.0
SHORT_LIFE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One process that ended by itself or was killed; `status` is negative for the signal that ended it."""

    name: str
    at: datetime
    status: int
    lived_seconds: float


class Keeper:
    """Starts every kept process again half a second after it ended; later when it keeps ending, at most 6 s.

    `env` names the kept processes and holds the settings each is started with, beside those all have.
    """

    def __init__(self, stack: Stack, *, env: Mapping[str, Env]) -> None:
        self.endings: list[Ending] = []
        self.env = dict(env)
        self._stack = stack
        self._kept = names = tuple(env)
        self._held: set[str] = set()
        self._locks = {name: asyncio.Lock() for name in names}
        self._started_at = dict.fromkeys(names, 0.0)
        self._tasks: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None

    @property
    def kept(self) -> tuple[str, ...]:
        """The processes that should run at this moment."""
        return tuple(name for name in self._kept if name not in self._held)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2))
        for name in self._kept:
            self._watch(name)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def hold(self, *names: str) -> None:
        """Leave these as they are when they end."""
        self._held |= set(names)

    def release(self, *names: str) -> None:
        """Start these again when they have ended."""
        self._held -= set(names)

    async def restart(self, name: str) -> None:
        """Ask it to end if it runs, start it with its settings, wait until it is ready."""
        async with self._locks[name]:
            await self._start(name)
        await self._stack.wait_ready(name)

    async def admit(self, name: str, *, of: str, env: Env) -> None:
        """Start one more process, not kept, beside the one named `of`, and wait until it is ready."""
        if name in self._stack.processes.programs:
            await self._stack.restart(name, env=env)
        else:
            await self._stack.add_replica(name, of=of, env=env)

    async def dismiss(self, name: str) -> None:
        """Ask a process that is not kept to end; killed when it does not within its grace."""
        process = self._stack.processes[name]
        await process.stop(grace=self._stack.processes.programs[name].grace)

    async def ready(self, name: str) -> bool:
        """Whether it runs and says that it is ready."""
        url = self._stack.processes.programs[name].ready_url
        assert url is not None
        if not self._stack.processes[name].running:
            return False
        with suppress(aiohttp.ClientError, TimeoutError):
            return (await self._status(url)) == 200
        return False

    async def _status(self, url: str) -> int:
        assert self._session is not None, "a Keeper is used inside `async with`"
        async with self._session.get(url) as answer:
            return answer.status

    def _watch(self, name: str) -> None:
        self._tasks.append(asyncio.create_task(self._keep(name), name=f"keeping {name}"))

    async def _keep(self, name: str) -> None:
        pause, noted = FIRST_PAUSE, 0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not self._gone(name) or self._locks[name].locked():
                continue
            lived, pid = _now() - self._started_at[name], self._stack.processes[name].pid
            if noted != pid:
                noted = pid
                self._note(name, lived)
            pause = FIRST_PAUSE if lived > SHORT_LIFE_SECONDS else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause)
            async with self._locks[name]:
                if self._gone(name):
                    await self._start(name)

    def _gone(self, name: str) -> bool:
        return not self._stack.processes[name].running and name not in self._held

    async def _start(self, name: str) -> None:
        await self._stack.processes.restart(name, env=self.env[name])
        self._started_at[name] = _now()

    def _note(self, name: str, lived: float) -> None:
        status = self._stack.processes[name].exit_code
        ended = Ending(
            name=name, at=datetime.now(UTC), status=0 if status is None else status, lived_seconds=lived
        )
        self.endings.append(ended)


def _now() -> float:
    return asyncio.get_running_loop().time()
