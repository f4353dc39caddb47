"""Puts the document fetcher together; the only place that does."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import aiohttp
from ap_domain.fetch_state import FetchState, Step
from chassis.failpoints import reached
from chassis.ledger.entry import Entry
from chassis.ledger.ports import Caller
from chassis.ledger.service import LedgerService, Running, Surroundings, running
from chassis.settings import ServiceSettings

from ingress.documents.adapters.basware_clients import BaswareClients
from ingress.documents.adapters.fetch_caller import FetchCaller
from ingress.documents.core.machine import DocumentMachine
from ingress.documents.wire import LAYOUT, wire

CONNECTIONS = 200
"""Connections to Basware at once, over all customers."""


def document_fetcher(settings: ServiceSettings) -> AbstractAsyncContextManager[Running]:
    """The fetcher at work until the context ends."""
    return running(
        LedgerService(
            layout=LAYOUT,
            machine=DocumentMachine(),
            wire=wire(),
            caller=_caller,
            width=lambda connection, _remote: connection.basware.concurrency,
            committed=_committed,
        ),
        settings,
    )


@asynccontextmanager
async def _caller(surroundings: Surroundings) -> AsyncIterator[Caller[FetchState]]:
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS), cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield FetchCaller(
            directory=surroundings.directory,
            clients=BaswareClients(session=session),
            flows=surroundings.flows,
            clock=surroundings.clock,
        )


def _committed(entry: Entry[FetchState]) -> None:
    if entry.step == Step.FETCHED and entry.body.fetch_number:
        reached("document published")
