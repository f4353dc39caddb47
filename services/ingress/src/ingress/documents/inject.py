"""Puts the document fetcher together; the only place that does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import SystemRandom

import aiohttp
from ap_domain.fetch_state import FetchState, Step
from chassis.failpoints import reached
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.ports import Caller
from chassis.ledger.service import LedgerService, Owners, Running, Surroundings, running
from chassis.settings import ServiceSettings

from ingress.documents.adapters.basware_clients import BaswareClients
from ingress.documents.adapters.fetch_caller import FetchCaller
from ingress.documents.adapters.sweep import Sweep
from ingress.documents.adapters.sweep_schedule import SweepSchedule
from ingress.documents.core.machine import FETCH, DocumentMachine
from ingress.documents.fetch_time import observe_fetch
from ingress.documents.wire import LAYOUT, wire
from ingress.publisher import KafkaPublisher

CONNECTIONS = 200
"""Connections to Basware at once, over all customers."""


@asynccontextmanager
async def document_fetcher(settings: ServiceSettings) -> AsyncIterator[Running]:
    """The fetcher at work until the context ends, with the sweeps of the connections it owns."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS), cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        clients = BaswareClients(session=session)

        @asynccontextmanager
        async def caller(surroundings: Surroundings) -> AsyncIterator[Caller[FetchState]]:
            yield FetchCaller(
                directory=surroundings.directory,
                clients=clients,
                publisher=KafkaPublisher(producer=surroundings.producer),
                flows=surroundings.flows,
                clock=surroundings.clock,
            )

        async def sweeps(surroundings: Surroundings, owners: Owners[FetchState]) -> None:
            sweep = Sweep(
                clients=clients,
                publisher=KafkaPublisher(producer=surroundings.producer),
                flows=surroundings.flows,
                clock=surroundings.clock,
            )
            await SweepSchedule(
                sweep=sweep,
                directory=surroundings.directory,
                owners=owners,
                clock=surroundings.clock,
                random=SystemRandom().random,
            ).run()

        service = LedgerService(
            layout=LAYOUT,
            machine=DocumentMachine(),
            wire=wire(),
            caller=caller,
            width=lambda connection, _remote: connection.basware.concurrency,
            remotes=(FETCH.remote,),
            committed=_committed,
            alongside=sweeps,
        )
        async with running(service, settings) as at_work:
            yield at_work


def _committed(entry: Entry[FetchState]) -> None:
    if entry.step == Step.FETCHED and entry.body.fetch_number:
        reached("document published")
    elif entry.step == Step.FETCH and entry.phase is Phase.WAITING:
        reached("fetch due")
    observe_fetch(entry)
