"""Named points at which a test may kill the process, to prove that nothing is lost there.

``APSTREAM_KILL_AT="create sent:/path/once"`` kills the process with SIGKILL at the first time the point is
reached by any process that can create the file; unset, a point costs one comparison.
"""

import os
import signal
from pathlib import Path

__all__ = ["POINTS", "reached"]

POINTS = (
    "document published",
    "acknowledged",
    "started committed",
    "create sent",
    "voucher created",
    "outcome committed",
    "reported",
)

_armed = os.environ.get("APSTREAM_KILL_AT")


def reached(point: str) -> None:
    """Does nothing, unless a test armed this point."""
    if _armed is None:
        return
    name, _, once = _armed.partition(":")
    if name not in POINTS or point not in POINTS:
        raise ValueError(f"no such point: {name!r} or {point!r}; there are {', '.join(POINTS)}")
    if name != point:
        return
    try:
        Path(once).touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
