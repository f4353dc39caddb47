"""Running a command to its end, with a bound, so that nothing of it outlives the caller."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

from devstack.errors import Refused
from devstack.jvm import REPOSITORY

_WITHIN = 180.0


async def run_command(
    argv: Sequence[str], *, env: Mapping[str, str], within: float = _WITHIN, succeeds: Collection[int] = (0,)
) -> str:
    """What it wrote (both streams); Refused, with that, if its exit code is none of these or time is up."""
    child = await asyncio.create_subprocess_exec(
        *argv,
        env=dict(env),
        cwd=REPOSITORY,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(child.communicate(), timeout=within)
    except TimeoutError:
        raise Refused(f"`{' '.join(argv)}` did not end within {within:g} s") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    said = output.decode(errors="replace")
    if child.returncode not in succeeds:
        raise Refused(f"`{' '.join(argv)}` ended with code {child.returncode} and said:\n{said}")
    return said
