"""Runs a service: signals become a stop request, stopping is bounded, harm is avoided by ending at once."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import NoReturn, TypeVar

import structlog

__all__ = ["Stop", "die", "run", "serve"]

T = TypeVar("T")

log = structlog.get_logger(__name__)

CANNOT_GO_ON = 70
"""Exit status (sysexits EX_SOFTWARE) of a process that ends because going on could do harm."""


class Stop:
    """The wish that the service ends in good order."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def requested(self) -> bool:
        """Whether someone asked."""
        return self._event.is_set()

    def request(self) -> None:
        """Asks; asking again changes nothing."""
        self._event.set()

    async def wait(self) -> None:
        """Returns when someone has asked."""
        await self._event.wait()


def die(reason: str, code: int = CANNOT_GO_ON) -> NoReturn:
    """Ends the process at once, without clean-up: what it holds must not be used (fenced, unknown commit)."""
    log.critical("process ends at once", reason=reason, code=code)
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run(
    main: Callable[[Stop], Awaitable[None]],
    *,
    grace: float = 20.0,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> None:
    """Runs ``main`` to its end, with SIGTERM and SIGINT as requests to stop.

    ``grace`` seconds after the request, or at a second signal, the process dies. An exception out of
    ``main`` is logged and ends the process with status 70.
    """
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(_supervise(main, grace=grace))


async def serve(service: AbstractAsyncContextManager[T], *, stop: Stop, at_work: Callable[[T], None]) -> None:
    """Enters ``service``, tells ``at_work`` of it, and leaves it at the stop.

    A stop that comes while it is still being entered (Kafka may keep it waiting) breaks that off: what was opened
    until then is closed, and this returns as after any other stop.
    """
    try:
        async with asyncio.timeout(None) as start:
            breaking_off = asyncio.create_task(_break_off(start, stop))
            try:
                async with service as running:
                    breaking_off.cancel()
                    # A break-off that is under way hits here; none can come later, in the middle of the leaving.
                    await asyncio.sleep(0)
                    at_work(running)
                    await stop.wait()
            finally:
                breaking_off.cancel()
    except TimeoutError:
        if not start.expired():
            raise
        log.info("stopped before it was at work")


async def _break_off(start: asyncio.Timeout, stop: Stop) -> None:
    await stop.wait()
    start.reschedule(asyncio.get_running_loop().time())


async def _supervise(main: Callable[[Stop], Awaitable[None]], *, grace: float) -> None:
    stop = Stop()
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        if stop.requested:
            die(f"second signal ({number.name}) while stopping", code=128 + number)
        log.info("stop requested", signal=number.name)
        stop.request()
        loop.call_later(grace, die, f"not stopped within {grace} s")

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)
    try:
        await main(stop)
    except Exception:
        log.exception("the service failed")
        raise SystemExit(CANNOT_GO_ON) from None
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
