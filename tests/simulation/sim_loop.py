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
from collections.abc import Callable, Coroutine
from typing import Any

PROCESS: contextvars.ContextVar["Process"] = contextvars.ContextVar("process")


class ProcessExit(BaseException):
    """Raised in a process that ended itself, to leave the code that was running."""


class Stuck(Exception):
    """The run took more steps than any healthy run does."""


class Process:
    """A simulated operating system process. `wall_offset` is how many seconds its wall clock is wrong."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.frozen_until = 0.0
        self.was_frozen = False
        self.wall_offset = 0.0
        self.ended = ""
        self.ready: deque[Handle] = deque()
        self.tasks: list[asyncio.Task[Any]] = []
        self.context = contextvars.Context()
        self.context.run(PROCESS.set, self)

    def __repr__(self) -> str:
        return self.name

    def suspended(self) -> list[Any]:
        """The coroutines of its tasks that have not ended."""
        return [task.get_coro() for task in self.tasks if not task.done()]


class Handle:
    """A callback that was handed to the loop: all of asyncio's handle that asyncio itself uses."""

    __slots__ = ("args", "callback", "cancelled", "context", "process", "when")

    def __init__(self, process: Process, context: contextvars.Context, callback: Any, args: Any) -> None:
        self.process = process
        self.context = context
        self.callback = callback
        self.args = args
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


Stepped = Callable[[Process, Any], None]
"""Told of a process and of the callback that it just ran."""


async def _vanishing(inner: Coroutine[Any, Any, Any]) -> Any:
    """What runs when its process ends itself just ends: nobody is left to be told."""
    try:
        return await inner
    except ProcessExit:
        return None


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
_WAKE_SLEEPER: Any = asyncio.futures._set_result_unless_cancelled  # type: ignore[attr-defined]  # of asyncio.sleep


class SimLoop(asyncio.AbstractEventLoop):
    """The loop. `hook` is told of each step of a process; `random` decides all order and time."""

    def __init__(self, seed: int, *, max_steps: int = 400_000) -> None:
        self.random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.hook: Stepped | None = None
        self.world = Process("world")
        self.steps = 0
        self.failures: list[BaseException] = []
        self._max_steps = max_steps
        self._now = 0.0
        self._timers: list[tuple[float, int, Handle | asyncio.Future[None]]] = []
        self._sequence = 0
        self._active: dict[Process, None] = {}
        self._current = self.world
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
        process = self._current if context is None else context[PROCESS]
        task = asyncio.Task(_vanishing(coro), loop=self, name=name, context=process.context)
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # a dead process's tasks just vanish
        process.tasks.append(task)
        return task

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        process = self._current if context is None else context[PROCESS]
        handle = Handle(process, process.context, callback, args)
        if process.alive:
            process.ready.append(handle)
            self._active[process] = None
        return handle

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> Any:
        return self.call_at(self._now + max(delay, 0.0), callback, *args, context=context)

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> Any:
        process = self._current if context is None else context[PROCESS]
        handle = Handle(process, process.context, callback, args)
        self._sequence += 1
        heapq.heappush(self._timers, (when, self._sequence, handle))
        return handle

    def rest(self, delay: float) -> "asyncio.Future[None]":
        """Done after so many seconds; asyncio's sleep in fewer steps."""
        future: asyncio.Future[None] = asyncio.Future(loop=self)
        self.end_rest(future, delay)
        return future

    def end_rest(self, future: "asyncio.Future[None]", delay: float) -> None:
        """Done after so many seconds, unless it is before."""
        self._sequence += 1
        heapq.heappush(self._timers, (self._now + delay, self._sequence, future))

    def in_process(self, process: Process, callback: Any, *args: Any) -> None:
        """Run a callback as part of a process."""
        self.call_soon(callback, *args, context=process.context)

    def world_later(self, delay: float, callback: Any, *args: Any) -> None:
        """Run a callback in the world after so many seconds, whatever becomes of the process that asked for it."""
        self.call_later(delay, callback, *args, context=self.world.context)

    def spawn(self, process: Process, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Start a coroutine as a task of a process."""
        return self.create_task(coroutine, context=process.context)

    def end(self, process: Process) -> None:
        """The process takes no further step."""
        process.alive = False
        process.ready.clear()
        self._active.pop(process, None)

    def stop(self) -> None:
        """End the run after this step."""
        self._stopping = True

    def run(self, *, deadline: float) -> None:
        """Run until stopped or nothing is left, or virtual time passes the deadline. Raises Stuck."""
        asyncio.events._set_running_loop(self)
        active = self._active
        try:
            while not self._stopping:
                process = None
                if active:
                    process = self._next() if len(active) > 1 else next(iter(active))
                if process is None or process.frozen_until > self._now:
                    if not self._advance(deadline):
                        return
                    continue
                handle = process.ready.popleft()
                if not process.ready:
                    del active[process]
                if not handle.cancelled:
                    self._step(process, handle)
        finally:
            self._current = self.world
            asyncio.events._set_running_loop(None)

    def _next(self) -> Process | None:
        now = self._now
        runnable = [process for process in self._active if process.frozen_until <= now]
        if not runnable:
            return None
        return runnable[0] if len(runnable) == 1 else self.random.choice(runnable)

    def _step(self, process: Process, handle: Handle) -> None:
        self.steps += 1
        if self.steps > self._max_steps:
            raise Stuck(f"more than {self._max_steps} steps at {self._now:.1f} s")
        self._current = process
        try:
            handle.context.run(handle.callback, *handle.args)
        except ProcessExit:
            return
        except Exception as failure:  # noqa: BLE001 - shown as a violation of the run
            self.failures.append(failure)
        if self.hook is not None and process is not self.world and process.alive:
            self._current = self.world
            self.hook(process, handle.callback)

    def _advance(self, deadline: float) -> bool:
        """To the next timer, or to where somebody who has something to do is thawed."""
        timers = self._timers
        while timers and isinstance(timers[0][2], Handle) and timers[0][2].cancelled:
            heapq.heappop(timers)
        upcoming = timers[0][0] if timers else None
        for process in self._active:
            if upcoming is None or process.frozen_until < upcoming:
                upcoming = process.frozen_until
        if upcoming is None or upcoming > deadline:
            return False
        self._now = upcoming
        while timers and timers[0][0] <= upcoming:
            self._fire(heapq.heappop(timers)[2])
        return True

    def _fire(self, timer: "Handle | asyncio.Future[None]") -> None:
        if not isinstance(timer, Handle):
            if not timer.done():
                timer.set_result(None)
        elif timer.callback is _WAKE_SLEEPER:
            # What it does is to schedule the sleeper: a step of its own would tell nothing more.
            timer.callback(*timer.args)
        elif not timer.cancelled and timer.process.alive:
            timer.process.ready.append(timer)
            self._active[timer.process] = None
