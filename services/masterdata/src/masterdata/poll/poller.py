"""One poll of one entity: read, map, compare with what was published, publish the difference."""

import asyncio
from datetime import datetime, timedelta

import structlog
from ap_domain.mapping import parse_mapping
from ap_domain.mapping.faults import ConfigurationFault
from ap_domain.masterdata import EntityPlan, MasterDataPlan, parse_masterdata
from ap_domain.masterdata.source_rows import SourceFault
from ap_domain.poll import PollDue, PollKind, PollOutcome
from chassis.connections import Connection
from chassis.errors import NotAnswered, NotDurable
from chassis.failpoints import reached
from chassis.ledger.entry import Stop
from chassis.ledger.ports import Clock, Flows, Unknown
from chassis.ledger.words import words
from chassis.streams.poll_port import Polled, Progress
from chassis.streams.poll_watermark import WatermarkFault, since
from chassis.streams.ports import TableView

from masterdata.poll.ports import Contents, Publisher, Source, SourceFailed
from masterdata.poll.publishing import Publishing
from masterdata.poll.turn import Held, Turn

FLOW = "masterdata-poll"
"""Stopped when PeopleSoft refuses the operator. Not PeopleSoft's own flow: a REST connector also answers 401 where
only a permission for queries is missing, and invoices need none."""
STOP_SECONDS = 30.0

log = structlog.get_logger("masterdata.poll")


class MasterDataPoller:
    """Polls what is due. What it publishes is an overwrite: a poll that broke off anywhere is repeated."""

    def __init__(
        self,
        *,
        source: Source,
        contents: Contents,
        publisher: Publisher,
        view: TableView,
        flows: Flows,
        clock: Clock,
    ) -> None:
        self._source = source
        self._contents = contents
        self._publisher = publisher
        self._view = view
        self._flows = flows
        self._clock = clock

    async def poll(
        self,
        connection: Connection,
        due: PollDue,
        *,
        poll_offset: int,
        watermark: str | None,
        progress: Progress,
    ) -> Polled:
        """As the port says: every failure of the source is an outcome."""
        try:
            plan = parse_masterdata(connection.masterdata)
            entity = plan.entities[due.subject]
            scheme = parse_mapping(connection.mapping).scheme
        except ConfigurationFault as fault:
            return Polled(outcome=PollOutcome.FAILED, words=words(fault))
        except KeyError:
            said = f"{due.subject} is not in the connection's section masterdata as it is now"
            return Polled(outcome=PollOutcome.FAILED, words=words(said))
        now = self._clock.now()
        turn = Turn(
            connection=connection,
            plan=plan,
            entity=entity,
            scheme=scheme,
            due=due,
            since=_since(due, entity, plan, watermark, now=now),
            watermark=watermark,
            source=self._source,
            publishing=Publishing(
                connection=connection,
                entity=entity,
                due=due,
                poll_offset=poll_offset,
                contents=self._contents,
                publisher=self._publisher,
                progress=progress,
                now=now,
            ),
            view=self._view,
            progress=progress,
            now=now,
            monotonic=self._clock.monotonic,
        )
        try:
            watermark_read = await turn.run()
        except SourceFailed as failed:
            if failed.stops:
                await self._stop(connection, failed.words)
            return Polled(outcome=PollOutcome.FAILED, words=words(failed.words))
        except Held as held:
            said = "; ".join(filter(None, (str(held), turn.remarks)))
            return Polled(outcome=PollOutcome.HELD, words=words(said), held=held.number)
        except (SourceFault, NotDurable, NotAnswered) as failed:
            return Polled(outcome=PollOutcome.FAILED, words=words(failed))
        reached("poll read")
        return Polled(outcome=PollOutcome.COMPLETE, words=words(turn.remarks), watermark=watermark_read)

    async def _stop(self, connection: Connection, said: str) -> None:
        stop = Stop(
            flow=FLOW, reason=words(said), connection_version=connection.version, at=self._clock.now()
        )
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._flows.stop(connection.id, stop)
        except (Unknown, TimeoutError) as failed:
            log.warning("the stop could not be made known", connection=connection.id, problem=words(failed))


def _since(
    due: PollDue, entity: EntityPlan, plan: MasterDataPlan, watermark: str | None, *, now: datetime
) -> str | None:
    """From when to read; None reads everything, as the first poll must."""
    unbounded = entity.prompts.since is None or entity.changed_at is None
    if due.kind is PollKind.FULL or watermark is None or unbounded:
        return None
    try:
        overlap = timedelta(seconds=plan.watermark_overlap_seconds)
        return since(watermark, overlap=overlap, now=now.astimezone(plan.time_zone))
    except WatermarkFault:
        return None
