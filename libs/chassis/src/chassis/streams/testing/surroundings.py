"""The time and the flows a poll goes by, as a test has them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ap_domain.desired_state import FlowState

from chassis.ledger.entry import Stop

__all__ = ["MovedClock", "RunningFlows"]


@dataclass(slots=True)
class MovedClock:
    """Clock. It stands until it is moved: both clocks by `advance`, the wall's alone by setting ``at``."""

    at: datetime
    passed: float = 0.0

    def now(self) -> datetime:
        """As the port says."""
        return self.at

    def monotonic(self) -> float:
        """As the port says."""
        return self.passed

    def advance(
        self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0, days: float = 0.0
    ) -> None:
        """So much time passes."""
        time = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        self.at += time
        self.passed += time.total_seconds()


@dataclass(slots=True)
class RunningFlows:
    """Flows. All of them run; who stopped one is kept."""

    stops: list[Stop] = field(default_factory=list)

    def state(self, connection_id: str, flow: str) -> FlowState:
        """As the port says."""
        return FlowState.RUNNING

    async def stop(self, connection_id: str, stop: Stop) -> None:
        """As the port says."""
        self.stops.append(stop)
