"""How many calls run at once, per operator: what a site's lock and pool limits are about."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Load:
    """Calls in flight and their peak, by (node, operator), since the simulator started."""

    def __init__(self) -> None:
        self._in_flight: Counter[tuple[str, str]] = Counter()
        self._peak: dict[tuple[str, str], int] = {}

    @contextmanager
    def one_call(self, *, node: str, operator: str) -> Iterator[None]:
        """Count a call while the block runs."""
        key = (node, operator)
        self._in_flight[key] += 1
        self._peak[key] = max(self._peak.get(key, 0), self._in_flight[key])
        try:
            yield
        finally:
            self._in_flight[key] -= 1

    def of(self, node: str, operator: str) -> dict[str, int]:
        """Calls in flight and their peak for one operator."""
        key = (node, operator)
        return {"in_flight": self._in_flight[key], "peak_in_flight": self._peak.get(key, 0)}
