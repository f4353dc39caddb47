"""Connections of a Basware tenant that a scripted API stands in for, and what surrounds fetching and sweeping."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import aiohttp
import pytest
from ap_domain.desired_state import FlowState
from ap_domain.fetch_state import FetchState, Step
from ap_domain.notification import Notification
from basware.testing import Canned, StubApi
from chassis.connections import (
    BaswareSide,
    ComponentInterface,
    Connection,
    ConnectionDirectory,
    PeopleSoftSide,
    Secret,
)
from chassis.ledger.entry import Entry, Phase, Stop
from chassis.ledger.outcomes import Outcome
from chassis.ledger.ports import Flows
from chassis.trace import TraceContext
from ingress.documents.adapters.basware_clients import BaswareClients
from ingress.documents.adapters.fetch_caller import FetchCaller
from ingress.documents.adapters.sweep import Sweep
from ingress.documents.core.machine import FETCH
from ingress.publisher import NotPublished

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
INVOICE_ID = "138e7d94997847aebe7432e521b3dac9"
PATH = f"/v1/accountingDocuments/{INVOICE_ID}"
LIST = "/v1/accountingDocuments"
JSON = {"Content-Type": "application/json"}
DOCUMENT: dict[str, Any] = {
    "invoiceId": INVOICE_ID,
    "invoiceNumber": "80000330200233",
    "processingStatus": "WaitingForTransfer",
    "companyCode": "BW00",
    "supplierCode": "430022",
    "currencyCode": "EUR",
    "grossSum": 1160,
    "invoiceDate": "2026-06-05T00:00:00Z",
    "lastUpdated": "2026-06-06T10:00:00.123Z",
    "paymentBlock": False,
    "transferParameters": [{"key": "InvoiceBatchId", "value": "batch-1"}],
}


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds


class Directory:
    """The connections in the test's hand."""

    def __init__(self, *connections: Connection) -> None:
        self.known = {each.id: each for each in connections}
        self.unusable: dict[str, str] = {}

    def get(self, connection_id: str) -> Connection | None:
        return self.known.get(connection_id)

    def all(self) -> tuple[Connection, ...]:
        return tuple(self.known[each] for each in sorted(self.known))


class FakeFlows:
    """Flows that the test sets, and that remember what was stopped."""

    def __init__(self) -> None:
        self.states: dict[str, FlowState] = {}
        self.stops: list[tuple[str, Stop]] = []

    def state(self, connection_id: str, flow: str) -> FlowState:
        return self.states.get(connection_id, FlowState.RUNNING)

    async def stop(self, connection_id: str, stop: Stop) -> None:
        self.stops.append((connection_id, stop))
        self.states[connection_id] = FlowState.STOPPED


@dataclass(slots=True)
class FakeKafka:
    """Takes notifications unless it is away; `after` is called with each, before it counts as taken."""

    published: list[tuple[Notification, int]] = field(default_factory=list)
    away: bool = False
    after: Callable[[Notification], None] = lambda _: None

    async def publish(self, notification: Notification, *, partition: int, trace: TraceContext) -> None:
        if self.away:
            raise NotPublished("no broker")
        self.after(notification)
        self.published.append((notification, partition))


class Bench:
    """A scripted Basware, connection acme (companies BW00) of it at shard 2, and the fetcher's adapters."""

    def __init__(self, *, stub: StubApi, session: aiohttp.ClientSession) -> None:
        self.stub = stub
        self.flows = FakeFlows()
        self.kafka = FakeKafka()
        self.clock = Clock()
        self.acme = _connection(stub.url())
        self.directory = Directory(self.acme)
        self.clients = BaswareClients(session=session)
        self.caller = FetchCaller(
            directory=cast("ConnectionDirectory", self.directory),
            clients=self.clients,
            publisher=self.kafka,
            flows=cast("Flows", self.flows),
            clock=self.clock,
        )
        self.sweep = Sweep(
            clients=self.clients,
            publisher=self.kafka,
            flows=cast("Flows", self.flows),
            clock=self.clock,
        )

    def another(self, connection_id: str, *company_codes: str, shard: int = 5, **changes: Any) -> Connection:
        """One more connection of the same tenant, known from now on."""
        side = replace(self.acme.basware, company_codes=company_codes, **changes.pop("basware", {}))
        made = replace(self.acme, id=connection_id, shard=shard, basware=side, **changes)
        self.directory.known[made.id] = made
        return made

    def entry(self, **changes: Any) -> Entry[FetchState]:
        entry = Entry(
            key=f"acme/{INVOICE_ID}",
            connection_id="acme",
            sequence=1,
            phase=Phase.WAITING,
            step=Step.FETCH,
            trace_id="00-" + "1" * 32 + "-" + "2" * 16 + "-01",
            body=FetchState(invoice_id=INVOICE_ID, tasks=("t1",)),
        )
        return replace(entry, **changes)

    async def fetch(self, *, attempts: int = 0) -> Outcome:
        entry = self.entry(attempts=attempts)
        return await self.caller.call(entry, FETCH, gate=lambda: None, repeat=False)

    def answers(self, body: bytes | dict[str, Any]) -> bytes:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.stub.script("GET", PATH, Canned(body=raw, headers=JSON))
        return raw

    def lists(self, *pages: Canned) -> None:
        """What lists answer, whatever they ask for, one after the other; the last one repeats."""
        self.stub.script("GET", LIST, *pages)

    def listed(self) -> list[str]:
        """The queries of the lists asked for."""
        return [request.target.partition("?")[2] for request in self.stub.seen("GET", LIST)]


def _connection(url: str) -> Connection:
    return Connection(
        id="acme",
        version=3,
        shard=2,
        stage="test",
        basware=BaswareSide(
            base_url=url,
            client_id="acme-client",
            client_secret=Secret("client secret"),
            company_codes=("BW00",),
            webhook_secrets=(Secret("hook secret"),),
            record_spacing=timedelta(seconds=5),
        ),
        peoplesoft=PeopleSoftSide(
            base_url=url,
            node="N",
            operator="O",
            password=Secret("password"),
            authentication="basic",
            component_interface=ComponentInterface(name="AP_VOUCHER", wsdl="W"),
            business_units=("US001",),
            settle_time=timedelta(seconds=60),
            match=("BUSINESS_UNIT",),
        ),
        mapping={},
    )


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with StubApi() as stub, aiohttp.ClientSession() as session:
        yield Bench(stub=stub, session=session)


@pytest.fixture
def document() -> dict[str, Any]:
    """Basware's document, to be changed at will."""
    return dict(DOCUMENT)
