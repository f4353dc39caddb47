"""Puts the import together; the only place that does."""

from contextlib import AbstractAsyncContextManager
from random import SystemRandom

import aiohttp
from chassis.settings import ServiceSettings
from chassis.streams.ports import StreamService, StreamSurroundings
from chassis.streams.running import Running, running
from prometheus_client import REGISTRY

from masterdata.importing.adapters.basware_clients import BaswareClients
from masterdata.importing.adapters.basware_imports import BaswareImports
from masterdata.importing.adapters.journal import KafkaJournal
from masterdata.importing.adapters.kafka_orders import KafkaOrders
from masterdata.importing.core.connection_import import BASWARE, MASTERDATA
from masterdata.importing.core.events import SERVICE
from masterdata.importing.core.importer import Importer
from masterdata.importing.core.standings import STANDINGS, Intake
from masterdata.importing.picture import ImportPicture
from masterdata.kafka_contents import KafkaContents

__all__ = ["SERVICE", "masterdata_import"]

CONNECTIONS = 200
"""HTTP connections to Basware at once, over all customers."""


def masterdata_import(settings: ServiceSettings) -> AbstractAsyncContextManager[Running]:
    """The import at work until the context ends."""
    intake = Intake()

    async def alongside(surroundings: StreamSurroundings) -> None:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        async with (
            # Without cookies: customers share it.
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
            KafkaContents(bootstrap=settings.kafka_bootstrap) as contents,
        ):
            importer = Importer(
                directory=surroundings.directory,
                flows=surroundings.flows,
                clock=surroundings.clock,
                shards=surroundings.shards,
                view=surroundings.view,
                api=BaswareImports(clients=BaswareClients(session=session)),
                contents=contents,
                journal=KafkaJournal(producer=surroundings.producer),
                orders=KafkaOrders(bootstrap=settings.kafka_bootstrap),
                actor=settings.instance,
                fraction=SystemRandom().random,
            )
            intake.ordered, intake.contradicted = importer.ordered, importer.contradicted
            picture = ImportPicture(importer.workloads, clock=surroundings.clock)
            REGISTRY.register(picture)
            try:
                await importer.run()
            finally:
                REGISTRY.unregister(picture)

    service = StreamService(
        name=SERVICE,
        tables=(STANDINGS,),
        followings=intake.followings(),
        alongside=alongside,
        remotes=(BASWARE, MASTERDATA),
    )
    return running(service, settings)
