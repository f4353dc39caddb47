"""What LAST_UPDATE_DT says after a change: now, whatever a test wants, or what it said before."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime

from peoplesoft_simulator.clock import database_time
from peoplesoft_simulator.site import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A change. `last_update` is the time it writes, now unless given: a late row's lies in the past, two may be equal.

    Done `silently`, as by SQL, it leaves the times of change as they were.
    """

    __pydantic_config__ = STRICT

    last_update: AwareDatetime | None = None
    silently: bool = False

    def stamp(self, now: datetime) -> str | None:
        """The text to write, None to write none."""
        return None if self.silently else database_time(self.last_update or now)
