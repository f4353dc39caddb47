"""A cluster in memory whose owners decide by the services' own rules, and entries to put into it."""

import asyncio
import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import yaml
from ap_domain.audit import AuditEvent
from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.desired_state import DesiredState
from ap_domain.fetch_state import FetchState
from ap_domain.invoice_state import DocumentRef, InvoiceState, LinkOrder, Step
from ap_domain.mapping_version import MappingVersion
from ap_domain.masterdata.canonical_json import canonical_json
from ap_domain.masterdata.record import ImportState, ImportStep, MasterRecord, content_digest
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.payments import PaymentPicture, PaymentStanding, Proof
from ap_domain.poll import PollKind, PollOutcome, PollResult
from ap_domain.posting import PostingIntent, VoucherRef
from apstream_cli import connection, flow, invoice, mapping, masterdata, parked, payments, voucher
from apstream_cli.cluster import Order
from apstream_cli.main import app
from chassis.connections.model import read_document
from chassis.connections.record import ConnectionRecord, seal_connection
from chassis.connections.secrets import KeyRing
from chassis.desired_state import DesiredStates
from chassis.errors import NotAnswered
from chassis.keys import record_key
from chassis.ledger.entry import Entry, Phase, Started
from chassis.ledger.machine import Input
from chassis.ledger_reader import Ledgers, Wanted
from chassis.records import (
    DOCUMENT_ENTRY,
    IMPORT_STATE,
    MASTER_RECORD,
    PAYMENT_PICTURE,
    POLL_RESULT,
    VOUCHER_ENTRY,
)
from chassis.streams.poll_decision import decide
from chassis.streams.poll_port import Subject
from chassis.topic_scan import Scanned
from chassis.topics import (
    COMMANDS,
    MASTER_DATA,
    MASTERDATA_IMPORTS,
    MASTERDATA_POLL_RESULTS,
    PAYMENT_POLL_RESULTS,
    PAYMENTS,
    VOUCHERS,
)
from ingress.documents.core import commands as documents_commands
from typer.testing import CliRunner, Result
from voucher_poster.core import commands as invoice_commands
from voucher_poster.core import linking
from voucher_poster.core.answers import Linkable, NotLinkable

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

CONNECTION: dict[str, Any] = {
    "connection": "acme",
    "stage": "test",
    "basware": {
        "base_url": "http://127.0.0.1:1",
        "client_id": "acme-client",
        "client_secret": {"value": "secret-client"},
        "stage": "test",
        "company_codes": ["BW00"],
        "webhook_secrets": [{"value": "secret-webhook"}],
    },
    "peoplesoft": {
        "base_url": "http://127.0.0.1:1",
        "node": "PSFT_EP",
        "stage": "test",
        "operator": "APSTREAM",
        "password": {"value": "secret-password"},
        "component_interface": {"name": "AP_VOUCHER", "wsdl": "CI_AP_VOUCHER.1"},
        "business_units": ["US001"],
    },
    "mapping": {"business_units": {"BW00": "US001"}, "setid": "SHARE"},
}

Run = Callable[..., Result]
Make = Callable[..., Any]


class FakeCluster:
    """`Cluster`. What is written is seen by the next read; orders are decided at once unless ``silent``."""

    def __init__(self) -> None:
        self.records: dict[str, ConnectionRecord] = {}
        self.invoices: dict[str, Entry[InvoiceState]] = {}
        self.documents: dict[str, Entry[FetchState]] = {}
        self.audit: list[AuditEvent] = []
        self.words: list[DesiredState] = []
        self.orders: list[Order] = []
        self.versions: list[MappingVersion] = []
        self.silent = False
        self.scanned: list[Scanned] = []
        self.outcomes: list[tuple[PollOutcome, str]] = []
        self.peoplesoft: dict[str, str | None] | None = {}
        """Why it says that a voucher cannot be linked; None: it is not asked at all."""
        self.others_word: DesiredState | None = None
        self.away = False

    def connect(self, connection_id: str = "acme", *, version: int = 1, **sections: Any) -> None:
        document = read_document(yaml.safe_dump({**CONNECTION, "connection": connection_id, **sections}))
        keys = KeyRing({"k": bytes(32)})
        self.records[connection_id] = seal_connection(
            document, keys=keys, version=version, shard=3, applied_at=NOW, applied_by="ann"
        )

    def put(self, *entries: Entry[Any]) -> None:
        for entry in entries:
            kept: dict[str, Any] = self.invoices if isinstance(entry.body, InvoiceState) else self.documents
            kept[entry.key] = entry

    async def connections(self) -> dict[str, ConnectionRecord]:
        if self.away:
            raise NotAnswered("no Kafka at 127.0.0.1:1")
        return dict(self.records)

    async def ledgers(self, wanted: Wanted, *, shard: int | None) -> Ledgers:
        assert shard in {None, 3}
        if self.peoplesoft is not None:
            self._settle_links(self.peoplesoft)
        invoices = {
            key: entry
            for key, entry in self.invoices.items()
            if wanted(key.encode(), VOUCHER_ENTRY.encode(entry))
        }
        documents = {
            key: entry
            for key, entry in self.documents.items()
            if wanted(key.encode(), DOCUMENT_ENTRY.encode(entry))
        }
        return Ledgers(invoices=invoices, documents=documents)

    async def events(self, records: Collection[str], *, shard: int | None) -> list[AuditEvent]:
        return sorted((event for event in self.audit if event.record in records), key=lambda event: event.at)

    async def flows(self, version_of: Callable[[str], int | None]) -> DesiredStates:
        states = DesiredStates(bootstrap="127.0.0.1:1", connection_version=version_of)
        for word in self.words:
            states.take(word)
        return states

    async def write_flows(self, words: Sequence[DesiredState], states: DesiredStates) -> list[DesiredState]:
        written = []
        for word in words:
            held = states.held(word.connection_id, word.flow)
            written.append(replace(word, version=held.version + 1 if held else 1))
            if self.others_word is not None:
                self.words.append(replace(self.others_word, version=written[-1].version))
        self.words += written
        return written

    async def carry_out(
        self, orders: Sequence[Order], *, answered: Callable[[AuditEvent], None], within: float
    ) -> None:
        self.orders += orders
        for order in [] if self.silent else orders:
            answered(self._decide(order))
        await asyncio.sleep(0)

    async def mappings(self) -> list[MappingVersion]:
        return list(self.versions)

    async def read(
        self, take: Callable[[Scanned], None], *, topics: Sequence[str], shard: int | None
    ) -> None:
        assert shard in {None, 3}
        entries = [
            Scanned(
                topic=VOUCHERS.name,
                partition=3,
                offset=0,
                key=key.encode(),
                value=VOUCHER_ENTRY.encode(entry),
            )
            for key, entry in self.invoices.items()
        ]
        for scanned in (*entries, *self.scanned):
            if scanned.topic in topics:
                take(scanned)

    def publish(self, code: str, content: dict[str, Any], **more: Any) -> MasterRecord:
        """A record as the poll publishes it; ``content`` may be empty where there are problems."""
        text, active = canonical_json(content) if content else "", more.pop("active", True)
        problems = more.pop("problems", ())
        record = MasterRecord(
            connection_id="acme", entity=more.pop("entity", "accounts"), external_code=code, active=active,
            content=text, digest=content_digest(text, active=active, problems=problems), problems=problems,
            source=code.replace("_", "/"), poll_id="p", poll_offset=1, read_at=NOW, **more,
        )  # fmt: skip
        key = record_key("acme", record.entity, code)
        self._lay(MASTER_DATA.name, key, MASTER_RECORD.encode(record))
        return record

    def tell(self, record: MasterRecord, step: ImportStep, *words: str, **more: Any) -> None:
        """A word of the import on a record as it was published."""
        state = ImportState(
            connection_id="acme", entity=record.entity, external_code=record.external_code, sequence=len(self.scanned),
            step=step, digest=record.digest, source_offset=0, request_id="r-1", at=NOW, words=words, attempts=1,
        )  # fmt: skip
        key = record_key("acme", record.entity, record.external_code)
        self._lay(MASTERDATA_IMPORTS.name, key, IMPORT_STATE.encode(replace(state, **more)))

    def end_poll(self, outcome: PollOutcome, words: str = "", **more: Any) -> None:
        """The result of a poll, as it lies in its topic."""
        result = PollResult(
            poll_id="p", connection_id="acme", subject="accounts", kind=PollKind.FULL, due_at=NOW,
            poll_offset=len(self.scanned), started_at=NOW, finished_at=NOW + timedelta(seconds=3), outcome=outcome,
            words=words, read=500, changed=2, deactivated=0, faulty=0,
        )  # fmt: skip
        result = replace(result, **more)
        key = record_key("acme", result.subject, result.kind)
        topic = PAYMENT_POLL_RESULTS if result.subject == "payments" else MASTERDATA_POLL_RESULTS
        self._lay(topic.name, key, POLL_RESULT.encode(result))

    def show_payment(self, picture: PaymentPicture) -> None:
        """A picture as the poller publishes it."""
        key = record_key(picture.connection_id, picture.business_unit, picture.voucher_id)
        self._lay(PAYMENTS.name, key, PAYMENT_PICTURE.encode(picture))

    def _lay(self, topic: str, key: bytes, value: bytes) -> None:
        self.scanned.append(Scanned(topic=topic, partition=3, offset=len(self.scanned), key=key, value=value))

    def _poll(self, command: Command) -> None:
        """The poll that was ordered ends as ``outcomes`` say, if they do."""
        if command.action is Action.RESEND or not self.outcomes:
            return
        outcome, words = self.outcomes.pop(0)
        subjects = [
            Subject(connection_id="acme", name=command.record_id, kind=kind)
            for kind in (PollKind.CHANGES, PollKind.FULL)
        ]
        at = command.issued_at + timedelta(seconds=1)
        turn = decide(subjects, orders=[command], results={}, now=at, actor="test")
        assert turn is not None
        due = turn.due
        self.end_poll(outcome, words, poll_id=due.poll_id, kind=due.kind, subject=due.subject, started_at=at)

    def _settle_links(self, refused: Mapping[str, str | None]) -> None:
        """The calls of links that were ordered, as their owner would make them."""
        for each in [entry for entry in self.invoices.values() if entry.body.link is not None]:
            link = each.body.link
            assert link is not None
            reason = refused.get(link.voucher_id)
            if reason is not None:
                no = NotLinkable(business_unit=link.business_unit, voucher_id=link.voucher_id, reason=reason)
                decision = linking.not_linkable(each, no, now=NOW)
            else:
                decision = linking.linked(each, _linkable(link), now=NOW, others=lambda _: ())
            assert decision.entry is not None
            self.put(replace(decision.entry, sequence=each.sequence + 1))

    def _decide(self, order: Order) -> AuditEvent:
        command, key = order.command, f"{order.command.connection_id}/{order.command.record_id}"
        if command.ledger in {CommandedLedger.MASTERDATA, CommandedLedger.PAYMENTS}:
            self._poll(command)
            return event("command applied", record=key, command=command.command_id, said="so be it")
        decision: Any
        if command.ledger is CommandedLedger.VOUCHERS:
            record = Input(
                topic=COMMANDS.name, partition=3, offset=1, key=key, connection_id="acme", payload=command
            )
            decision = invoice_commands.decide(self.invoices.get(key), record, command, now=command.issued_at)
        else:
            decision = documents_commands.ordered(self.documents.get(key), command, now=command.issued_at)
        if decision.entry is not None:
            self.put(replace(decision.entry, sequence=decision.entry.sequence + 1))
        note = decision.notes[0]
        return replace(event(note.action, record=key), detail=dict(note.detail))


def _linkable(link: LinkOrder) -> Linkable:
    return Linkable(
        voucher=VoucherRef(business_unit=link.business_unit, voucher_id=link.voucher_id, entry_status="P"),
        intent=INTENT,
        document=replace(DOCUMENT, status="Transferred"),
        invoice_number=link.invoice_number,
        currency="USD",
        payment_block=False,
    )


def event(
    action: str, *, record: str = "acme/1", second: int = 0, service: str = "voucher-poster", **detail: str
) -> AuditEvent:
    return AuditEvent(
        event_id=f"{record}-{action}-{second}",
        connection_id=record.partition("/")[0],
        record=record,
        service=service,
        at=NOW + timedelta(seconds=second),
        action=action,
        detail=detail,
        attempt=0,
        actor="test",
        sequence=second,
    )


@pytest.fixture(name="event")
def make_event() -> Make:
    return event


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> FakeCluster:
    """Empty but for the connection acme."""
    fake = FakeCluster()
    fake.connect()
    for module in (connection, flow, invoice, mapping, masterdata, parked, payments, voucher):
        monkeypatch.setattr(module, "open_cluster", lambda: fake)
    return fake


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """``apstream`` with these arguments."""
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setenv("USER", "ann")
    runner = CliRunner()
    return lambda *arguments, **more: runner.invoke(app, arguments, **more)


@pytest.fixture
def entry() -> Make:
    """An invoice's entry: parked before posting unless said otherwise."""

    def make(
        invoice_id: str = "1",
        *,
        connection: str = "acme",
        number: str = "2026/000001",
        phase: Phase = Phase.PARKED,
        step: Step = Step.POST,
        reason: str = "the period is closed",
        doubt: bool = False,
        since: datetime = NOW,
        due: datetime | None = None,
        attempts: int = 0,
        **body: Any,
    ) -> Entry[InvoiceState]:
        state = InvoiceState(
            invoice_id=invoice_id,
            invoice_number=number,
            document=DOCUMENT,
            intent=INTENT if doubt else None,
        )
        return Entry(
            key=f"{connection}/{invoice_id}",
            connection_id=connection,
            sequence=4,
            phase=phase,
            step=step,
            since=since,
            due=due,
            attempts=attempts,
            reason=reason,
            started=Started(at=NOW, number=1, settle_seconds=60, request_digest="d") if doubt else None,
            body=replace(state, **body),
        )

    return make


@pytest.fixture
def fetch() -> Make:
    """A document's entry: parked unless said otherwise."""

    def make(
        invoice_id: str = "1", *, phase: Phase = Phase.PARKED, reason: str = "too large"
    ) -> Entry[FetchState]:
        return Entry(
            key=f"acme/{invoice_id}",
            connection_id="acme",
            sequence=2,
            phase=phase,
            step="fetch",
            since=NOW,
            reason=reason,
            body=FetchState(invoice_id=invoice_id),
        )

    return make


DOCUMENT = DocumentRef(
    partition=3,
    offset=0,
    fetch_number=1,
    fetched_at=NOW,
    status="WaitingForTransfer",
    revision="revision 1",
    digest="0" * 64,
)
INTENT = PostingIntent(
    natural_key=NaturalKey(
        business_unit="US001", vendor_setid="SHARE", vendor_id="0000000007", invoice_id="2026/000001"
    ),
    match=MatchFields(invoice_date=date(2026, 11, 20), gross=Decimal("1160.00"), style="REG"),
    mapping_digest="m",
    request_digest="d",
)
VOUCHER = VoucherRef(business_unit="US001", voucher_id="00012345", entry_status="P")


@pytest.fixture(name="voucher")
def posted_voucher() -> VoucherRef:
    return VOUCHER


@pytest.fixture
def picture() -> Make:
    """The payment of the invoice's voucher: scheduled unless said otherwise."""

    def make(invoice_id: str = "1", **more: Any) -> PaymentPicture:
        zero = Decimal(0)
        made = PaymentPicture(
            connection_id="acme", invoice_id=invoice_id, business_unit="US001", voucher_id="00012345", poll_offset=7,
            observed_at=NOW, proof=Proof.QUERY, standing=PaymentStanding.SCHEDULED, settled=False, currency="USD",
            gross=Decimal("1160.00"), paid_total=zero, cash_discount=zero, withheld=zero, on_hold=False, instalments=(),
            digest="d",
        )  # fmt: skip
        return replace(made, **more)

    return make


@pytest.fixture
def document() -> dict[str, Any]:
    """A connection's document; changes stay in the test."""
    return copy.deepcopy(CONNECTION)
