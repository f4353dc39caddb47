"""Fetching: what comes back is typed, kept byte for byte, or parked with the field that is at fault."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import aiohttp
import pytest
from ap_domain.fetch_state import FetchState, Step
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
from chassis.ledger.outcomes import Done, Outcome, Parked, Retry, Stopped
from chassis.ledger.ports import Flows
from ingress.documents.adapters.basware_clients import BaswareClients
from ingress.documents.adapters.fetch_caller import FetchCaller
from ingress.documents.core.answers import Fetched, Missing
from ingress.documents.core.machine import FETCH

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
INVOICE_ID = "138e7d94997847aebe7432e521b3dac9"
PATH = f"/v1/accountingDocuments/{INVOICE_ID}"
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
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class Directory:
    def __init__(self, connection: Connection) -> None:
        self.connection: Connection | None = connection

    def get(self, connection_id: str) -> Connection | None:
        return self.connection


class Told:
    """Flows that remember what was stopped."""

    def __init__(self) -> None:
        self.stops: list[tuple[str, Stop]] = []

    async def stop(self, connection_id: str, stop: Stop) -> None:
        self.stops.append((connection_id, stop))


class Bench:
    def __init__(self, *, stub: StubApi, session: aiohttp.ClientSession) -> None:
        self.stub = stub
        self.flows = Told()
        self.directory = Directory(_connection(stub.url()))
        self.caller = FetchCaller(
            directory=cast("ConnectionDirectory", self.directory),
            clients=BaswareClients(session=session),
            flows=cast("Flows", self.flows),
            clock=Clock(),
        )

    async def fetch(self, *, attempts: int = 0) -> Outcome:
        entry = Entry(
            key=f"acme/{INVOICE_ID}",
            connection_id="acme",
            sequence=1,
            phase=Phase.WAITING,
            step=Step.FETCH,
            attempts=attempts,
            trace_id="00-" + "1" * 32 + "-" + "2" * 16 + "-01",
            body=FetchState(invoice_id=INVOICE_ID),
        )
        return await self.caller.call(entry, FETCH, gate=lambda: None, repeat=False)

    def answers(self, body: bytes | dict[str, Any]) -> bytes:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.stub.script("GET", PATH, Canned(body=raw, headers={"Content-Type": "application/json"}))
        return raw


def _connection(url: str) -> Connection:
    return Connection(
        id="acme",
        version=3,
        shard=0,
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


async def test_a_document_keeps_its_bytes_and_its_essentials_are_typed(bench: Bench) -> None:
    raw = bench.answers(DOCUMENT)
    outcome = await bench.fetch()
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, Fetched)
    document = outcome.value.document
    assert document.raw == raw
    assert document.content_digest == hashlib.sha256(raw).hexdigest()
    assert (document.connection_id, document.fetch_number, document.fetched_at) == ("acme", 0, NOW)
    assert (document.company_code, document.supplier_code, document.gross_sum) == (
        "BW00",
        "430022",
        Decimal(1160),
    )
    assert document.last_updated == datetime(2026, 6, 6, 10, 0, 0, 123_000, tzinfo=UTC)
    assert document.batch_id == "batch-1"
    (request,) = bench.stub.seen("GET", PATH)
    assert request.headers["traceparent"].startswith("00-" + "1" * 32)


async def test_dates_nobody_can_read_do_not_stop_a_document(bench: Bench) -> None:
    bench.answers({**DOCUMENT, "invoiceDate": '"2023-05-23"', "lastUpdated": "yesterday"})
    outcome = await bench.fetch()
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, Fetched)
    assert outcome.value.document.invoice_date is None
    assert outcome.value.document.last_updated is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"companyCode": None}, "companyCode"),
        ({"companyCode": "BW99"}, "companyCode BW99"),
        ({"processingStatus": ""}, "processingStatus"),
        ({"paymentBlock": "no"}, "paymentBlock"),
        ({"grossSum": 10**30}, "grossSum"),
        ({"netSum": "1e-20"}, "netSum"),
        ({"transferParameters": [{"key": "InvoiceBatchId", "value": "\ud800"}]}, "AccountingDocument"),
        ({"invoiceNumber": "\ud800"}, "invoiceNumber"),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
async def test_a_fault_in_an_essential_parks_and_names_the_field(
    bench: Bench, change: dict[str, Any], named: str
) -> None:
    bench.answers({**DOCUMENT, **change})
    outcome = await bench.fetch()
    assert isinstance(outcome, Parked)
    assert named in outcome.reason
    assert outcome.reason.encode()


async def test_a_document_larger_than_a_record_parks_with_the_cause(bench: Bench) -> None:
    bench.answers({**DOCUMENT, "attachments": ["x" * (10 * 1024 * 1024)]})
    outcome = await bench.fetch()
    assert isinstance(outcome, Parked)
    assert "at most" in outcome.reason


@pytest.mark.parametrize(
    ("answer", "attempts", "kind"),
    [
        (Canned(status=503), 0, Retry),
        (Canned(drop=True), 0, Retry),
        (Canned(status=429, headers={"Retry-After": "9"}), 0, Retry),
        (Canned(status=401), 0, Stopped),
        (Canned(body=b"<html>sign on</html>"), 0, Retry),
        (Canned(body=b"<html>sign on</html>"), 19, Parked),
        (Canned(status=400), 0, Parked),
    ],
    ids=["503", "lost", "429", "401", "html", "html for the 20th time", "400"],
)
async def test_a_fetch_that_fails_is_sorted(
    bench: Bench, answer: Canned, attempts: int, kind: type[Outcome]
) -> None:
    bench.stub.script("GET", PATH, answer)
    outcome = await bench.fetch(attempts=attempts)
    assert type(outcome) is kind
    if isinstance(outcome, Retry) and answer.status == 429:
        assert (outcome.after, outcome.lane) == (9.0, True)
    if isinstance(outcome, Stopped):
        assert outcome.connection_version == 3


async def test_an_id_basware_does_not_know_is_told_as_missing(bench: Bench) -> None:
    bench.stub.script("GET", PATH, Canned(status=404))
    outcome = await bench.fetch()
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, Missing)


async def test_without_a_usable_connection_the_fetch_waits(bench: Bench) -> None:
    bench.directory.connection = None
    outcome = await bench.fetch()
    assert isinstance(outcome, Retry)
    assert not outcome.blame
    assert not await bench.caller.probe("acme", "basware")


async def test_a_canary_whose_credentials_are_refused_stops_the_flow_again(bench: Bench) -> None:
    bench.stub.script("POST", "/v1/tokens", Canned(status=401))
    assert not await bench.caller.probe("acme", "basware")
    ((connection_id, stop),) = bench.flows.stops
    assert (connection_id, stop.flow, stop.connection_version) == ("acme", "basware", 3)
    changed = bench.directory.connection
    assert changed is not None
    bench.directory.connection = replace(changed, version=4)
    bench.stub.script("POST", "/v1/tokens", Canned(status=503))
    assert not await bench.caller.probe("acme", "basware")
    assert len(bench.flows.stops) == 1
