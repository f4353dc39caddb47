"""Stops that entries carry, told until every service can know of them."""

import asyncio
from collections.abc import Callable

from chassis.ledger.entry import Stop
from chassis.ledger.policy import Policy
from chassis.ledger.ports import Flows, Signals, Unknown


class StopTelling:
    """Those of one owner, each told once. The next owner repeats them from the entries."""

    def __init__(
        self, *, flows: Flows, signals: Signals, policy: Policy, known: Callable[[str, Stop], None]
    ) -> None:
        """`known` is told of the connection and its stop when every service can know of it, unless closed."""
        self._flows = flows
        self._signals = signals
        self._policy = policy
        self._known = known
        self._told: set[tuple[str, Stop]] = set()
        self._closed = False

    def is_news(self, connection_id: str, stop: Stop) -> bool:
        """Whether it is asked for the first time: then it must be told."""
        news = (connection_id, stop) not in self._told
        self._told.add((connection_id, stop))
        return news

    async def tell_stop(self, connection_id: str, stop: Stop) -> None:
        """Until every service can know of it, or this is closed. An attempt under way is not interrupted."""
        while not self._closed:
            try:
                await self._flows.stop(connection_id, stop)
            except Unknown as unknown:
                self._signals.log("error", "stop not written", connection=connection_id, error=str(unknown))
                await asyncio.sleep(self._policy.circuit_cooldown)
            else:
                if not self._closed:
                    self._known(connection_id, stop)
                return

    def close(self) -> None:
        """Try no more."""
        self._closed = True
