"""What a comparison allows for: how this connection works, and how far two systems may lag behind each other."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

__all__ = ["Rules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """``began`` is when the first of the systems was asked: what moved since may look different in each.

    ``origin`` is the ORIGIN that apstream gives its vouchers, blank where it gives none. In ``shadow`` mode nothing is
    posted. ``rounding`` is the difference in a sum that the mapping allows. What changed less than ``grace`` ago had
    no time yet to reach the other side. Both days belong to the window.
    """

    connection_id: str
    first_day: date
    last_day: date
    began: datetime
    origin: str = ""
    shadow: bool = False
    rounding: Decimal = Decimal(0)
    grace: timedelta = timedelta(hours=1)

    def moved(self, at: datetime | None) -> bool:
        """Whether this happened while the systems were being read; a minute's difference of clocks is allowed for."""
        return at is not None and at >= self.began - timedelta(minutes=1)

    def fresh(self, at: datetime | None) -> bool:
        """Whether this happened so lately that the other side need not know yet."""
        return at is not None and at >= self.began - self.grace
