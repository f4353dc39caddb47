"""Look, create, settle and verify, with a site that holds what a test puts there."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import peoplesoft
import pytest
from ap_domain.approved_invoice import ApprovedInvoice, read_document
from ap_domain.invoice_state import DocumentRef, InvoiceState, Step
from ap_domain.posting import VoucherRef
from chassis.connections import Connection
from chassis.ledger.entry import Entry, Phase, Started
from chassis.ledger.outcomes import (
    Done,
    InDoubt,
    NotSent,
    Outcome,
    Parked,
    Rejected,
    Retry,
    Sighted,
    Stopped,
)
from chassis.ledger.ports import Clock, NotSentError
from chassis.record_reader import RecordReader
from peoplesoft import (
    ComponentInterfaceClient,
    CreatedVoucher,
    Credentials,
    FoundVoucher,
    PeopleSoftError,
    PropertyKind,
    PropertyShape,
    Row,
    Value,
    VoucherClient,
)
from peoplesoft.gateway import BeforeSend
from peoplesoft.shape import ComponentInterfaceShape
from peoplesoft.testing.invented_sites import PLAIN_SITE
from voucher_poster.adapters.basware_clients import BaswareClients
from voucher_poster.adapters.document_source import DocumentSource, NotReadableNow, NotTheDocument
from voucher_poster.adapters.peoplesoft_clients import PeopleSoftClients, PeopleSoftSite
from voucher_poster.adapters.peoplesoft_steps import PeopleSoftSteps
from voucher_poster.core.answers import Created, Looked, Verified

MakeEntry = Callable[..., Entry[InvoiceState]]


def site_shape() -> ComponentInterfaceShape:
    """The plain invented site, with the properties that the default mapping fills beside its own."""
    shape = PLAIN_SITE.shape()
    assert shape.create is not None
    request = shape.create.request
    more = (
        PropertyShape(name="ACCOUNTING_DT", namespace=request.namespace, kind=PropertyKind.DATE),
        PropertyShape(name="SALETX_AMT", namespace=request.namespace, kind=PropertyKind.NUMBER),
    )
    wider = replace(request, children=(*request.children, *more))
    return replace(shape, create=replace(shape.create, request=wider))


class Books(VoucherClient):
    """Builds messages as the real client does; finds and creates what it was told."""

    def __init__(self, client: ComponentInterfaceClient) -> None:
        super().__init__(client)
        self.found: list[FoundVoucher] = []
        self.failure: Exception | None = None
        self.sent: list[Row] = []
        self.asked: list[Mapping[str, Value]] = []

    async def find_vouchers(self, match: Mapping[str, Value], *, record: str = "") -> list[FoundVoucher]:
        self.asked.append(match)
        if self.failure is not None:
            raise self.failure
        return self.found

    async def create_voucher(
        self,
        properties: Row,
        *,
        record: str = "",
        read_back: bool = True,
        before_send: BeforeSend | None = None,
    ) -> CreatedVoucher:
        assert before_send is not None
        before_send()
        self.sent.append(properties)
        if self.failure is not None:
            raise self.failure
        return CreatedVoucher(business_unit="US001", voucher_id="00000017", entry_status="R")


class OneSite(PeopleSoftClients):
    def __init__(self, site: PeopleSoftSite) -> None:
        self._site = site

    def of(self, connection: Connection) -> PeopleSoftSite:
        return self._site


class OneDocument(DocumentSource):
    def __init__(self, invoice: ApprovedInvoice) -> None:
        self.invoice = invoice
        self.failure: Exception | None = None

    async def read(self, ref: DocumentRef, *, invoice_id: str, connection: Connection) -> ApprovedInvoice:
        if self.failure is not None:
            raise self.failure
        return self.invoice


class Bench:
    """The steps with their surroundings."""

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        invoice: ApprovedInvoice,
        connection: Connection,
        clock: Clock,
        make_entry: MakeEntry,
    ) -> None:
        interface = ComponentInterfaceClient(
            base_url="http://127.0.0.1:1",
            node="N",
            ci=site_shape(),
            credentials=Credentials(operator="a", password="b"),
            session=session,
        )
        self.books = Books(interface)
        self.documents = OneDocument(invoice)
        self.connection = connection
        self.clock = clock
        self.gate_closed = False
        self._make_entry = make_entry
        self._steps = PeopleSoftSteps(
            clients=OneSite(PeopleSoftSite(interface=interface, vouchers=self.books)),
            documents=self.documents,
            clock=clock,
        )

    async def call(self, name: str, entry: Entry[InvoiceState]) -> Outcome:
        return await self._steps.call(name, entry, self.connection, gate=self._gate)

    async def looked(self) -> Looked:
        outcome = await self.call("look", self._make_entry(Step.POST))
        assert isinstance(outcome, Done)
        assert isinstance(outcome.value, Looked)
        return outcome.value

    async def started(self, phase: Phase = Phase.STARTED) -> Entry[InvoiceState]:
        """An entry as a look that found nothing leaves it."""
        found, self.books.found = self.books.found, []
        failure, self.books.failure = self.books.failure, None
        intent = (await self.looked()).intent
        self.books.found, self.books.failure = found, failure
        mark = Started(at=self.clock.now(), number=1, settle_seconds=60, request_digest=intent.request_digest)
        return self._make_entry(Step.POST, body={"intent": intent}, phase=phase, started=mark)

    def _gate(self) -> None:
        if self.gate_closed:
            raise NotSentError("not the owner any more")


@pytest.fixture
async def bench(invoice: ApprovedInvoice, connection: Connection, clock: Clock, make_entry: MakeEntry) -> Any:
    async with aiohttp.ClientSession() as session:
        yield Bench(
            session=session, invoice=invoice, connection=connection, clock=clock, make_entry=make_entry
        )


def voucher(voucher_id: str = "00000009", *, status: str = "P", supplier: str = "0000430022") -> FoundVoucher:
    return FoundVoucher(
        business_unit="US001",
        voucher_id=voucher_id,
        entry_status=status,
        invoice_id="80000330200233",
        vendor_id=supplier,
    )


async def test_a_look_writes_down_what_would_be_sent_and_asks_for_the_natural_key(bench: Bench) -> None:
    looked = await bench.looked()
    assert bench.books.asked == [
        {"BUSINESS_UNIT": "US001", "VENDOR_ID": "0000430022", "INVOICE_ID": "80000330200233"}
    ]
    assert looked.settle_seconds == 60
    assert looked.asked_at == bench.clock.now()
    assert (looked.same, looked.different) == ((), ())
    assert len(looked.intent.request_digest) == 64
    assert looked.intent == (await bench.looked()).intent


async def test_a_look_tells_the_same_invoice_from_another_and_passes_over_deleted_ones(bench: Bench) -> None:
    bench.books.found = [
        voucher("1"),
        voucher("2", supplier="0000000001"),
        voucher("3", status="X"),
        voucher("4", status="R"),
    ]
    looked = await bench.looked()
    assert [each.voucher_id for each in looked.same] == ["1", "4"]
    assert [each.voucher_id for each in looked.different] == ["2"]


async def test_a_create_sends_what_was_started_and_brings_the_number(bench: Bench) -> None:
    outcome = await bench.call("create", await bench.started())
    assert outcome == Done(
        value=Created(
            voucher=VoucherRef(business_unit="US001", voucher_id="00000017", entry_status="R"), warnings=()
        )
    )
    assert [each["INVOICE_ID"] for each in bench.books.sent] == ["80000330200233"]


async def test_a_create_that_would_send_something_else_is_not_sent(
    bench: Bench, document: dict[str, Any]
) -> None:
    entry = await bench.started()
    bench.documents.invoice = read_document({**document, "invoiceNumber": "another"})
    assert isinstance(await bench.call("create", entry), NotSent)
    assert bench.books.sent == []


async def test_the_gate_has_the_last_word_before_a_create(bench: Bench) -> None:
    entry = await bench.started()
    bench.gate_closed = True
    with pytest.raises(NotSentError):
        await bench.call("create", entry)
    assert bench.books.sent == []


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (peoplesoft.OutcomeUnknown("no answer in time"), InDoubt),
        (peoplesoft.Rejected("refused"), Rejected),
        (peoplesoft.RetryLater("not reached"), Retry),
        (peoplesoft.CredentialsRefused("401"), Stopped),
        (peoplesoft.NeedsPerson("what is this"), Parked),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_a_create_that_fails_is_sorted_by_what_it_proves(
    bench: Bench, failure: PeopleSoftError, kind: type[Outcome]
) -> None:
    entry = await bench.started()
    bench.books.failure = failure
    assert type(await bench.call("create", entry)) is kind


async def test_doubt_is_settled_by_what_was_written_down_not_by_mapping_again(bench: Bench) -> None:
    entry = await bench.started(Phase.IN_DOUBT)
    bench.documents.failure = NotTheDocument("must not be read")
    bench.books.asked.clear()
    bench.books.found = [voucher("1"), voucher("2", supplier="0000000001")]
    sighted = await bench.call("settle", entry)
    assert isinstance(sighted, Sighted)
    assert [each.voucher_id for each in sighted.same if isinstance(each, VoucherRef)] == ["1"]
    assert len(sighted.different) == 1
    assert bench.books.asked[0]["INVOICE_ID"] == "80000330200233"


async def test_a_deleted_voucher_after_a_lost_answer_asks_for_a_person(bench: Bench) -> None:
    entry = await bench.started(Phase.IN_DOUBT)
    bench.books.found = [voucher("1", status="X")]
    parked = await bench.call("settle", entry)
    assert isinstance(parked, Parked)
    assert "deleted" in parked.reason


@pytest.mark.parametrize("name", ["settle", "verify"])
async def test_nothing_met_after_the_send_sends_the_invoice_back(bench: Bench, name: str) -> None:
    entry = await bench.started(Phase.IN_DOUBT)
    bench.books.failure = peoplesoft.InvalidMessage("too long", property_path="INVOICE_ID")
    assert isinstance(await bench.call(name, entry), Parked)


async def test_a_verify_shows_all_live_vouchers_that_match(bench: Bench) -> None:
    entry = await bench.started()
    bench.books.found = [voucher("1"), voucher("2"), voucher("3", status="X")]
    outcome = await bench.call("verify", entry)
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, Verified)
    assert [each.voucher_id for each in outcome.value.same] == ["1", "2"]


async def test_data_at_fault_go_back_to_the_clerk_and_the_mapping_stops_the_flow(
    bench: Bench, document: dict[str, Any], make_entry: MakeEntry
) -> None:
    bench.documents.invoice = read_document({**document, "grossSum": 1161})
    rejected = await bench.call("look", make_entry(Step.POST))
    assert isinstance(rejected, Rejected)
    assert "grossSum is 1161" in rejected.reason
    bench.documents.invoice = read_document({**document, "companyCode": "BW99"})
    assert await bench.call("look", make_entry(Step.POST)) == Stopped(
        reason="the mapping of the connection needs correction: business_units: company BW99 of invoice "
        "138e7d94997847aebe7432e521b3dac9 is not listed",
        connection_version=7,
    )


async def test_a_match_rule_that_cannot_be_followed_stops_the_flow(
    bench: Bench, make_entry: MakeEntry
) -> None:
    side = replace(bench.connection.peoplesoft, match=("COLOUR",))
    bench.connection = replace(bench.connection, peoplesoft=side)
    assert isinstance(await bench.call("look", make_entry(Step.POST)), Stopped)


@pytest.mark.parametrize(
    ("failure", "kind"), [(NotReadableNow("Kafka is away"), Retry), (NotTheDocument("other content"), Parked)]
)
async def test_a_document_that_cannot_be_had_waits_or_asks_for_a_person(
    bench: Bench, make_entry: MakeEntry, failure: Exception, kind: type[Outcome]
) -> None:
    bench.documents.failure = failure
    assert type(await bench.call("look", make_entry(Step.POST))) is kind


async def test_a_changed_connection_gets_new_clients_and_an_unchanged_one_keeps_its_own(
    connection: Connection,
) -> None:
    async with aiohttp.ClientSession() as session:
        clients, basware = PeopleSoftClients(session=session), BaswareClients(session=session)
        site, client = clients.of(connection), basware.of(connection)
        later = replace(connection, version=8)
        assert clients.of(connection) is site
        assert basware.of(connection) is client
        assert clients.of(later) is not site
        assert basware.of(later) is not client


class NoRecords(RecordReader):
    """A topic from which the record was erased."""

    def __init__(self, value: bytes | None = None) -> None:
        self._value = value

    async def read(self, topic: str, partition: int, offset: int) -> bytes | None:
        return self._value


async def test_bytes_that_are_no_document_are_not_posted(
    connection: Connection, make_entry: MakeEntry
) -> None:
    async with aiohttp.ClientSession() as session:
        source = DocumentSource(records=NoRecords(b"rubbish"), clients=BaswareClients(session=session))
        ref = make_entry(Step.POST).body.document
        with pytest.raises(NotTheDocument):
            await source.read(ref, invoice_id="x", connection=connection)


async def test_an_erased_document_is_asked_of_basware_who_may_be_away(
    connection: Connection, make_entry: MakeEntry
) -> None:
    async with aiohttp.ClientSession() as session:
        source = DocumentSource(records=NoRecords(), clients=BaswareClients(session=session))
        ref = make_entry(Step.POST).body.document
        with pytest.raises(NotReadableNow):
            await source.read(ref, invoice_id="x", connection=connection)
