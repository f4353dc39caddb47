"""Waiting until a process answers, with a bound and with a reason when it does not."""

import asyncio

import aiohttp

from devstack.errors import NotReady
from devstack.process import ManagedProcess

_POLL = 0.05
_ONE_ANSWER = aiohttp.ClientTimeout(total=5)


async def answers(process: ManagedProcess, url: str | None, *, within: float) -> None:
    """Return when the URL answers 200 (without a URL: at once, if the process runs).

    Raises NotReady, with what the process said last, when it ends first or so many seconds pass.
    """
    deadline = asyncio.get_running_loop().time() + within
    last = "no answer yet"
    async with aiohttp.ClientSession(timeout=_ONE_ANSWER) as session:
        while True:
            if not process.running:
                raise _not_ready(process, f"ended with code {process.exit_code} before it was ready")
            if url is None:
                return
            try:
                async with session.get(url) as response:
                    if response.status == 200:
                        return
                    last = f"{response.status} {(await response.text())[:500]}"
            except (aiohttp.ClientError, TimeoutError) as problem:
                last = repr(problem)
            if asyncio.get_running_loop().time() > deadline:
                raise _not_ready(process, f"is not ready after {within:g} s; {url} says: {last}")
            await asyncio.sleep(_POLL)


def _not_ready(process: ManagedProcess, what: str) -> NotReady:
    return NotReady(
        f"{process.name} {what}.\nThe end of its log, {process.log}:\n{process.tail()}\n"
        "Next: if that does not tell, read the whole log; it stays until the next start"
    )
