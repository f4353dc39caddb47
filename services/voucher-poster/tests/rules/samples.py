"""One invoice, what can be found of it, and what can happen to it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.document import AccountingDocument
from ap_domain.invoice_state import DocumentRef, InvoiceState, Report, Step
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.posting import PostingIntent, VoucherRef
from chassis.ledger.entry import Entry, Phase, Started
from chassis.ledger.machine import Call, Decision, Input
from chassis.ledger.outcomes import Done
from chassis.ledger.unwritable import unwritable
from voucher_poster.core.answers import Looked
from voucher_poster.core.machine import InvoiceMachine

InvoiceEntry = Entry[InvoiceState]
WAITING, PARKED, FINAL = Phase.WAITING, Phase.PARKED, Phase.FINAL

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
SOON = LATER + timedelta(seconds=3)
INVOICE_ID = "138e7d94997847aebe7432e521b3dac9"
OFFERED, IN_PROGRESS = "WaitingForTransfer", "TransferInProgress"
KEY = NaturalKey(business_unit="US001", vendor_setid="SHARE", vendor_id="1", invoice_id="80")
CLAIM = f"acme/{KEY.claim}"
INTENT = PostingIntent(
    natural_key=KEY,
    match=MatchFields(invoice_date=date(2026, 6, 5), gross=Decimal(1160)),
    mapping_digest="m",
    request_digest="d",
)
ONCE = Started(at=NOW, number=1, settle_seconds=60.0, request_digest="d")
FIRST = VoucherRef(business_unit="US001", voucher_id="00000042", entry_status="P")
SETTLES_LATER = replace(ONCE, at=LATER - timedelta(seconds=20))
SECOND = replace(FIRST, voucher_id="00000043")
TOLD = Report(number=1, success=True, message="posted", request_id="q")
REFUSED = Report(number=1, success=False, message="no", request_id="q")
POSTED: dict[str, Any] = {"voucher": FIRST, "intent": INTENT, "posted_revision": "r", "posted_at": NOW}
OTHER_CONTENT: dict[str, Any] = {**POSTED, "posted_revision": "before"}
DOUBTED: dict[str, Any] = {"doubted": "r"}
MACHINE = InvoiceMachine()


def document(number: int = 1, **changes: Any) -> DocumentRef:
    """A fetch as the entry points to it; its revision is "r"."""
    ref = DocumentRef(
        partition=0,
        offset=4,
        fetch_number=number,
        fetched_at=NOW,
        status=OFFERED,
        revision="r",
        digest="d",
    )
    return replace(ref, **changes)


def an_entry(step: Step, *, body: dict[str, Any] | None = None, **changes: Any) -> InvoiceEntry:
    """An entry that waits at a step; `body` are changes of the invoice's state, the rest changes of the entry."""
    state = InvoiceState(invoice_id=INVOICE_ID, document=document())
    entry = Entry(
        key=f"acme/{INVOICE_ID}",
        connection_id="acme",
        sequence=1,
        phase=Phase.WAITING,
        step=step,
        since=NOW,
        body=replace(state, **(body or {})),
    )
    return replace(entry, **changes)


def parked(step: Step, **body: Any) -> InvoiceEntry:
    """An entry that waits for a person, after two failures."""
    return an_entry(step, phase=Phase.PARKED, due=None, reason="a person must look", attempts=2, body=body)


def started(phase: Phase = Phase.STARTED, **body: Any) -> InvoiceEntry:
    """A create was begun."""
    return an_entry(Step.POST, phase=phase, started=ONCE, body={"intent": INTENT, **body})


def rival(phase: Phase, **body: Any) -> InvoiceEntry:
    """Another invoice with the same natural key."""
    begun = ONCE if phase is not Phase.FINAL else None
    entry = an_entry(Step.POST, phase=phase, started=begun, body={"intent": INTENT, **body})
    return replace(entry, key="acme/rival")


def looked(*same: VoucherRef, **changes: Any) -> Looked:
    """What a look brings that maps the first fetch."""
    answer = Looked(fetch_number=1, asked_at=LATER, intent=INTENT, same=same, settle_seconds=60.0)
    return replace(answer, **changes)


def decided(entry: InvoiceEntry, value: object, *rivals: InvoiceEntry) -> Decision[InvoiceState]:
    """The decision on an answer; of `rivals` those count that hold the claim asked for."""

    def others(claim: str) -> tuple[InvoiceEntry, ...]:
        return tuple(each for each in rivals if claim in MACHINE.claims(each))

    wrote = MACHINE.wrote(entry, Done(value=value), now=LATER)
    return MACHINE.succeeded(wrote, value, now=LATER, others=others)


def after(entry: InvoiceEntry, value: object, *rivals: InvoiceEntry) -> InvoiceEntry:
    """The entry that an answer leaves."""
    return entry_of(decided(entry, value, *rivals))


def entry_of(decision: Decision[InvoiceState]) -> InvoiceEntry:
    """The entry of a decision that has one."""
    assert decision.entry is not None
    return decision.entry


def report_of(entry: InvoiceEntry) -> Report:
    """The report of an entry that has one."""
    assert entry.body.report is not None
    return entry.body.report


def fetch(
    number: int = 2,
    *,
    status: str = OFFERED,
    revision: str = "r",
    fetched_at: datetime = LATER,
    shadow: bool = False,
    batch_id: str | None = None,
) -> Input:
    """A fetch as it arrives."""
    fetched = AccountingDocument(
        connection_id="acme",
        invoice_id=INVOICE_ID,
        fetch_number=number,
        fetched_at=fetched_at,
        processing_status=status,
        company_code="BW00",
        supplier_code="1",
        payment_block=False,
        content_digest=f"digest {number}",
        revision=revision,
        raw=b"",
        shadow=shadow,
        batch_id=batch_id,
    )
    return _arriving("basware.accounting-documents", fetched, offset=70 + number)


def order(action: Action, *, sequence: int = 1, reason: str = "the buyer said so", **changes: Any) -> Input:
    """A command as it arrives."""
    command = Command(
        command_id="c1",
        connection_id="acme",
        ledger=CommandedLedger.VOUCHERS,
        record_id=INVOICE_ID,
        action=action,
        reason=reason,
        actor="kim",
        issued_at=NOW,
        expires_at=LATER,
        expected_sequence=sequence,
    )
    return _arriving("ap.commands", replace(command, **changes), offset=5)


def _arriving(topic: str, payload: object, *, offset: int) -> Input:
    return Input(
        topic=topic,
        partition=3,
        offset=offset,
        key=f"acme/{INVOICE_ID}",
        connection_id="acme",
        payload=payload,
        trace_id="00-trace",
    )


def received(entry: InvoiceEntry | None, record: Input) -> Decision[InvoiceState]:
    """The decision on an input."""
    return MACHINE.received(entry, record, now=LATER)


def arrived(entry: InvoiceEntry | None, record: Input) -> InvoiceEntry:
    """The entry that a record leaves."""
    return entry_of(received(entry, record))


def unwritten(entry: InvoiceEntry, *, call: Call | None, rests: bool = True) -> Decision[InvoiceState]:
    """What the ledger writes in place of a decision that the log does not take, about a call or during one."""
    small = entry_of(unwritable(entry, "too large", call=call))
    return Decision(entry=MACHINE.rested(small) if rests else small)
