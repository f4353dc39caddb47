"""Reconciling a connection from the command line: its clients, its ledger, how far it is."""

from collections.abc import AsyncIterable, Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import aiohttp
from ap_domain.mapping import ConfigurationFault
from ap_domain.payments import PaymentPlan, parse_payments
from ap_domain.reconciliation import LedgerInvoice, Reconciliation
from basware import BaswareClient, BaswareError
from chassis.connections import Connection
from chassis.settings import ServiceSettings, load
from peoplesoft import Authentication, Credentials, PeopleSoftError, QueryClient, QueryRoute
from reconciliation import read_ledger, reconcile, yesterday_and_before

from apstream_cli.cluster import Cluster
from apstream_cli.connection_source import applied_connection
from apstream_cli.refusal import Refusal
from apstream_cli.screen import error_console

__all__ = ["reconcile_connections"]

SCOPES = ("accountingDocuments.read",)
"""A token that may only read."""

Ledger = Callable[[Connection, ZoneInfo], AsyncIterable[LedgerInvoice]]


def kafka_ledger(connection: Connection, zone: ZoneInfo) -> AsyncIterable[LedgerInvoice]:
    """The connection's entries as they lie in Kafka."""
    return read_ledger(bootstrap=load(ServiceSettings).kafka_bootstrap, connection=connection, zone=zone)


async def reconcile_connections(
    cluster: Cluster,
    connection_id: str | None,
    *,
    first_day: date | None,
    last_day: date | None,
    ledger: Ledger = kafka_ledger,
) -> list[Reconciliation]:
    """One connection, or all one after the other, telling on the terminal how far it is.

    Raises Refusal, ChassisError and ReconciliationFailed; then nothing is told of the others either.
    """
    names = [connection_id] if connection_id is not None else sorted(await cluster.connections())
    if not names:
        raise Refusal("there is no connection yet: run `apstream connection apply`")
    results = []
    with error_console.status("reconciling") as status:
        for name in names:
            connection = await applied_connection(cluster, name)

            def progress(text: str, *, name: str = name) -> None:
                status.update(f"{name}: {text}")

            days = (first_day, last_day)
            results.append(await _reconciled(connection, days=days, ledger=ledger, progress=progress))
    return results


async def _reconciled(
    connection: Connection,
    *,
    days: tuple[date | None, date | None],
    ledger: Ledger,
    progress: Callable[[str], None],
) -> Reconciliation:
    plan = _plan(connection)
    usual = yesterday_and_before(plan.reconciliation.days, now=datetime.now(UTC), plan=plan)
    last_day = days[1] or usual[1]
    first_day = days[0] or min(usual[0], last_day)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        try:
            basware, peoplesoft = _clients(connection, plan, session)
        except (BaswareError, PeopleSoftError) as error:
            raise Refusal(f"{connection.id}: {error}") from None
        return await reconcile(
            connection,
            first_day=first_day,
            last_day=last_day,
            ledger=ledger(connection, plan.time_zone),
            basware=basware,
            peoplesoft=peoplesoft,
            clock=lambda: datetime.now(UTC),
            progress=progress,
        )


def _plan(connection: Connection) -> PaymentPlan:
    """What stands in the section `payments`, or the defaults where there is none."""
    try:
        return parse_payments(connection.payments)
    except ConfigurationFault as fault:
        raise Refusal(*(f"{connection.id} payments: {problem}" for problem in fault.problems)) from None


def _clients(
    connection: Connection, plan: PaymentPlan, session: aiohttp.ClientSession
) -> tuple[BaswareClient, QueryClient]:
    side = connection.peoplesoft
    return (
        BaswareClient(
            base_url=connection.basware.base_url,
            client_id=connection.basware.client_id,
            client_secret=connection.basware.client_secret.reveal(),
            session=session,
            scopes=SCOPES,
        ),
        QueryClient(
            base_url=side.base_url,
            node=side.node,
            credentials=Credentials(operator=side.operator, password=side.password.reveal()),
            authentication=Authentication(side.authentication),
            route=QueryRoute(plan.route),
            session=session,
        ),
    )
