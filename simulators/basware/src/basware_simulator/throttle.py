"""How many calls a tenant may make: a bucket that fills with real time."""

import time
from collections.abc import Callable


class Throttle:
    """Counts calls per tenant. The bucket holds one second's worth, and at least one call."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self.refused: dict[str, int] = {}

    def admit(self, tenant: str, *, per_second: float) -> bool:
        """Take one call out of the tenant's bucket; False, and counted, if it is empty."""
        now, most = self._clock(), max(per_second, 1.0)
        left, at = self._buckets.get(tenant, (most, now))
        left = min(left + (now - at) * per_second, most)
        admitted = left >= 1
        self._buckets[tenant] = (left - 1 if admitted else left, now)
        if not admitted:
            self.refused[tenant] = self.refused.get(tenant, 0) + 1
        return admitted
