"""Two invoices of one natural key, and remotes that are true to what they answer."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ap_domain.invoice_state import InvoiceState, PaymentReport, Report, Step
from ap_domain.posting import VoucherRef
from chassis.ledger.entry import Phase
from chassis.ledger.machine import Call, Decision, Input
from chassis.ledger.outcomes import Done, InDoubt, NotSent, Outcome, Parked, Rejected, Retry, Sighted, Stopped
from voucher_poster.core.answers import (
    Acknowledged,
    Confirmed,
    Created,
    Forgotten,
    Linkable,
    Looked,
    NotLinkable,
    PaymentConfirmed,
    PaymentRefused,
    PaymentReported,
    Rehearsed,
    Reported,
    Revisited,
    SearchedAgain,
    TakenElsewhere,
    Verified,
)

from .payment_side import SPACING, BaswareSide
from .samples import INTENT, MACHINE, NOW, InvoiceEntry, document

ENDINGS = [*["done"] * 4, "lost", "retry", "no", "overtaken", "parked", "stopped", "not sent"]
MAY_SAY_NO = ("look", "create", "rehearse")
WRITES = ("acknowledge", "report", "report_payment")
BY_HAND = "by hand"
INSTANT = timedelta(milliseconds=10)


@dataclass(slots=True, kw_only=True)
class Voucher:
    """As PeopleSoft has it. It is numbered by its place in the books."""

    made_by: str
    revision: str
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class Running:
    """A call under way: the entry it was made for, what PeopleSoft showed, and what it has done already."""

    entry: InvoiceEntry
    call: Call
    asked_at: datetime
    live: tuple[VoucherRef, ...]
    deleted: tuple[VoucherRef, ...]
    created: VoucherRef | None = None
    status: str = "Transferred"
    """What Basware shows of the document."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """What was seen of an invoice so far."""

    fetches: int = 0
    last: Input | None = None
    fetched_at: datetime = NOW
    batch_id: str | None = None
    reports: dict[int, Report] = field(default_factory=dict)
    basware: BaswareSide = field(default_factory=BaswareSide)
    looked: bool = False
    """Since its last create."""
    let_go: bool = False
    """A person discarded it in doubt."""
    stands: bool = False
    """A person resubmitted it: its voucher stands for whatever the document says by now."""


class TwoInvoices:
    """The committed entries, and PeopleSoft's books."""

    def __init__(self) -> None:
        self.entries: dict[str, InvoiceEntry] = {}
        self.seen = {"a": Seen(), "b": Seen()}
        self.books: list[Voucher] = []
        self.now = NOW

    def take(self, invoice: str, decision: Decision[InvoiceState], *, after_look: bool = False) -> None:
        """Commit the decision, as the ledger would."""
        before, entry = self.entries.get(invoice), decision.entry
        if entry is None or entry is before:
            return
        begins = entry.phase is Phase.STARTED and (before is None or before.phase is not Phase.STARTED)
        assert not begins or after_look, "a create is begun without a look"
        self.seen[invoice].looked |= begins
        if before is not None:
            assert entry.body.cycle >= before.body.cycle, "the cycle falls"
            assert entry.body.reports >= before.body.reports, "a report is forgotten"
            assert entry.body.document.fetch_number >= before.body.document.fetch_number
            assert MACHINE.claims(entry) or not MACHINE.claims(before) or self._may_let_go(invoice, entry)
        kept = before is None or before.step == entry.step or not before.tried
        sequence = before.sequence + 1 if before else 1
        self.entries[invoice] = replace(entry, sequence=sequence, tried=entry.tried and kept)
        self._note_report(invoice, entry)

    def _may_let_go(self, invoice: str, entry: InvoiceEntry) -> bool:
        """The key is only let go when no voucher of this invoice stands, or a person answers for it."""
        self.seen[invoice].let_go |= entry.step == Step.DISCARDED
        return not self.live(made_by=invoice) or self.seen[invoice].let_go or entry.body.doubted is not None

    def _note_report(self, invoice: str, entry: InvoiceEntry) -> None:
        report = entry.body.report
        if report is None:
            return
        assert not (entry.body.voucher and not report.success), "a no is told beside a voucher"
        fixed, known = replace(report, request_id=None, repeats=0), self.seen[invoice].reports
        if report.number in known:
            assert known[report.number] == fixed, "a repeat is not the same report"
        else:
            assert report.number == max(known, default=0) + 1
            known[report.number] = fixed
            body = entry.body
            assert not report.success or body.posted_revision == body.document.revision, "of other content"

    def others(self, invoice: str, claim: str) -> tuple[InvoiceEntry, ...]:
        """Entries of other invoices with this claim."""
        return tuple(
            entry
            for name, entry in self.entries.items()
            if name != invoice and claim in MACHINE.claims(entry)
        )

    def live(self, *, made_by: str | None = None) -> tuple[VoucherRef, ...]:
        """The vouchers that are not deleted."""
        return tuple(
            _ref(number)
            for number, each in enumerate(self.books)
            if not each.deleted and made_by in (None, each.made_by)
        )

    def begin(self, invoice: str, call: Call, *, happens: bool) -> Running:
        """The call goes out and is carried out at once; only its answer takes time."""
        entry = self.entries[invoice]
        self.now = max(self.now, entry.due or self.now) if call.name in WRITES else self.now
        self.now += INSTANT
        self._write(invoice, entry, call)
        deleted = tuple(_ref(number) for number, each in enumerate(self.books) if each.deleted)
        running = Running(entry=entry, call=call, asked_at=self.now, live=self.live(), deleted=deleted)
        if call.name == "create":
            assert self.seen[invoice].looked, "two creates without a look between"
            self.seen[invoice].looked = False
            if happens:
                running.created = _ref(len(self.books))
                self.books.append(Voucher(made_by=invoice, revision=entry.body.document.revision))
        return running

    def _write(self, invoice: str, entry: InvoiceEntry, call: Call) -> None:
        """What Basware takes in as soon as it is sent."""
        basware = self.seen[invoice].basware
        if call.name not in WRITES:
            return
        assert self.now >= basware.written + SPACING, "Basware's record is written twice within the spacing"
        if call.name == "report" and entry.body.report is not None and entry.body.report.success:
            basware.transferred()
        if call.name == "report_payment":
            basware.sent(payment_report(entry), cycle=entry.body.cycle)

    def answered(self, invoice: str, running: Running, outcome: Outcome, *, writable: bool) -> None:
        """What is known on both sides once the answer is there."""
        basware = self.seen[invoice].basware
        value = outcome.value if isinstance(outcome, Done) else None
        stored = isinstance(value, Acknowledged | Reported | PaymentReported)
        lost = running.call.name in WRITES and isinstance(outcome, Retry)
        if (stored or lost) and writable:
            basware.written = self.now
        if isinstance(value, PaymentConfirmed) and value.problem is None:
            basware.carried_out(payment_report(running.entry))

    def outcome(self, running: Running, ending: str) -> Outcome:
        """How the call ends: as asked for, where it can end so."""
        name, body = running.call.name, running.entry.body
        if running.created is not None:
            done = Done(value=Created(voucher=running.created))
            return done if ending == "done" else InDoubt(reason="lost")
        answers: dict[str, Outcome | None] = {
            "done": None if name == "create" else _answer(running),
            "lost": InDoubt(reason="silence"),
            "parked": Parked(reason="a person must look"),
            "stopped": Stopped(reason="password", connection_version=1),
            "not sent": NotSent(reason="left"),
        }
        if name in MAY_SAY_NO:
            answers["no"] = Rejected(reason="no")
        elif name == "confirm":
            answers["no"] = Done(value=Confirmed(problem="Basware did not carry it out"))
            answers["overtaken"] = Done(value=Forgotten(number=body.report.number)) if body.report else None
        elif name in ("report_payment", "confirm_payment"):
            answers["no"] = Done(value=_payment_no(running))
            answers["overtaken"] = Done(value=_overtaken(running)) if name == "confirm_payment" else None
        elif name == "link":
            answers["no"] = Done(value=_not_linkable(running))
        elif name == "acknowledge" and body.rehearsal:
            taken = TakenElsewhere(fetch_number=body.document.fetch_number, said="405")
            answers["no"] = Done(value=taken)
        if name in WRITES:
            answers["lost"] = Retry(reason="silence", after=SPACING.total_seconds())
            answers["not sent"] = None
        return answers.get(ending) or Retry(reason="busy", after=SPACING.total_seconds())


def _answer(running: Running) -> Outcome:
    """The truth at the time the call was begun."""
    body = running.entry.body
    known = body.voucher.voucher_id if body.voucher else ""
    mine = next((each for each in running.live if each.voucher_id == known), None)
    answers: dict[str, object] = {
        "rehearse": Rehearsed(fetch_number=body.document.fetch_number, outcome="would be posted"),
        "revisit": Revisited(voucher=mine),
        "acknowledge": Acknowledged(spacing=1.0),
        "look": _looked(running),
        "verify": Verified(same=running.live),
        "report": Reported(request_id="q", spacing=1.0),
        "confirm": Confirmed(),
    }
    if running.call.name in ("report_payment", "confirm_payment"):
        number = payment_report(running.entry).number
        answers["report_payment"] = PaymentReported(number=number, request_id="q", spacing=1.0)
        answers["confirm_payment"] = PaymentConfirmed(number=number)
    if running.call.name == "search_again" and body.late is not None:
        answers["search_again"] = SearchedAgain(due=body.late.due, vouchers=running.live)
    if running.call.name == "link":
        answers["link"] = _linkable(running)
    if running.call.name != "settle":
        return Done(value=answers[running.call.name])
    before = body.intent.known if body.intent else ()
    gone = [each for each in running.deleted if each.voucher_id not in before]
    return Parked(reason="deleted") if gone and not running.live else Sighted(same=running.live)


def _looked(running: Running) -> Looked:
    document = running.entry.body.document
    return Looked(
        fetch_number=document.fetch_number,
        asked_at=running.asked_at,
        intent=replace(INTENT, request_digest=document.revision),
        same=running.live,
        deleted=running.deleted,
        settle_seconds=60.0,
    )


def payment_report(entry: InvoiceEntry) -> PaymentReport:
    """The payment response of an entry that has one."""
    assert entry.body.payment is not None
    assert entry.body.payment.report is not None
    return entry.body.payment.report


def _payment_no(running: Running) -> object:
    number = payment_report(running.entry).number
    if running.call.name == "report_payment":
        return PaymentRefused(number=number, reason="Basware does not take it")
    return PaymentConfirmed(number=number, problem="Basware did not carry it out")


def _overtaken(running: Running) -> PaymentConfirmed:
    number = payment_report(running.entry).number
    return PaymentConfirmed(number=number, problem="RecordExpired", overtaken=True)


def _linkable(running: Running) -> object:
    order = running.entry.body.link
    assert order is not None
    found = next((each for each in running.live if each.voucher_id == order.voucher_id), None)
    if found is None:
        return _not_linkable(running)
    return Linkable(
        voucher=found,
        intent=INTENT,
        document=replace(document(0), partition=-1, offset=-1, status=running.status, revision=BY_HAND),
        invoice_number="80",
        currency="EUR",
        payment_block=False,
    )


def _not_linkable(running: Running) -> NotLinkable:
    order = running.entry.body.link
    assert order is not None
    return NotLinkable(
        business_unit=order.business_unit, voucher_id=order.voucher_id, reason="PeopleSoft does not show it"
    )


def _ref(number: int) -> VoucherRef:
    return VoucherRef(business_unit="US001", voucher_id=f"{number:08}", entry_status="P")
