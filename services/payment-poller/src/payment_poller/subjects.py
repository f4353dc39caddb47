"""What of a connection is polled, and when: its section `payments`, read for the scheduler."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from ap_domain.payments import Proof, parse_payments
from ap_domain.payments.plan import PaymentPlan
from ap_domain.poll import PollKind
from chassis.connections import Connection
from chassis.streams.poll_port import Subject
from chassis.streams.schedule import Schedule, read_schedule

__all__ = ["PAYMENTS", "RECONCILIATION", "subjects"]

PAYMENTS = "payments"
RECONCILIATION = "reconciliation"
JITTER = timedelta(seconds=30)
"""So much later a poll may begin, so that the customers of an installation do not all begin at once."""


def subjects(connection: Connection) -> Sequence[Subject]:
    """Payments and reconciliation of a connection that has the section; in shadow mode none, as nothing is posted.

    Changes are not read where the queries cannot tell them. Raises ConfigurationFault or ScheduleRefused.
    """
    if not connection.payments or connection.mode == "shadow":
        return ()
    plan = parse_payments(connection.payments)
    return tuple(
        Subject(
            connection_id=connection.id,
            name=name,
            kind=kind,
            schedule=_schedule(cron, plan, key=f"{connection.id}/{name}/{kind}"),
        )
        for name, kind, cron in _kinds(plan)
    )


def _kinds(plan: PaymentPlan) -> Iterator[tuple[str, PollKind, str | None]]:
    if plan.prompts.since is not None or Proof.QUERY not in plan.sources:
        yield PAYMENTS, PollKind.CHANGES, plan.changes
    yield PAYMENTS, PollKind.FULL, plan.full
    yield RECONCILIATION, PollKind.FULL, plan.reconciliation.schedule


def _schedule(cron: str | None, plan: PaymentPlan, *, key: str) -> Schedule | None:
    return read_schedule(cron, zone=plan.time_zone.key, jitter=JITTER, key=key) if cron else None
