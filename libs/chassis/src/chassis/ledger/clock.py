"""The clocks of this machine."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Clock. The monotonic one counts the time a suspended machine sleeps."""

    def now(self) -> datetime:
        """The wall's time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since boot (CLOCK_BOOTTIME): a call prepared before a suspend is old after it."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)
