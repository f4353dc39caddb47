"""PeopleSoft's books in the hands of a test, and the steps over them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import aiohttp
from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.invoice_state import DocumentRef, InvoiceState, Step
from chassis.connections import Connection
from chassis.ledger.entry import Entry, Phase, Started
from chassis.ledger.outcomes import Done, Outcome
from chassis.ledger.ports import NotSentError
from peoplesoft import (
    ComponentInterfaceClient,
    CreatedVoucher,
    Credentials,
    FoundVoucher,
    PropertyKind,
    PropertyShape,
    Row,
    Value,
    VoucherClient,
)
from peoplesoft.gateway import BeforeSend
from peoplesoft.shape import ComponentInterfaceShape
from peoplesoft.testing.invented_sites import PLAIN_SITE
from voucher_poster.adapters.document_source import DocumentSource
from voucher_poster.adapters.peoplesoft_clients import PeopleSoftClients, PeopleSoftSite
from voucher_poster.adapters.peoplesoft_steps import PeopleSoftSteps
from voucher_poster.core.answers import Looked
from voucher_poster.core.documents import nowhere

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
        self.shown: FoundVoucher | None = None
        self.beside: dict[str, FoundVoucher | None] = {}
        """Vouchers that are shown by their number, beside the one that is shown else."""
        self.created = CreatedVoucher(business_unit="US001", voucher_id="00000017", entry_status="R")
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
        return self.created

    async def get_voucher(
        self, *, business_unit: str, voucher_id: str, record: str = ""
    ) -> FoundVoucher | None:
        self.asked.append({"BUSINESS_UNIT": business_unit, "VOUCHER_ID": voucher_id})
        if self.failure is not None:
            raise self.failure
        return self.beside.get(voucher_id, self.shown)


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

    async def now(
        self, invoice_id: str, *, connection: Connection, at: datetime
    ) -> tuple[ApprovedInvoice, DocumentRef]:
        invoice = await self.read(nowhere(at=at), invoice_id=invoice_id, connection=connection)
        status = invoice.processing_status
        return invoice, replace(nowhere(at=at), status=status, revision=invoice.revision, digest="d")


class Bench:
    """The steps with their surroundings."""

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        invoice: ApprovedInvoice,
        connection: Connection,
        clock: Any,
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

    def set(self, **changes: Any) -> None:
        """Change PeopleSoft's side of the connection."""
        self.connection = replace(self.connection, peoplesoft=replace(self.connection.peoplesoft, **changes))

    def serve(self, *company_codes: str) -> None:
        """Change the companies whose invoices the connection works on."""
        side = replace(self.connection.basware, company_codes=company_codes)
        self.connection = replace(self.connection, basware=side)

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


def voucher(
    voucher_id: str = "00000009", *, status: str = "P", supplier: str = "0000430022", **more: Any
) -> FoundVoucher:
    """As a search or a get shows it."""
    return FoundVoucher(
        business_unit="US001",
        voucher_id=voucher_id,
        entry_status=status,
        invoice_id="80000330200233",
        vendor_id=supplier,
        **more,
    )
