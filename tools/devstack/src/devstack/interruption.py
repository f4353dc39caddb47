"""Ctrl-C, SIGTERM and a closed terminal all mean the same: stop cleanly, once."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run to the end and return the exit code; 130 when a signal ended it.

    The first signal cancels `main`, which may then take its time to clean up; more of them change nothing.
    """
    with asyncio.Runner() as runner:
        return runner.run(_cancelled_by_signal(main))


async def _cancelled_by_signal(main: Coroutine[Any, Any, int]) -> int:
    task = asyncio.ensure_future(main)
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            task.cancel()

    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, interrupt)
    try:
        return await task
    except asyncio.CancelledError:
        if interrupted:
            return 130
        raise
