"""The subject `reconciliation`: what is published of a run, and what a failed one leaves."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.desired_state import FlowState
from ap_domain.poll import PollDue, PollKind, PollOutcome, PollReason
from ap_domain.reconciliation import Difference, DifferenceKind, Reconciliation
from chassis import topics
from chassis.records import RECONCILIATION
from chassis.streams.poll_port import Polled, Progress
from chassis.streams.poll_publisher import ShardPublisher
from payment_poller.differences import Differences
from payment_poller.ports import SourceFailed
from payment_poller.reconciling import ReconciliationPoller, fitting

from .world import NOON, SHARD, World


def reconciliation(unexplained: int, *, run_at: datetime = NOON) -> Reconciliation:
    """So many differences that nobody explains, and one that is explained."""
    different = Difference(
        kind=DifferenceKind.AMOUNT, invoice_id="i1", amount=Decimal(1), words="the voucher shows 101"
    )
    waiting = Difference(kind=DifferenceKind.NOT_POSTED, words="not posted yet", explained="it is on its way")
    return Reconciliation(
        connection_id="acme",
        run_at=run_at,
        first_day=date(2026, 5, 16),
        last_day=date(2026, 6, 19),
        counts=(),
        differences=(waiting, *([different] * unexplained)),
        compared=7,
    )


@dataclass(slots=True)
class Both:
    """Both systems; ``failure`` is what they say instead."""

    found: Reconciliation
    failure: SourceFailed | None = None
    asked: list[tuple[date, date]] = field(default_factory=list)

    async def reconcile(
        self, connection: Any, plan: Any, *, first_day: date, last_day: date, stepped: Any
    ) -> Reconciliation:
        self.asked.append((first_day, last_day))
        stepped()
        if self.failure is not None:
            raise self.failure
        return self.found


async def poll(world: World, both: Both, differences: Differences | None = None) -> Polled:
    poller = ReconciliationPoller(
        reconciling=both,
        publisher=ShardPublisher(producer=world.streams.producer, owned=world.streams.owned),
        differences=differences or Differences(owned=world.streams.owned, read=None),  # type: ignore[arg-type]
        flows=world.flows,
        clock=world.clock,
    )
    due = PollDue(
        poll_id="poll",
        connection_id="acme",
        subject="reconciliation",
        kind=PollKind.FULL,
        due_at=NOON,
        reason=PollReason.SCHEDULE,
        actor="test",
        issued_at=NOON,
    )
    return await poller.poll(world.connection, due, poll_offset=1, watermark=None, progress=Progress())


def published(world: World) -> list[Reconciliation]:
    return [
        RECONCILIATION.decode(value)
        for _, value in world.streams.topics[topics.RECONCILIATIONS.name, SHARD]
        if value
    ]


async def test_a_run_over_the_days_of_the_section_is_published_and_counted() -> None:
    world, both = World(), Both(reconciliation(2))
    differences = Differences(owned=world.streams.owned, read=None)  # type: ignore[arg-type]
    polled = await poll(world, both, differences)
    assert polled.outcome is PollOutcome.COMPLETE
    assert polled.words == "2 unexplained differences, 1 explained, from 2026-05-16 to 2026-06-19"
    assert both.asked == [(date(2026, 5, 16), date(2026, 6, 19))]
    assert published(world) == [both.found]
    ((name, counted),) = differences.connections()
    assert (name, counted.numbers[DifferenceKind.AMOUNT, False]) == ("acme", 2)


@pytest.mark.parametrize("stops", [False, True])
async def test_a_run_that_could_not_be_made_publishes_nothing(stops: bool) -> None:
    world = World()
    both = Both(reconciliation(0), failure=SourceFailed("PeopleSoft could not be read", stops=stops))
    polled = await poll(world, both)
    assert polled.outcome is PollOutcome.FAILED
    assert polled.words == "PeopleSoft could not be read"
    assert published(world) == []
    assert [stop.flow for stop in world.flows.stops] == ["payments"] * stops


async def test_it_is_not_tried_while_basware_is_not_to_be_called(monkeypatch: pytest.MonkeyPatch) -> None:
    world, both = World(), Both(reconciliation(0))
    monkeypatch.setattr(
        type(world.flows),
        "state",
        lambda _self, _connection, flow: FlowState.STOPPED if flow == "basware" else FlowState.RUNNING,
    )
    polled = await poll(world, both)
    assert polled.outcome is PollOutcome.FAILED
    assert both.asked == []


def test_more_than_fits_a_record_keeps_what_needs_somebody() -> None:
    found = reconciliation(1000)
    kept = fitting(found, largest=20_000)
    assert len(RECONCILIATION.encode(kept)) <= 20_000
    assert kept.differences
    assert not any(each.explained for each in kept.differences)
    assert fitting(found) == found
