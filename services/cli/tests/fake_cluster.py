"""A cluster in memory whose owners decide by the services' own rules."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import yaml
from ap_domain.audit import AuditEvent
from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.desired_state import DesiredState
from ap_domain.fetch_state import FetchState
from ap_domain.invoice_state import InvoiceState, LinkOrder
from ap_domain.mapping_version import MappingVersion
from ap_domain.masterdata.canonical_json import canonical_json
from ap_domain.masterdata.record import ImportState, ImportStep, MasterRecord, content_digest
from ap_domain.payments import PaymentPicture
from ap_domain.poll import PollKind, PollOutcome, PollResult
from ap_domain.posting import VoucherRef
from apstream_cli.cluster import Order
from chassis.connections.model import read_document
from chassis.connections.record import ConnectionRecord, seal_connection
from chassis.connections.secrets import KeyRing
from chassis.desired_state import DesiredStates
from chassis.errors import NotAnswered
from chassis.keys import record_key
from chassis.ledger.entry import Entry
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
from voucher_poster.core import commands as invoice_commands
from voucher_poster.core import linking
from voucher_poster.core.answers import Linkable, NotLinkable

from .acme import CONNECTION, DOCUMENT, INTENT, NOW, event


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
