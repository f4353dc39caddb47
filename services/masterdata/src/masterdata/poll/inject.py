"""Puts the poll together; the only place that does."""

import asyncio
from contextlib import AbstractAsyncContextManager

import aiohttp
from chassis import topics
from chassis.settings import ServiceSettings
from chassis.streams.audit import StreamAudit
from chassis.streams.poll_agenda import Agenda
from chassis.streams.poll_port import PollLimits
from chassis.streams.poll_records import PollResults
from chassis.streams.poll_runner import PollRunner
from chassis.streams.poll_subjects import SubjectBook
from chassis.streams.ports import StreamService, StreamSurroundings
from chassis.streams.running import Running, running
from chassis.streams.scheduler import PollScheduler

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


def masterdata_poll(settings: ServiceSettings) -> AbstractAsyncContextManager[Running]:
    """The poll at work until the context ends."""
    agenda = Agenda()

    async def alongside(around: StreamSurroundings) -> None:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        async with (
            # Without cookies: customers share it.
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
            KafkaContents(bootstrap=settings.kafka_bootstrap) as contents,
        ):
            poller = MasterDataPoller(
                source=QuerySource(clients=QueryClients(session=session)),
                contents=contents,
                publisher=KafkaPublisher(producer=around.producer),
                view=around.view,
                flows=around.flows,
                clock=around.clock,
            )
            results = PollResults(table=RECORDS.results, view=around.view)
            around.shards.on_change(results.put)
            book, limits = SubjectBook(subjects), PollLimits()
            audit = StreamAudit(
                producer=around.producer,
                topic=topics.AUDIT_MASTERDATA,
                service=SERVICE,
                instance=settings.instance,
            )
            scheduler = PollScheduler(
                records=RECORDS,
                agenda=agenda,
                results=results,
                subjects=book,
                around=around,
                audit=audit,
                flows=FLOWS,
                limits=limits,
            )
            runner = PollRunner(
                records=RECORDS,
                agenda=agenda,
                results=results,
                subjects=book,
                poller=poller,
                around=around,
                audit=audit,
                flows=FLOWS,
                limits=limits,
            )
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(scheduler.run(), name="schedule of polls")
                tasks.create_task(runner.run(), name="polls")

    service = StreamService(
        name=SERVICE,
        tables=(PUBLISHED, *RECORDS.tables),
        followings=(published, *RECORDS.followings(agenda)),
        alongside=alongside,
        remotes=FLOWS,
    )
    return running(service, settings)
