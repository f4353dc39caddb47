"""A source that does as it is told, and keeps what it was asked."""

import asyncio
from collections.abc import Awaitable, Callable

from ap_domain.poll import PollDue, PollKind, PollOutcome
from chassis.connections import Connection
from chassis.streams.poll_port import Polled, Progress


class ScriptedPoller:
    """Poller. Each call is answered by ``script``, by default at once and completely; `held` ones wait."""

    def __init__(self) -> None:
        self.calls: list[PollDue] = []
        self.offsets: list[int] = []
        self.watermarks: list[str | None] = []
        self.running: list[PollDue] = []
        self.cancelled: list[PollDue] = []
        self.most_at_once = 0
        self.script: Callable[[PollDue, Progress], Awaitable[Polled]] = self.complete

    async def poll(
        self,
        connection: Connection,
        due: PollDue,
        *,
        poll_offset: int,
        watermark: str | None,
        progress: Progress,
    ) -> Polled:
        subject = (due.connection_id, due.subject)
        overlapping = [each for each in self.running if (each.connection_id, each.subject) == subject]
        assert overlapping == [], "two polls of a subject at once"
        self.calls.append(due)
        self.offsets.append(poll_offset)
        self.watermarks.append(watermark)
        self.running.append(due)
        self.most_at_once = max(self.most_at_once, len(self.running))
        try:
            return await self.script(due, progress)
        except asyncio.CancelledError:
            self.cancelled.append(due)
            raise
        finally:
            self.running.remove(due)

    async def complete(self, due: PollDue, progress: Progress) -> Polled:
        progress.step(read=10, changed=2)
        return Polled(outcome=PollOutcome.COMPLETE, watermark=f"after {due.poll_id}")

    async def fail(self, due: PollDue, progress: Progress) -> Polled:
        return Polled(outcome=PollOutcome.FAILED, words="PeopleSoft is away", watermark="nonsense")

    async def hang(self, due: PollDue, progress: Progress) -> Polled:
        await asyncio.Event().wait()
        raise AssertionError


def kinds(dues: list[PollDue]) -> list[PollKind]:
    return [due.kind for due in dues]
