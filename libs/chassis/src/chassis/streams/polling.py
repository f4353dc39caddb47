"""A polling service put together: what it follows, and what runs alongside."""

import asyncio
from dataclasses import dataclass, field

from chassis.streams.audit import StreamAudit
from chassis.streams.poll_agenda import Agenda
from chassis.streams.poll_port import Poller, PollLimits
from chassis.streams.poll_records import PollRecords, PollResults
from chassis.streams.poll_runner import PollRunner
from chassis.streams.poll_subjects import SubjectBook, Subjects
from chassis.streams.ports import Following, StreamSurroundings
from chassis.streams.scheduler import PollScheduler

__all__ = ["Polling"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Polling:
    """The polls of one service. Made once a process; its ``followings`` and the tables of its ``records`` belong into
    the `StreamService`, and `run` into what that runs alongside.

    ``instance`` names the process in the audit. Nothing is polled while one of ``flows`` of a connection does not run.
    """

    records: PollRecords
    subjects: Subjects
    flows: tuple[str, ...]
    instance: str
    limits: PollLimits = field(default_factory=PollLimits)
    agenda: Agenda = field(default_factory=Agenda)

    @property
    def followings(self) -> tuple[Following, ...]:
        """For `StreamService.followings`."""
        return self.records.followings(self.agenda)

    async def run(self, around: StreamSurroundings, poller: Poller) -> None:
        """Schedules and polls until cancelled."""
        results = PollResults(table=self.records.results, view=around.view)
        around.shards.on_change(results.put)
        around.shards.on_loss(results.forget)
        subjects = SubjectBook(self.subjects)
        audit = StreamAudit(
            producer=around.producer,
            topic=self.records.audit,
            service=self.records.service,
            instance=self.instance,
        )
        scheduler = PollScheduler(
            records=self.records,
            agenda=self.agenda,
            results=results,
            subjects=subjects,
            around=around,
            audit=audit,
            flows=self.flows,
            limits=self.limits,
        )
        runner = PollRunner(
            records=self.records,
            agenda=self.agenda,
            results=results,
            subjects=subjects,
            poller=poller,
            around=around,
            audit=audit,
            flows=self.flows,
            limits=self.limits,
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(scheduler.run(), name="poll scheduler")
            tasks.create_task(runner.run(), name="poll runner")
