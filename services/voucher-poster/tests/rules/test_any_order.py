"""Whatever is fetched and whatever the calls bring, in whatever order: what must hold of two invoices of one key."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ap_domain.document import AccountingDocument
from ap_domain.invoice_state import InvoiceState, Report, Step
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.posting import PostingIntent, VoucherRef
from chassis.ledger import transition
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Call, Decision, Input, Kind
from chassis.ledger.outcomes import Done, InDoubt, NotSent, Outcome, Parked, Rejected, Retry, Sighted, Stopped
from chassis.ledger.policy import Policy
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from voucher_poster.core.answers import Acknowledged, Confirmed, Created, Looked, Reported, Verified
from voucher_poster.core.machine import InvoiceMachine

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = NaturalKey(business_unit="US001", vendor_setid="SHARE", vendor_id="1", invoice_id="80")
MATCH = MatchFields(invoice_date=date(2026, 6, 5), gross=Decimal(1160))
POLICY = Policy()
STATUSES = ["WaitingForTransfer", "TransferInProgress", "Cancelled"]

InvoiceEntry = Entry[InvoiceState]
invoices = st.sampled_from(["a", "b"])


@dataclass(slots=True, kw_only=True)
class Running:
    """A call under way: the entry it was made for, and what the remote has done of it already."""

    entry: InvoiceEntry
    call: Call
    asked_at: datetime
    found: tuple[VoucherRef, ...]
    created: VoucherRef | None = None


@dataclass(slots=True, kw_only=True)
class Seen:
    """What was seen of an invoice so far."""

    fetches: int = 0
    last: Input | None = None
    reports: dict[int, Report] = field(default_factory=dict)


class AnyOrder(RuleBasedStateMachine):
    """PeopleSoft is true to what it answers; an answer may be lost, a decision may be unwritable, an owner may end."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = InvoiceMachine()
        self.entries: dict[str, InvoiceEntry] = {}
        self.running: dict[str, Running] = {}
        self.seen = {"a": Seen(), "b": Seen()}
        self.vouchers: dict[str, str] = {}
        self.now = NOW

    # the world

    def take(self, invoice: str, decision: Decision[InvoiceState] | None, *, after_empty_look: bool) -> None:
        """Commit the decision, as the ledger would."""
        if decision is None or decision.entry is None:
            return
        before = self.entries.get(invoice)
        entry = decision.entry
        if entry is before:
            return
        begins = entry.phase is Phase.STARTED and (before is None or before.phase is not Phase.STARTED)
        assert not begins or after_empty_look
        self.entries[invoice] = replace(entry, sequence=before.sequence + 1 if before else 1)
        self.note_report(invoice, entry)

    def note_report(self, invoice: str, entry: InvoiceEntry) -> None:
        report = entry.body.report
        if report is None:
            return
        fixed = replace(report, request_id=None)
        known = self.seen[invoice].reports
        if report.number in known:
            assert known[report.number] == fixed
        else:
            assert report.number == max(known, default=0) + 1
            known[report.number] = fixed

    def others(self, invoice: str, claim: str) -> tuple[InvoiceEntry, ...]:
        return tuple(
            entry
            for name, entry in self.entries.items()
            if name != invoice and claim in self.machine.claims(entry)
        )

    def found(self) -> tuple[VoucherRef, ...]:
        return tuple(
            VoucherRef(business_unit="US001", voucher_id=number, entry_status="P") for number in self.vouchers
        )

    # what happens

    @rule(
        invoice=invoices,
        status=st.sampled_from(STATUSES),
        revision=st.sampled_from(["r1", "r2"]),
        writable=st.sampled_from([True, True, True, False]),
    )
    def fetch(self, invoice: str, status: str, revision: str, writable: bool) -> None:
        seen = self.seen[invoice]
        seen.fetches += 1
        self.now += timedelta(seconds=1)
        document = AccountingDocument(
            connection_id="acme",
            invoice_id=invoice,
            fetch_number=seen.fetches,
            fetched_at=self.now,
            processing_status=status,
            company_code="BW00",
            supplier_code="1",
            payment_block=False,
            content_digest=f"{invoice} {seen.fetches}",
            revision=revision,
            raw=b"",
        )
        seen.last = Input(
            topic="documents",
            partition=0,
            offset=seen.fetches,
            key=f"acme/{invoice}",
            connection_id="acme",
            payload=document,
        )
        self.arrive(invoice, seen.last, writable=writable)

    @precondition(lambda self: any(seen.last for seen in self.seen.values()))
    @rule(invoice=invoices)
    def repeat_fetch(self, invoice: str) -> None:
        record = self.seen[invoice].last
        if record is not None:
            self.arrive(invoice, record, writable=True)

    def arrive(self, invoice: str, record: Input, *, writable: bool) -> None:
        entry = self.entries.get(invoice)
        decision = transition.on_input(self.machine, entry, record, now=self.now)
        if not writable and entry is not None:
            decision = transition.unwritable(entry, "too large")
        self.take(invoice, decision, after_empty_look=False)

    @rule(invoice=invoices, happens=st.booleans())
    def begin(self, invoice: str, happens: bool) -> None:
        """The call that is wanted goes out; a create happens right there, or does not."""
        entry = self.entries.get(invoice)
        if entry is None or invoice in self.running or entry.phase in (Phase.PARKED, Phase.FINAL):
            return
        call = self.machine.call(entry)
        assert call is not None
        self.now += timedelta(seconds=1)
        running = Running(entry=entry, call=call, asked_at=self.now, found=self.found())
        if call.kind is Kind.ONCE and happens:
            number = f"{len(self.vouchers):08}"
            self.vouchers[number] = invoice
            running.created = VoucherRef(business_unit="US001", voucher_id=number, entry_status="P")
        self.running[invoice] = running

    @precondition(lambda self: self.running)
    @rule(
        invoice=invoices,
        ending=st.sampled_from(
            ["done", "done", "done", "lost", "retry", "no", "parked", "stopped", "not sent"]
        ),
        writable=st.sampled_from([True, True, True, True, False]),
    )
    def end(self, invoice: str, ending: str, writable: bool) -> None:
        running = self.running.pop(invoice, None)
        if running is None:
            return
        self.now += timedelta(seconds=1)
        entry = self.entries[invoice]
        outcome = self.outcome(running, ending)
        decision = transition.on_outcome(
            self.machine,
            entry,
            running.call,
            outcome,
            unchanged=entry.sequence == running.entry.sequence,
            now=self.now,
            fraction=0.5,
            policy=POLICY,
            others=lambda claim: self.others(invoice, claim),
        )
        if not writable:
            decision = transition.unwritable(entry, "too large")
        looked = running.call.name == "look" and isinstance(outcome, Done)
        self.take(invoice, decision, after_empty_look=looked and not running.found)

    def outcome(self, running: Running, ending: str) -> Outcome:
        if running.created is not None:
            return (
                Done(value=Created(voucher=running.created)) if ending == "done" else InDoubt(reason="lost")
            )
        once = running.call.kind is Kind.ONCE
        match ending:
            case "lost":
                return InDoubt(reason="silence")
            case "no" if running.call.name in ("look", "create"):
                return Rejected(reason="no")
            case "parked":
                return Parked(reason="a person must look")
            case "stopped":
                return Stopped(reason="password", connection_version=1)
            case "not sent":
                return NotSent(reason="left")
            case "done" if not once:
                return self.answer(running)
            case _:
                return Retry(reason="busy")

    def answer(self, running: Running) -> Outcome:
        body, found = running.entry.body, running.found
        match running.call.name:
            case "acknowledge":
                return Done(value=Acknowledged(spacing=1.0))
            case "look":
                intent = PostingIntent(
                    natural_key=KEY, match=MATCH, mapping_digest="m", request_digest=body.document.revision
                )
                looked = Looked(
                    fetch_number=body.document.fetch_number,
                    asked_at=running.asked_at,
                    intent=intent,
                    same=found,
                    settle_seconds=60.0,
                )
                return Done(value=looked)
            case "settle":
                return Sighted(same=found)
            case "verify":
                return Done(value=Verified(same=found))
            case "report":
                return Done(value=Reported(request_id="q", spacing=1.0))
            case _:
                return Done(value=Confirmed())

    @precondition(lambda self: self.entries)
    @rule()
    def another_owner(self) -> None:
        """What ran is forgotten; what was started is in doubt."""
        self.running.clear()
        for invoice, entry in list(self.entries.items()):
            self.take(invoice, transition.on_load(entry, now=self.now), after_empty_look=False)

    # what must hold

    @invariant()
    def one_voucher_for_one_natural_key(self) -> None:
        assert len(self.vouchers) <= 1

    @invariant()
    def a_live_voucher_is_never_reported_as_refused(self) -> None:
        for invoice, entry in self.entries.items():
            refusing = entry.body.report is not None and not entry.body.report.success
            if refusing and entry.step in (Step.REPORT, Step.CONFIRM, Step.RETURNED):
                assert invoice not in self.vouchers.values()

    @invariant()
    def the_key_is_held_while_a_voucher_may_exist(self) -> None:
        for invoice in self.vouchers.values():
            assert self.machine.claims(self.entries[invoice]) == (KEY.claim,)

    @invariant()
    def a_voucher_belongs_to_who_made_it(self) -> None:
        for invoice, entry in self.entries.items():
            if entry.body.voucher is not None:
                assert self.vouchers[entry.body.voucher.voucher_id] == invoice

    @invariant()
    def nothing_waits_without_asking_for_a_call(self) -> None:
        for entry in self.entries.values():
            rests = entry.phase in (Phase.PARKED, Phase.FINAL)
            assert rests or self.machine.call(entry) is not None
            assert entry.phase is not Phase.FINAL or entry.step in (
                Step.CONFIRMED,
                Step.RETURNED,
                Step.WITHDRAWN,
            )

    @invariant()
    def nothing_newer_is_forgotten(self) -> None:
        for invoice, entry in self.entries.items():
            if entry.phase is Phase.FINAL or entry.step in (Step.ACKNOWLEDGE, Step.WITHDRAWN):
                assert entry.body.newer is None
            known = (entry.body.newer or entry.body.document).fetch_number
            assert known <= self.seen[invoice].fetches


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
