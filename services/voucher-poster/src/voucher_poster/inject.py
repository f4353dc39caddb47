"""Puts the voucher poster together; the only place that does."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import aiohttp
from ap_domain.invoice_state import InvoiceState, Step
from chassis.connections import Connection
from chassis.failpoints import reached
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.ports import Caller
from chassis.ledger.service import LedgerService, Running, Surroundings, running
from chassis.record_reader import RecordReader
from chassis.settings import ServiceSettings

from voucher_poster.adapters.basware_clients import BaswareClients
from voucher_poster.adapters.basware_steps import BaswareSteps
from voucher_poster.adapters.document_source import DocumentSource
from voucher_poster.adapters.invoice_caller import InvoiceCaller
from voucher_poster.adapters.payment_steps import PaymentSteps
from voucher_poster.adapters.peoplesoft_clients import PeopleSoftClients
from voucher_poster.adapters.peoplesoft_steps import PeopleSoftSteps
from voucher_poster.core.calls import BASWARE, PEOPLESOFT
from voucher_poster.core.machine import InvoiceMachine
from voucher_poster.posting_time import ConfirmingTime, PostingTime
from voucher_poster.wire import LAYOUT, wire

CONNECTIONS = 200
"""HTTP connections to each vendor at once, over all customers."""
KEEP_ALIVE_SECONDS = 5.0
"""Shorter than any gateway keeps an idle connection, so that a create does not meet one just closed."""

_POINTS: dict[tuple[Phase, str], str] = {
    (Phase.WAITING, Step.ACKNOWLEDGE): "acknowledge due",
    (Phase.WAITING, Step.POST): "look due",
    (Phase.IN_DOUBT, Step.POST): "doubt committed",
    (Phase.WAITING, Step.CONFIRM): "confirm due",
    (Phase.FINAL, Step.CONFIRMED): "confirmed",
    (Phase.WAITING, Step.REPORT_PAYMENT): "payment due",
    (Phase.WAITING, Step.CONFIRM_PAYMENT): "payment stored",
    (Phase.FINAL, Step.PAID): "payment told",
}
"""Named after what was just committed."""


def voucher_poster(settings: ServiceSettings) -> AbstractAsyncContextManager[Running]:
    """The poster at work until the context ends."""
    posting_time, confirming_time = PostingTime(), ConfirmingTime()

    def committed(entry: Entry[InvoiceState]) -> None:
        if entry.body.voucher is not None and entry.step in (Step.VERIFY, Step.REPORT):
            reached("outcome committed")
        if point := _POINTS.get((entry.phase, entry.step)):
            reached(point)
        posting_time.committed(entry)
        confirming_time.committed(entry)

    @asynccontextmanager
    async def caller(surroundings: Surroundings) -> AsyncIterator[Caller[InvoiceState]]:
        async with (
            _session() as to_basware,
            _session(keepalive_timeout=KEEP_ALIVE_SECONDS) as to_peoplesoft,
            RecordReader(bootstrap=settings.kafka_bootstrap) as records,
        ):
            basware, peoplesoft = (
                BaswareClients(session=to_basware),
                PeopleSoftClients(session=to_peoplesoft),
            )
            documents = DocumentSource(records=records, clients=basware)
            yield InvoiceCaller(
                directory=surroundings.directory,
                flows=surroundings.flows,
                clock=surroundings.clock,
                basware=basware,
                peoplesoft=peoplesoft,
                basware_steps=BaswareSteps(
                    clients=basware,
                    payments=PaymentSteps(documents=documents),
                    clock=surroundings.clock,
                ),
                peoplesoft_steps=PeopleSoftSteps(
                    clients=peoplesoft, documents=documents, clock=surroundings.clock
                ),
            )

    return running(
        LedgerService(
            layout=LAYOUT,
            machine=InvoiceMachine(),
            wire=wire(),
            caller=caller,
            width=_width,
            remotes=(BASWARE, PEOPLESOFT),
            committed=committed,
            pauses=lambda connection: connection.mode == "shadow",
        ),
        settings,
    )


def _width(connection: Connection, remote: str) -> int:
    return (connection.basware if remote == BASWARE else connection.peoplesoft).concurrency


def _session(*, keepalive_timeout: float = 15.0) -> aiohttp.ClientSession:
    """Without cookies: customers share it."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=keepalive_timeout)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
