"""The port Orders: one pass over the commands of a shard."""

from collections.abc import Sequence

from ap_domain.command import Command
from chassis import topics
from chassis.errors import Undecodable
from chassis.ledger.ports import Clock
from chassis.records import COMMAND
from chassis.topic_scan import Scanned, scan

__all__ = ["KafkaOrders"]

WITHIN_SECONDS = 60.0


class KafkaOrders:
    """Orders."""

    def __init__(self, *, bootstrap: str, clock: Clock) -> None:
        self._bootstrap = bootstrap
        self._clock = clock

    async def earlier(self, shard: int) -> Sequence[Command]:
        """As the port says."""
        now = self._clock.now()
        found: list[Command] = []

        def take(scanned: Scanned) -> None:
            if scanned.value is None:
                return
            try:
                command = COMMAND.decode(scanned.value)
            except Undecodable:
                return  # set aside in ap.unreadable when it was taken in
            if now <= command.expires_at:
                found.append(command)

        await scan(
            bootstrap=self._bootstrap,
            topics=[topics.COMMANDS.name],
            partition=shard,
            take=take,
            within=WITHIN_SECONDS,
        )
        return found
