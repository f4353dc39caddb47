"""Which poller a subject is for."""

from collections.abc import Mapping

from ap_domain.poll import PollDue
from chassis.connections import Connection
from chassis.streams.poll_port import Polled, Poller, Progress

__all__ = ["BySubject"]


class BySubject:
    """A poller for each subject that `subjects` names."""

    def __init__(self, pollers: Mapping[str, Poller]) -> None:
        self._pollers = pollers

    async def poll(
        self,
        connection: Connection,
        due: PollDue,
        *,
        poll_offset: int,
        watermark: str | None,
        progress: Progress,
    ) -> Polled:
        """As the port says."""
        return await self._pollers[due.subject].poll(
            connection, due, poll_offset=poll_offset, watermark=watermark, progress=progress
        )
