"""Puts the payment poller together; the only place that does."""

import asyncio
from contextlib import AbstractAsyncContextManager
from functools import partial

import aiohttp
from basware import BaswareClients
from chassis.settings import ServiceSettings
from chassis.streams.poll_port import PollLimits
from chassis.streams.poll_publisher import ShardPublisher
from chassis.streams.polling import Polling
from chassis.streams.ports import StreamService, StreamSurroundings
from chassis.streams.running import Running, running
from peoplesoft import QueryTimeouts
from prometheus_client import REGISTRY

from payment_poller.adapters.clients import PeopleSoftClients
from payment_poller.adapters.peoplesoft_source import PeopleSoftSource
from payment_poller.adapters.publisher import KafkaPublisher
from payment_poller.adapters.reconciler import Reconciler
from payment_poller.book import VoucherBook
from payment_poller.by_subject import BySubject
from payment_poller.differences import Differences, read_reconciliations
from payment_poller.flow import FLOW
from payment_poller.metrics import VoucherPicture
from payment_poller.poller import PaymentPoller
from payment_poller.reconciling import ReconciliationPoller
from payment_poller.subjects import PAYMENTS, RECONCILIATION, subjects
from payment_poller.tables import PICTURES, RECORDS, SERVICE, WATCHED, pictures, vouchers

__all__ = ["payment_poller"]

FLOWS = (FLOW, "peoplesoft")
"""A password that the poster found refused is not tried by the polls either."""
CONNECTIONS = 100
"""HTTP connections to PeopleSoft at once, over all customers."""
STALL_SECONDS = QueryTimeouts().whole + 300.0
"""A poll gets on with each answer of a query; what is left is for publishing what it gave."""


def payment_poller(settings: ServiceSettings) -> AbstractAsyncContextManager[Running]:
    """The poller at work until the context ends."""
    polling = Polling(
        records=RECORDS,
        subjects=subjects,
        flows=FLOWS,
        instance=settings.instance,
        limits=PollLimits(overall=settings.poll_seconds, stall=STALL_SECONDS),
    )

    async def alongside(around: StreamSurroundings) -> None:
        owned = around.shards.owned
        book = VoucherBook(view=around.view, owned=owned)
        around.shards.on_change(book.put)
        around.shards.on_loss(book.forget)
        differences = Differences(
            owned=owned, read=partial(read_reconciliations, bootstrap=settings.kafka_bootstrap)
        )
        picture = VoucherPicture(book, differences, now=around.clock.now)
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        async with (
            # Without cookies: customers share it.
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
            asyncio.TaskGroup() as tasks,
        ):
            clients = PeopleSoftClients(session=session)
            publisher = ShardPublisher(producer=around.producer, owned=owned)
            payments = PaymentPoller(
                source=PeopleSoftSource(rows_of=clients.queries, inquiry_of=clients.inquiry),
                publisher=KafkaPublisher(publisher),
                book=book,
                view=around.view,
                flows=around.flows,
                clock=around.clock,
            )
            reconciliation = ReconciliationPoller(
                reconciling=Reconciler(
                    bootstrap=settings.kafka_bootstrap,
                    peoplesoft=clients,
                    basware=BaswareClients(session=session),
                    clock=around.clock,
                ),
                publisher=publisher,
                differences=differences,
                flows=around.flows,
                clock=around.clock,
            )
            tasks.create_task(book.follow(), name="book of vouchers")
            tasks.create_task(differences.follow(), name="earlier reconciliations")
            REGISTRY.register(picture)
            try:
                await polling.run(around, BySubject({PAYMENTS: payments, RECONCILIATION: reconciliation}))
            finally:
                REGISTRY.unregister(picture)

    service = StreamService(
        name=SERVICE,
        tables=(WATCHED, PICTURES, *RECORDS.tables),
        followings=(vouchers, pictures, *polling.followings),
        alongside=alongside,
        remotes=FLOWS,
    )
    return running(service, settings)
