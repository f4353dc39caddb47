"""The flow of payments, and how a refusal stops it."""

import asyncio

import structlog
from chassis.connections import Connection
from chassis.ledger.entry import Stop
from chassis.ledger.ports import Clock, Flows, Unknown
from chassis.ledger.words import words

__all__ = ["FLOW", "stop_flow"]

FLOW = "payments"
"""Stopped when PeopleSoft refuses the operator or these queries. Not PeopleSoft's own flow: queries need permissions
that invoices do not."""
STOP_SECONDS = 30.0

log = structlog.get_logger("payment_poller")


async def stop_flow(connection: Connection, said: str, *, flows: Flows, clock: Clock) -> None:
    """Stops the flow for every service; where that cannot be made known, the next poll is refused again."""
    stop = Stop(flow=FLOW, reason=words(said), connection_version=connection.version, at=clock.now())
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await flows.stop(connection.id, stop)
    except (Unknown, TimeoutError) as failed:
        log.warning("the stop could not be made known", connection=connection.id, problem=words(failed))
