"""Puts the poll together; the only place that does."""

from contextlib import AbstractAsyncContextManager

import aiohttp
from chassis.settings import ServiceSettings
from chassis.streams.poll_port import PollLimits
from chassis.streams.polling import Polling
from chassis.streams.ports import StreamService, StreamSurroundings
from chassis.streams.running import Running, running
from peoplesoft import QueryTimeouts

from masterdata.kafka_contents import KafkaContents
from masterdata.poll.adapters.publisher import KafkaPublisher
from masterdata.poll.adapters.query_clients import QueryClients
from masterdata.poll.adapters.query_source import QuerySource
from masterdata.poll.poller import FLOW, MasterDataPoller
from masterdata.poll.subjects import subjects
from masterdata.poll.tables import PUBLISHED, RECORDS, SERVICE, published

__all__ = ["SERVICE", "masterdata_poll"]

FLOWS = (FLOW, "peoplesoft")
"""A password that the poster found refused is not tried by the polls either."""
CONNECTIONS = 100
"""HTTP connections to PeopleSoft at once, over all customers."""
STALL_SECONDS = QueryTimeouts().whole + 300.0
"""A poll gets on with each answer of a query; what is left is for mapping and publishing what it gave."""


def masterdata_poll(settings: ServiceSettings) -> AbstractAsyncContextManager[Running]:
    """The poll at work until the context ends."""
    polling = Polling(
        records=RECORDS,
        subjects=subjects,
        flows=FLOWS,
        instance=settings.instance,
        limits=PollLimits(overall=settings.poll_seconds, stall=STALL_SECONDS),
    )

    async def alongside(around: StreamSurroundings) -> None:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        async with (
            # Without cookies: customers share it.
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
            KafkaContents(bootstrap=settings.kafka_bootstrap) as contents,
        ):
            poller = MasterDataPoller(
                source=QuerySource(rows_of=QueryClients(session=session).of),
                contents=contents,
                publisher=KafkaPublisher(producer=around.producer, owned=around.shards.owned),
                view=around.view,
                flows=around.flows,
                clock=around.clock,
            )
            await polling.run(around, poller)

    service = StreamService(
        name=SERVICE,
        tables=(PUBLISHED, *RECORDS.tables),
        followings=(published, *polling.followings),
        alongside=alongside,
        remotes=FLOWS,
    )
    return running(service, settings)
