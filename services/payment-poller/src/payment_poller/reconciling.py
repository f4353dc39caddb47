"""One poll of the subject `reconciliation`: both systems counted afresh, the result published."""

from dataclasses import replace

from ap_domain.desired_state import FlowState
from ap_domain.mapping.faults import ConfigurationFault
from ap_domain.payments import parse_payments
from ap_domain.poll import PollDue, PollOutcome
from ap_domain.reconciliation import Reconciliation
from chassis import topics
from chassis.connections import Connection
from chassis.errors import NotDurable
from chassis.keys import record_key
from chassis.ledger.ports import Clock, Flows
from chassis.ledger.words import words
from chassis.records import RECONCILIATION
from chassis.streams.poll_port import Polled, Progress
from chassis.streams.poll_publisher import ShardPublisher
from chassis.topics import MESSAGE_LIMIT
from reconciliation import yesterday_and_before

from payment_poller.differences import Differences
from payment_poller.flow import stop_flow
from payment_poller.ports import Reconciling, SourceFailed

__all__ = ["ReconciliationPoller", "fitting"]

BASWARE = "basware"
LARGEST = MESSAGE_LIMIT * 9 // 10


class ReconciliationPoller:
    """Publishes the last reconciliation of a connection; one that could not be made to its end publishes nothing."""

    def __init__(
        self,
        *,
        reconciling: Reconciling,
        publisher: ShardPublisher,
        differences: Differences,
        flows: Flows,
        clock: Clock,
    ) -> None:
        self._reconciling = reconciling
        self._publisher = publisher
        self._differences = differences
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
        """As the port says; the days are those of the section, up to yesterday."""
        if self._flows.state(connection.id, BASWARE) is not FlowState.RUNNING:
            said = "Basware cannot be read: its flow is paused or stopped (`apstream flow status`)"
            return Polled(outcome=PollOutcome.FAILED, words=said)
        try:
            plan = parse_payments(connection.payments)
            first_day, last_day = yesterday_and_before(
                plan.reconciliation.days, now=self._clock.now(), plan=plan
            )
            found = await self._reconciling.reconcile(
                connection, plan, first_day=first_day, last_day=last_day, stepped=progress.step
            )
            kept = fitting(found)
            key = record_key(connection.id)
            await self._publisher.publish(
                topics.RECONCILIATIONS, [(key, RECONCILIATION.encode(kept))], shard=connection.shard
            )
        except SourceFailed as failed:
            if failed.stops:
                await stop_flow(connection, failed.words, flows=self._flows, clock=self._clock)
            return Polled(outcome=PollOutcome.FAILED, words=words(failed.words))
        except (ConfigurationFault, NotDurable) as failed:
            return Polled(outcome=PollOutcome.FAILED, words=words(failed))
        self._differences.put(found, shard=connection.shard)
        progress.step(read=found.compared)
        return Polled(outcome=PollOutcome.COMPLETE, words=_said(found, kept))


def fitting(found: Reconciliation, *, largest: int = LARGEST) -> Reconciliation:
    """What fits one record: where there are too many differences, the unexplained ones are kept first."""
    if len(RECONCILIATION.encode(found)) <= largest:
        return found
    ordered = sorted(found.differences, key=lambda each: bool(each.explained))
    count = len(ordered)
    while count and len(RECONCILIATION.encode(replace(found, differences=tuple(ordered[:count])))) > largest:
        count //= 2
    return replace(found, differences=tuple(ordered[:count]))


def _said(found: Reconciliation, kept: Reconciliation) -> str:
    unexplained = len(found.unexplained)
    said = f"{unexplained} unexplained differences" if unexplained else "no unexplained difference"
    said += f", {len(found.differences) - unexplained} explained, from {found.first_day} to {found.last_day}"
    if len(kept.differences) < len(found.differences):
        said += f"; only {len(kept.differences)} are kept, `apstream reconcile` lists all"
    return said
