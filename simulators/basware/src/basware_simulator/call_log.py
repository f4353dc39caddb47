"""The log of writes to documents: who called for what, when the call came in and when it ended, and what came of it.

It lies in a file of its own that survives the death of the process but is not synchronised to disk: a log must not
slow the books down. A call that never ended has no `ended`.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from .clock import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedWrite:
    """A write as it came in and ended; instants are of the simulator's clock, to the microsecond.

    `caller` is the id of the access token it came with, and so tells one process from another; `status` is None where
    the caller got no answer. `effect`: it changed the document. `hung_up`: the caller was gone before the call ended.
    """

    number: int
    tenant: str
    invoice_id: str
    operation: str
    caller: str
    arrived: datetime
    ended: datetime | None = None
    status: int | None = None
    effect: bool = False
    hung_up: bool = False

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {
            **asdict(self),
            "arrived": self.arrived.isoformat(),
            "ended": None if self.ended is None else self.ended.isoformat(),
        }


class CallLog:
    """Writes in the order they came in, across restarts."""

    def __init__(self, file: Path) -> None:
        """Take back what an earlier process logged; of a torn last line nothing."""
        self._file = file
        self._calls: dict[int, LoggedWrite] = {}
        held = file.read_bytes() if file.exists() else b""
        if held and not held.endswith(b"\n"):
            with file.open("ab") as torn:
                torn.write(b"\n")
        for line in held.splitlines():
            try:
                call = _read(json.loads(line))
            except ValueError:
                continue
            self._calls[call.number] = call

    def came_in(
        self, *, tenant: str, invoice_id: str, operation: str, caller: str, at: datetime
    ) -> LoggedWrite:
        """Log a call before anything is done about it."""
        return self._put(
            LoggedWrite(
                number=len(self._calls) + 1,
                tenant=tenant,
                invoice_id=invoice_id,
                operation=operation,
                caller=caller,
                arrived=at,
            )
        )

    def ended(
        self, call: LoggedWrite, *, at: datetime, status: int | None, effect: bool, hung_up: bool
    ) -> None:
        """Log what became of it."""
        self._put(replace(call, ended=at, status=status, effect=effect, hung_up=hung_up))

    def calls(self, *, tenant: str | None, after: int, limit: int) -> list[LoggedWrite]:
        """Those numbered above `after`, oldest first, so many at most."""
        found = (
            each for each in self._calls.values() if each.number > after and tenant in (None, each.tenant)
        )
        return sorted(found, key=lambda each: each.number)[:limit]

    def _put(self, call: LoggedWrite) -> LoggedWrite:
        self._calls[call.number] = call
        with self._file.open("a") as file:
            file.write(json.dumps(call.shown()) + "\n")
        return call


def _read(shown: dict[str, Any]) -> LoggedWrite:
    ended = shown["ended"]
    instants = {"arrived": moment(shown["arrived"]), "ended": None if ended is None else moment(ended)}
    return LoggedWrite(**{**shown, **instants})
