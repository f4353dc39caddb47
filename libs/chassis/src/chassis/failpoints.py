"""Named points at which a test may kill or freeze the process, to prove that nothing is lost there.

``APSTREAM_KILL_AT="create sent:/path/once"`` kills the process with SIGKILL at the first time the point is
reached by any process that can create the file; ``APSTREAM_FREEZE_AT`` stops it with SIGSTOP, to go on as a
zombie after SIGCONT. Unset, a point costs one comparison.
"""

import os
import signal
from pathlib import Path

__all__ = ["POINTS", "reached"]

POINTS = (
    "sweep told",
    "handed over",
    "document published",
    "acknowledged",
    "started committed",
    "create sent",
    "voucher created",
    "outcome committed",
    "reported",
    "payment due",
    "payment reported",
    "payment stored",
    "master records published",
    "poll read",
    "payments read",
    "pictures published",
    "import intended",
    "import sent",
    "import noted",
    "import answered",
    "import settled",
)

_SIGNALS = {"APSTREAM_KILL_AT": signal.SIGKILL, "APSTREAM_FREEZE_AT": signal.SIGSTOP}
_armed = [(os.environ[name], number) for name, number in _SIGNALS.items() if name in os.environ]


def reached(point: str) -> None:
    """Does nothing, unless a test armed this point."""
    for armed, number in _armed:
        name, _, once = armed.partition(":")
        if name not in POINTS or point not in POINTS:
            raise ValueError(f"no such point: {name!r} or {point!r}; there are {', '.join(POINTS)}")
        if name == point and _is_first(Path(once)):
            os.kill(os.getpid(), number)


def _is_first(once: Path) -> bool:
    try:
        once.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
