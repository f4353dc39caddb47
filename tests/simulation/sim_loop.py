"""A seeded event loop with virtual time and processes that can be killed and frozen at any await.

Everything that runs in a process carries it in its context. A killed process never takes another step; a frozen
one takes none until it is thawed, while time goes on for the others. Within a process callbacks keep their order,
between processes the seed decides.
"""

import asyncio
import contextvars
import heapq
import random
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any

PROCESS: contextvars.ContextVar["Process"] = contextvars.ContextVar("process")


class ProcessExit(BaseException):
    """Raised in a process that ended itself, to leave the code that was running."""


class Stuck(Exception):
    """The run took more steps than any healthy run does."""


class Process:
    """A simulated operating system process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.frozen_until = 0.0
        self.ended = ""
        self.ready: deque[asyncio.Handle] = deque()
        self.suspended: dict[int, Coroutine[Any, Any, Any]] = {}

    def __repr__(self) -> str:
        return self.name


Suspended = Callable[[Process, Coroutine[Any, Any, Any]], None]


class Traced(Coroutine[Any, Any, Any]):
    """A coroutine that reports where it suspends and vanishes when its process is dead."""

    def __init__(self, inner: Coroutine[Any, Any, Any], process: Process, hook: Suspended | None) -> None:
        self._inner = inner
        self._process = process
        self._hook = hook

    def send(self, value: Any) -> Any:
        return self._step(self._inner.send, value)

    def throw(self, *error: Any) -> Any:
        return self._step(self._inner.throw, *error)

    def close(self) -> None:
        self._inner.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        raise TypeError("a traced coroutine is run by a task")

    def _step(self, step: Callable[..., Any], *args: Any) -> Any:
        process = self._process
        try:
            yielded = step(*args)
        except ProcessExit:
            process.suspended.pop(id(self), None)
            raise StopIteration(None) from None
        except BaseException:
            process.suspended.pop(id(self), None)
            raise
        process.suspended[id(self)] = self._inner
        if self._hook is not None and process.alive:
            self._hook(process, self._inner)
        return yielded


def where(coroutine: Any) -> list[tuple[str, int]]:
    """The files and lines a suspended coroutine waits at, outermost first."""
    places: list[tuple[str, int]] = []
    inner = coroutine
    while inner is not None:
        frame = next((found for name in _FRAMES if (found := getattr(inner, name, None)) is not None), None)
        if frame is None:
            break
        places.append((frame.f_code.co_filename, frame.f_lineno))
        inner = next((found for name in _AWAITED if (found := getattr(inner, name, None)) is not None), None)
    return places


_FRAMES = ("cr_frame", "gi_frame", "ag_frame")
_AWAITED = ("cr_await", "gi_yieldfrom", "ag_await")


class SimLoop(asyncio.AbstractEventLoop):
    """The loop. `hook` is told of each suspension; `random` decides all order and time."""

    def __init__(self, seed: int, *, max_steps: int = 400_000) -> None:
        self.random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.hook: Suspended | None = None
        self.world = Process("world")
        self.steps = 0
        self._max_steps = max_steps
        self._now = 0.0
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._sequence = 0
        self._active: dict[Process, None] = {}
        self.failures: list[BaseException] = []
        self._stopping = False

    def time(self) -> float:
        return self._now

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        failure = context.get("exception")
        self.failures.append(failure if failure is not None else RuntimeError(context.get("message", "")))

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> Any:
        context = context if context is not None else contextvars.copy_context()
        process = context.get(PROCESS, self.world)
        traced = Traced(coro, process, self.hook)
        process.suspended[id(traced)] = coro
        task = asyncio.Task(traced, loop=self, name=name, context=context)
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # a dead process's tasks just vanish
        return task

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._put(handle)
        return handle

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        return self.call_at(self._now + max(delay, 0.0), callback, *args, context=context)

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._sequence += 1
        heapq.heappush(self._timers, (when, self._sequence, handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are dropped when they come up."""

    def in_process(self, process: Process, callback: Any, *args: Any) -> None:
        """Run a callback as part of a process."""
        context = contextvars.copy_context()
        context.run(PROCESS.set, process)
        self.call_soon(callback, *args, context=context)

    def world_later(self, delay: float, callback: Any, *args: Any) -> None:
        """Run a callback in the world after so many seconds, whatever becomes of the process that asked for it."""
        context = contextvars.Context()
        context.run(PROCESS.set, self.world)
        self.call_later(delay, callback, *args, context=context)

    def spawn(self, process: Process, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Start a coroutine as a task of a process."""
        context = contextvars.copy_context()
        context.run(PROCESS.set, process)
        return self.create_task(coroutine, context=context)

    def end(self, process: Process) -> None:
        """The process takes no further step."""
        process.alive = False
        process.ready.clear()
        self._active.pop(process, None)

    def run_until(self, done: Callable[[], bool], *, deadline: float) -> None:
        """Run until `done` or nothing is left, or virtual time passes the deadline."""
        asyncio.events._set_running_loop(self)
        try:
            while not done():
                if not self._step(deadline):
                    return
        finally:
            asyncio.events._set_running_loop(None)

    def _step(self, deadline: float) -> bool:
        self.steps += 1
        if self.steps > self._max_steps:
            raise Stuck(f"more than {self._max_steps} steps at {self._now:.1f} s")
        now = self._now
        runnable = [process for process in self._active if process.frozen_until <= now]
        if not runnable:
            return self._advance(deadline)
        process = runnable[0] if len(runnable) == 1 else self.random.choice(runnable)
        handle = process.ready.popleft()
        if not process.ready:
            del self._active[process]
        if process.alive and not handle._cancelled:
            handle._run()
        return True

    def _advance(self, deadline: float) -> bool:
        thaw = min((process.frozen_until for process in self._active), default=None)
        while self._timers and self._timers[0][2]._cancelled:
            heapq.heappop(self._timers)
        if not self._timers and thaw is None:
            return False
        upcoming = self._timers[0][0] if self._timers else float("inf")
        self._now = min(upcoming, thaw if thaw is not None else float("inf"))
        if self._now > deadline:
            return False
        while self._timers and self._timers[0][0] <= self._now:
            handle = heapq.heappop(self._timers)[2]
            if not handle._cancelled:
                self._put(handle)
        return True

    def _put(self, handle: asyncio.Handle) -> None:
        context: Any = handle._context
        process: Process = context.get(PROCESS, self.world)
        if process.alive:
            process.ready.append(handle)
            self._active[process] = None
