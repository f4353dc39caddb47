"""The port Orders: one pass over the commands of a shard."""

from collections.abc import Sequence
from datetime import datetime

from ap_domain.command import Command
from chassis import topics
from chassis.errors import Undecodable
from chassis.records import COMMAND
from chassis.topic_scan import Scanned, scan

from masterdata.importing.core.resending import is_ours

__all__ = ["KafkaOrders"]

WITHIN_SECONDS = 60.0


class KafkaOrders:
    """Orders."""

    def __init__(self, *, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    async def earlier(self, shard: int, *, since: datetime) -> Sequence[Command]:
        """As the port says."""
        found: list[Command] = []

        def take(scanned: Scanned) -> None:
            if scanned.value is None:
                return
            try:
                command = COMMAND.decode(scanned.value)
            except Undecodable:
                return  # set aside in ap.unreadable when it was taken in
            if is_ours(command) and since <= command.expires_at:
                found.append(command)

        await scan(
            bootstrap=self._bootstrap,
            topics=[topics.COMMANDS.name],
            partition=shard,
            take=take,
            within=WITHIN_SECONDS,
        )
        return found
