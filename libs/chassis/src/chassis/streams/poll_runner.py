"""Runs the polls that are due: one at a time for a connection, bounded, given up when they are not ours any more."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from ap_domain.desired_state import FlowState
from ap_domain.poll import PollKind, PollOutcome, PollResult

from chassis.connections import Connection
from chassis.errors import ChassisError
from chassis.ledger.words import words
from chassis.streams import poll_metrics
from chassis.streams.audit import StreamAudit
from chassis.streams.poll_agenda import Agenda, TakenDue
from chassis.streams.poll_decision import overtaken
from chassis.streams.poll_ending import PollEnding
from chassis.streams.poll_port import Polled, Poller, PollLimits, Progress
from chassis.streams.poll_records import PollRecords, PollResults
from chassis.streams.poll_subjects import SubjectBook
from chassis.streams.ports import StreamSurroundings
from chassis.streams.wakeup import Wakeup

__all__ = ["PollRunner"]

log = structlog.get_logger("chassis.polls")


@dataclass(slots=True, kw_only=True, eq=False)
class _Job:
    """A poll under way, under the version of the connection it began with."""

    taken: TakenDue
    connection: Connection
    task: asyncio.Task[None] | None = None
    given_up: bool = False
    telling: bool = False


class PollRunner:
    """Level-triggered: looks every ``tick`` seconds, and when something changed, at what is due and what runs.

    A poll starts when its shard is owned, its flows run, no result says that it or a later one has ended, and there is
    a place. It is cancelled when the shard is lost, the connection changes (then it starts anew), a flow is stopped,
    or it is overtaken. Its end is told only after the poller returned: first to the audit, then as the result that
    everything else goes by. A crash before that leaves the poll to be done again.
    """

    def __init__(
        self,
        *,
        records: PollRecords,
        agenda: Agenda,
        results: PollResults,
        subjects: SubjectBook,
        poller: Poller,
        around: StreamSurroundings,
        audit: StreamAudit,
        flows: tuple[str, ...],
        limits: PollLimits,
        tick: float = 1.0,
    ) -> None:
        """A paused flow starts nothing; a stopped one also ends what runs."""
        self._agenda = agenda
        self._results = results
        self._subjects = subjects
        self._poller = poller
        self._around = around
        self._ending = PollEnding(audit=audit, producer=around.producer, topic=records.results_topic)
        self._flows = flows
        self._limits = limits
        self._tick = tick
        self._wakeup = Wakeup()
        self._jobs: dict[tuple[str, str], _Job] = {}
        agenda.on_change(self._wakeup.wake)

    async def run(self) -> None:
        """Until cancelled, and then all polls with it."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self.look(tasks)
                await self._wakeup.wait(at_most=self._tick)

    def look(self, tasks: asyncio.TaskGroup) -> None:
        """Gives up what may not go on, and starts in ``tasks`` what may."""
        owned = self._around.shards.owned()
        self._agenda.keep(owned)
        self._results.keep(owned)
        for job in self._jobs.values():
            if not self._may_go_on(job, owned):
                self._give_up(job)
        dues = [taken for taken in self._agenda.dues() if taken.shard in owned and self._is_wanted(taken)]
        whole = {taken.subject for taken in dues if taken.due.kind is PollKind.FULL}
        for taken in dues:
            connection = self._around.directory.get(taken.due.connection_id)
            goes_first = taken.due.kind is PollKind.FULL or taken.subject not in whole
            if connection is not None and goes_first and self._may_start(taken, connection):
                self._start(taken, connection, tasks)

    def _give_up(self, job: _Job) -> None:
        """Once: a second cancellation would break into the poller's own leaving. What only must be told is told."""
        if job.task is not None and not job.given_up and not job.telling:
            job.given_up = True
            job.task.cancel()

    def _is_wanted(self, taken: TakenDue) -> bool:
        """Whether it must still run, or does; what must not is forgotten."""
        connection = self._around.directory.get(taken.due.connection_id)
        known = connection is None or self._subjects.knows(connection, taken.due.subject)
        if known and not self._overtaken(taken):
            return True
        job = self._jobs.get(taken.subject)
        if job is None or job.taken != taken:
            self._agenda.pass_over(taken, until=self._around.clock.monotonic() + self._limits.echo)
        return False

    def _overtaken(self, taken: TakenDue) -> bool:
        due = taken.due
        results = self._results.of(shard=taken.shard, connection_id=due.connection_id, subject=due.subject)
        return overtaken(due, taken.offset, results)

    def _may_go_on(self, job: _Job, owned: frozenset[int]) -> bool:
        connection_id = job.connection.id
        return (
            job.taken.shard in owned
            and self._around.directory.version(connection_id) == job.connection.version
            and self._strictest(connection_id) is not FlowState.STOPPED
            and not self._overtaken(job.taken)
        )

    def _may_start(self, taken: TakenDue, connection: Connection) -> bool:
        of_connection = sum(job.connection.id == connection.id for job in self._jobs.values())
        return (
            taken.subject not in self._jobs
            and len(self._jobs) < self._limits.at_once
            and of_connection < self._limits.per_connection
            and self._strictest(connection.id) is FlowState.RUNNING
        )

    def _strictest(self, connection_id: str) -> FlowState:
        states = {self._around.flows.state(connection_id, flow) for flow in self._flows}
        for state in (FlowState.STOPPED, FlowState.PAUSED):
            if state in states:
                return state
        return FlowState.RUNNING

    def _start(self, taken: TakenDue, connection: Connection, tasks: asyncio.TaskGroup) -> None:
        job = self._jobs[taken.subject] = _Job(taken=taken, connection=connection)
        poll_metrics.POLLS_RUNNING.labels(connection.id).inc()
        job.task = tasks.create_task(self._run(job), name=f"poll {taken.due.poll_id}")
        job.task.add_done_callback(lambda _: self._ended(job))

    def _ended(self, job: _Job) -> None:
        del self._jobs[job.taken.subject]
        poll_metrics.POLLS_RUNNING.labels(job.connection.id).dec()
        self._agenda.changed()

    async def _run(self, job: _Job) -> None:
        due = job.taken.due
        started_at = self._around.clock.now()
        of_subject = self._results.of(
            shard=job.taken.shard, connection_id=due.connection_id, subject=due.subject
        )
        last = max(of_subject.values(), key=lambda each: each.poll_offset, default=None)
        watermark = last.watermark if last is not None else None
        whole = of_subject.get(PollKind.FULL)
        waiting = whole.held if whole is not None and due.kind is PollKind.FULL else None
        said = {"connection": due.connection_id, "subject": due.subject, "poll": due.poll_id}
        log.info("poll begins", kind=str(due.kind), watermark=watermark, **said)
        polled, progress = await self._polled(job, watermark)
        job.telling = True
        result = self._result(
            job, polled, progress, watermark=watermark, waiting=waiting, started_at=started_at
        )
        log.info("poll ended", outcome=str(result.outcome), words=result.words, **said)
        # Nobody writes the poll once more while its result is on the way back, also when that was lost.
        self._agenda.expect(due, until=self._around.clock.monotonic() + self._limits.echo)
        try:
            await self._ending.tell(job.taken, result)
        except ChassisError as failed:
            log.warning("the end of a poll was not written; it is done again", reason=str(failed), **said)
        except Exception:  # a bug met in one customer's poll must not end the polls of all
            log.exception("the end of a poll was not written by our own fault; it is done again", **said)
        else:
            poll_metrics.POLLS.labels(due.connection_id, due.subject, str(result.outcome)).inc()
        self._agenda.done(job.taken)

    async def _polled(self, job: _Job, watermark: str | None) -> tuple[Polled, Progress]:
        """The poller's word, or what stands for it when it had none."""
        due, limits, loop = job.taken.due, self._limits, asyncio.get_running_loop()
        latest = loop.time() + limits.overall

        def stepped(name: str, count: int) -> None:
            with suppress(RuntimeError):  # the bound is reached already, or the poll is over
                bound.reschedule(min(latest, loop.time() + limits.stall))
            if count:
                poll_metrics.POLLED.labels(due.connection_id, due.subject, name).inc(count)

        progress = Progress(stepped)
        try:
            async with asyncio.timeout_at(min(latest, loop.time() + limits.stall)) as bound:
                polled = await self._poller.poll(
                    job.connection,
                    due,
                    poll_offset=job.taken.offset,
                    watermark=watermark,
                    progress=progress,
                )
        except Exception as error:  # a bug, or a bound of ours
            if bound.expired():
                said = self._why_expired(overall=loop.time() >= latest)
            else:
                log.exception("a poll failed by our own fault", poll=due.poll_id)
                said = f"our own fault: {type(error).__name__}: {error}"
            polled = Polled(outcome=PollOutcome.FAILED, words=said)
        return polled, progress

    def _why_expired(self, *, overall: bool) -> str:
        if overall:
            return f"it was not read to its end in {self._limits.overall:g} s (APSTREAM_POLL_SECONDS)"
        return f"it did not get on for {self._limits.stall:g} s"

    def _result(
        self,
        job: _Job,
        polled: Polled,
        progress: Progress,
        *,
        watermark: str | None,
        waiting: int | None,
        started_at: datetime,
    ) -> PollResult:
        due = job.taken.due
        held = {
            PollOutcome.COMPLETE: None,
            PollOutcome.HELD: polled.held,
            PollOutcome.FAILED: waiting,
        }
        return PollResult(
            poll_id=due.poll_id,
            connection_id=due.connection_id,
            subject=due.subject,
            kind=due.kind,
            due_at=due.due_at,
            poll_offset=job.taken.offset,
            started_at=started_at,
            finished_at=self._around.clock.now(),
            outcome=polled.outcome,
            words=words(polled.words),
            read=progress.read,
            changed=progress.changed,
            deactivated=progress.deactivated,
            faulty=progress.faulty,
            watermark=polled.watermark if polled.outcome is PollOutcome.COMPLETE else watermark,
            held=held[polled.outcome],
        )
