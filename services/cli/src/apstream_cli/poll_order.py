"""A person's order that something is polled now: given, and followed until the poll that carried it out has ended."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from ap_domain.command import Command
from ap_domain.poll import PollKind, PollOutcome, PollResult
from chassis.connections.record import ConnectionRecord
from chassis.streams.poll_decision import answered

from apstream_cli.cluster import Cluster
from apstream_cli.orders import Asked, order
from apstream_cli.refusal import Refusal
from apstream_cli.screen import duration, line

__all__ = ["PollOrder"]

LOOK_SECONDS = 0.5

Results = Callable[[], Awaitable[Mapping[PollKind, PollResult]]]
"""The last result of each kind of poll of the subject, looked up anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOrder:
    """``wait``: seconds for the owner's answer, and again for the poll's end. ``status`` is the command that shows how
    a poll ended that took longer.
    """

    asked: Asked
    cluster: Cluster
    connections: Mapping[str, ConnectionRecord]
    results: Results
    wait: float
    status: str

    async def carry_out(self) -> None:
        """Tells how the poll ended. Raises Refusal for an order that was not carried out and for a poll that did not
        come to its end.
        """
        called = self.asked.called
        before = max((each.poll_offset for each in (await self.results()).values()), default=-1)
        await order([self.asked], cluster=self.cluster, connections=self.connections, within=self.wait)
        result = await self._end_of(self.asked.command, beyond=before)
        if result is None:
            line(
                f"{called}: not read to its end within {self.wait:g} s; it goes on, and `{self.status}` shows how it "
                "ends"
            )
            return
        said = f"; {result.words}" if result.words else ""
        took = duration(result.finished_at - result.started_at)
        numbers = (
            f"{result.read} read, {result.changed} changed, {result.deactivated} deactivated, "
            f"{result.faulty} faulty"
        )
        told = f"{called}: {result.kind} poll {result.outcome} in {took}: {numbers}{said}"
        if result.outcome is not PollOutcome.COMPLETE:
            raise Refusal(told)
        line(told)

    async def _end_of(self, command: Command, *, beyond: int) -> PollResult | None:
        """The poll that did what was ordered, or failed at it; None when time is up."""
        until = time.monotonic() + self.wait
        while True:
            for result in (await self.results()).values():
                failed = result.outcome is PollOutcome.FAILED
                if result.poll_offset > beyond and (failed or answered(command, result)):
                    return result
            if time.monotonic() >= until:
                return None
            await asyncio.sleep(LOOK_SECONDS)
