"""Faust's recovery after a rebalance, with tables of our own and without its way of hanging in silence.

Faust's `Recovery` takes a time-out for a stop (mode's `wait_first` reports both alike), ends its task, and leaves a
process that lives and does nothing. Its tables are recovered by reading up to the last stable offset at best, and are
written by a producer that nobody fences. Here a time-out is an error, an error ends the process, and recovery is
`OwnShards.assigned`.
"""

from typing import Any, cast

from faust.tables.manager import TableManager
from faust.tables.recovery import RebalanceAgain, Recovery, ServiceStopped
from mode.utils.times import Seconds

from chassis.streams.app_shards import OwnShards

__all__ = ["RecoveryTimedOut", "ShardRecovery", "ShardTables"]


class RecoveryTimedOut(Exception):
    """A step of the recovery had no answer within its bound."""


class ShardRecovery(Recovery):
    """Recovers the shards, then lets Faust resume its streams from the committed positions."""

    shards: OwnShards

    async def on_rebalance(
        self, assigned: Any, revoked: Any, newly_assigned: Any, generation_id: int = 0
    ) -> None:
        """Starts the recovery of this generation. Called inside the rebalance: heartbeats wait, so nothing is done."""
        self._generation_id = generation_id
        self.signal_recovery_start.set()

    async def _resume_streams(self, generation_id: int = 0) -> None:
        await self.shards.assigned(self.app.consumer.assignment())
        await super()._resume_streams(generation_id)

    async def _wait(self, coro: Any, timeout: Seconds | None = None) -> None:  # noqa: ASYNC109 - Faust's
        signal = cast("Any", self.signal_recovery_start)
        waited = await self.wait_first(coro, signal, timeout=cast("Any", timeout))
        if self.should_stop:
            raise ServiceStopped
        if signal in waited.done:
            raise RebalanceAgain
        if waited.stopped:
            raise RecoveryTimedOut(f"no answer within {timeout} s")


class ShardTables(TableManager):
    """Faust's table manager without tables of Faust's: it only runs `ShardRecovery`."""

    shards: OwnShards

    @property
    def recovery(self) -> Recovery:
        """The one recovery of the application."""
        if self._recovery is None:
            recovery = ShardRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
            recovery.shards = self.shards
            self._recovery = recovery
        return self._recovery

    async def on_start(self) -> None:
        """As Faust's, without its second of sleep."""
        await self._update_channels()
        await self.recovery.start()
