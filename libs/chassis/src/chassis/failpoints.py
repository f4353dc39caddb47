"""Named points at which a test may kill or freeze the process, to prove that nothing is lost there.

``APSTREAM_KILL_AT="create sent:/path/once"`` kills the process with SIGKILL at the first time the point is
reached by any process that can create the file; ``APSTREAM_FREEZE_AT`` stops it with SIGSTOP, to go on as a
zombie after SIGCONT. ``create sent@3:/path/once`` means the third time in a process. Unset, a point costs one
comparison. Which durable steps a point lies between stands in docs/architecture.md.
"""

import os
import signal
from collections import Counter
from pathlib import Path

__all__ = ["POINTS", "reached"]

POINTS = (
    "notification durable",
    "sweep told",
    "partition fenced",
    "owner committed",
    "partition loaded",
    "transaction written",
    "transaction committed",
    "fetch due",
    "document fetched",
    "handed over",
    "document published",
    "acknowledge due",
    "acknowledged",
    "look due",
    "started committed",
    "last check passed",
    "create sent",
    "voucher created",
    "doubt committed",
    "outcome committed",
    "reported",
    "confirm due",
    "outcome heard",
    "confirmed",
    "payment due",
    "payment reported",
    "payment stored",
    "payment told",
    "poll due written",
    "poll audited",
    "poll result written",
    "shard fenced",
    "positions committed",
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
_times: Counter[str] = Counter()


def reached(point: str) -> None:
    """Does nothing, unless a test armed this point."""
    for armed, number in _armed:
        name, _, once = armed.partition(":")
        name, _, nth = name.partition("@")
        if name not in POINTS or point not in POINTS:
            raise ValueError(f"no such point: {name!r} or {point!r}; there are {', '.join(POINTS)}")
        if name != point:
            continue
        _times[armed] += 1
        if _times[armed] >= int(nth or 1) and _is_first(Path(once)):
            os.kill(os.getpid(), number)


def _is_first(once: Path) -> bool:
    try:
        once.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
