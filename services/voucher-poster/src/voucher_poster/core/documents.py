"""What a fetch of the document means for an invoice: at most one live voucher, whatever its revisions.

A newer revision replaces work that is waiting, rejected or parked, never work that is started, in doubt or done.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ap_domain.document import AccountingDocument
from ap_domain.invoice_state import DocumentRef, InvoiceState, Step
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision, Input, Note

InvoiceEntry = Entry[InvoiceState]
InvoiceDecision = Decision[InvoiceState]

WAITING = "WaitingForTransfer"
"""Basware offers the document to us: the only status in which work begins."""
IN_PROGRESS = "TransferInProgress"
"""Acknowledged, and not yet answered."""
_ANSWERED = ("Transferred", "Paid")
"""A voucher was told for it."""

PAYING = (Step.REPORT_PAYMENT, Step.CONFIRM_PAYMENT)
"""Its voucher is confirmed, and Basware is being told of the payment."""
AT_REST = (Step.CONFIRMED, Step.PAID)
"""Its voucher is confirmed, and Basware knows of the payment what there is to know."""
STILL_COMES_SECONDS = 60.0
"""For so long a response may still reach Basware after nobody waits for its answer any more, or a payment be carried
out after it was stored. Nothing else is written there meanwhile: carried out last, it would be what Basware shows for
good (a voucher's number clears the payment).
"""
NOWHERE = -1
"""Partition and offset of a document that was never fetched onto the topic."""

_UNTOUCHABLE = (Step.VERIFY, Step.REPORT, Step.CONFIRM)
_UNTOUCHABLE_AT_WORK = (Step.LINK, *PAYING)


def received(entry: InvoiceEntry | None, record: Input, *, now: datetime) -> InvoiceDecision:
    """A fetch arrived: first, repeated, older or newer."""
    document = record.payload
    if not isinstance(document, AccountingDocument):
        raise TypeError(f"not an accounting document: {document!r}")
    ref = DocumentRef(
        partition=record.partition,
        offset=record.offset,
        fetch_number=document.fetch_number,
        fetched_at=document.fetched_at,
        status=document.processing_status,
        revision=document.revision,
        digest=document.content_digest,
        shadow=document.shadow,
        batch_id=document.batch_id,
    )
    if entry is None:
        return _first(record, document, ref, now=now)
    newest = entry.body.newer or entry.body.document
    if ref.fetch_number <= newest.fetch_number:
        return Decision(entry=entry, notes=(_seen("repeated fetch", ref),))
    entry = replace(entry, body=replace(entry.body, currency=document.currency or entry.body.currency))
    if _must_wait(entry, ref):
        return Decision(
            entry=replace(entry, body=replace(entry.body, newer=ref)),
            notes=(_seen("newer fetch waits", ref),),
        )
    return act_on(entry, ref, now=now)


def nowhere(*, at: datetime) -> DocumentRef:
    """Stands for the document of an invoice that is known by its voucher only; any fetch is newer."""
    return DocumentRef(
        partition=NOWHERE, offset=NOWHERE, fetch_number=0, fetched_at=at, status="", revision="", digest=""
    )


def _must_wait(entry: InvoiceEntry, ref: DocumentRef) -> bool:
    if entry.step == Step.REPORT and entry.body.voucher is not None and _followed(entry.body, ref):
        return False
    at_work = entry.step in _UNTOUCHABLE_AT_WORK and entry.phase is not Phase.PARKED
    return undecided(entry) or entry.step in _UNTOUCHABLE or at_work


def _followed(body: InvoiceState, ref: DocumentRef) -> bool:
    """Whether a voucher's number that is told from here on could only answer the next transfer, and should not:
    nobody acknowledged that one yet, or it is of other content.
    """
    taken = ref.status == IN_PROGRESS and _another_transfer(body, ref)
    return offered_again(body, ref) or (taken and ref.revision != body.posted_revision)


def undecided(entry: InvoiceEntry) -> bool:
    """Whether a voucher of this entry may exist that nobody has seen yet, also when it was parked in doubt."""
    body = entry.body
    begun = entry.started is not None and body.intent is not None and body.voucher is None
    return begun and entry.phase in (Phase.STARTED, Phase.IN_DOUBT, Phase.PARKED)


def act_on(entry: InvoiceEntry, ref: DocumentRef, *, now: datetime) -> InvoiceDecision:
    """A newer fetch of an invoice that is waiting, parked or final, and of which no voucher can be on its way."""
    entry = not_linked(entry, entry.reason)
    body = replace(entry.body, document=ref, newer=None)
    left = awaiting_what_comes(body, now=now) if answer_on_its_way(entry, now=now) else body
    if offered_again(body, ref):
        body = left
        if body.voucher is None:
            return _again(entry, body, ref, now=now)
        action = "offered again, same content" if ref.revision == body.posted_revision else "offered again"
        revisit = replace(
            entry,
            phase=Phase.WAITING,
            step=Step.REVISIT,
            due=now,
            attempts=0,
            reason="",
            stop=None,
            body=replace(body, report=None),
        )
        return Decision(entry=revisit, notes=(_seen(action, ref),))
    unposted = _unposted(body, ref)
    if (whose := _not_acknowledged_here(entry, body, ref)) is not None:
        # First of all: as long as nobody answers it, Basware waits, whatever a person thinks of the content.
        both = f"{whose}; {other_content(body)}" if body.voucher is not None and unposted else whose
        return _parked(replace(entry, step=Step.ACKNOWLEDGE), left, both, ref)
    if entry.phase is Phase.FINAL and body.voucher is not None and unposted:
        return _parked(entry, body, other_content(body), ref)
    if entry.step in PAYING and unposted:
        return _parked(replace(entry, step=Step.CONFIRMED), body, other_content(body), ref)
    if (
        entry.phase is Phase.PARKED
        and entry.step not in PAYING
        and ref.status == IN_PROGRESS
        and ref.revision == entry.body.document.revision
    ):
        # Nothing changed for the person who is about to decide: what was looked at still stands.
        return Decision(entry=entry, notes=(_seen("newer fetch, same content", ref),))
    in_transfer = ref.status in (WAITING, IN_PROGRESS) or outdated(body, ref)
    if in_transfer or entry.phase is Phase.FINAL or body.voucher is not None:
        return Decision(entry=replace(entry, body=body), notes=(_seen("newer fetch", ref),))
    gone = replace(entry, phase=Phase.FINAL, step=Step.WITHDRAWN, due=None, started=None, body=body)
    return Decision(entry=gone, notes=(_seen("withdrawn in Basware", ref),))


def _unposted(body: InvoiceState, ref: DocumentRef) -> bool:
    """Whether Basware transfers other content than the voucher was made of, or did so in another transfer than ours:
    a response that came late may have met that one.
    """
    transferred = ref.status in _ANSWERED and _another_transfer(body, ref)
    return (ref.status in (WAITING, IN_PROGRESS) or transferred) and ref.revision != body.posted_revision


def _not_acknowledged_here(entry: InvoiceEntry, body: InvoiceState, ref: DocumentRef) -> str | None:
    """Why a transfer that Basware has in progress is nobody's to answer until a person says so; None where it is not.

    An acknowledge of ours whose answer was lost may have come so late that it met the next transfer.
    """
    if ref.status != IN_PROGRESS:
        return None
    if entry.step == Step.WITHDRAWN and not ref.shadow:
        return "Basware has it in transfer although it was withdrawn here: find out who acknowledged it"
    told = entry.step in (Step.REPORT, *PAYING, *AT_REST)
    if (entry.phase is Phase.FINAL or told) and _another_transfer(body, ref):
        return (
            "Basware has another transfer of it in progress, which was not acknowledged here: find out who did, and "
            "resubmit it if nobody else answers"
        )
    return None


def not_linked(entry: InvoiceEntry, reason: str) -> InvoiceEntry:
    """Where the invoice stood before a person named a voucher for it; as it is where nobody did."""
    order = entry.body.link
    if order is None:
        return entry
    return replace(
        entry,
        phase=Phase.PARKED if order.parked else Phase.FINAL,
        step=Step(order.step),
        due=None,
        reason=reason,
        stop=None,
        body=replace(entry.body, link=None),
    )


def offered_again(body: InvoiceState, ref: DocumentRef) -> bool:
    """Whether Basware, when this was fetched, offered the invoice for a transfer that we have not acknowledged."""
    return ref.status == WAITING and not outdated(body, ref)


def writable(body: InvoiceState, *, now: datetime) -> datetime:
    """Not before the spacing of writes on Basware's record is over."""
    return max(now, body.write_after) if body.write_after is not None else now


def answer_on_its_way(entry: InvoiceEntry, *, now: datetime) -> bool:
    """Whether a response, to the transfer or of the payment, may have been sent of which nobody knows what became.

    A report that is due may be under way at this moment, and the earlier owner may have sent it.
    """
    reporting = entry.step == Step.REPORT and (entry.tried or (entry.due is not None and entry.due <= now))
    return reporting or payment_on_its_way(entry)


def payment_on_its_way(entry: InvoiceEntry) -> bool:
    """Whether a payment response was sent, or may have been, of which nobody knows what became."""
    return entry.step == Step.CONFIRM_PAYMENT or (entry.step == Step.REPORT_PAYMENT and entry.tried)


def awaiting_what_comes(body: InvoiceState, *, now: datetime) -> InvoiceState:
    """Nothing is written on Basware's record until a response that may be on its way has come or never will."""
    settled = now + timedelta(seconds=STILL_COMES_SECONDS)
    return replace(body, write_after=writable(body, now=settled))


def outdated(body: InvoiceState, ref: DocumentRef) -> bool:
    """Fetched before we acknowledged: it was offered then, and is not any more. Another transfer never is."""
    if _another_transfer(body, ref):
        return False
    if body.acknowledged_fetch is not None and 0 < ref.fetch_number <= body.acknowledged_fetch:
        return True
    # A later fetch may still have been asked before: of that only the clocks of two hosts can tell.
    return body.acknowledged_at is not None and ref.fetched_at <= body.acknowledged_at


def _another_transfer(body: InvoiceState, ref: DocumentRef) -> bool:
    """Whether it is known to be of another transfer than the one that was acknowledged here."""
    batches = {ref.batch_id, body.acknowledged_batch}
    return None not in batches and len(batches) > 1


def other_content(body: InvoiceState) -> str:
    """Why a voucher does not stand for the document any more."""
    number = body.voucher.voucher_id if body.voucher is not None else "?"
    return (
        f"fetch {body.document.fetch_number} has other content than voucher {number} was made of"
        f" (revision {body.document.revision[:12]} instead of {(body.posted_revision or '')[:12]})"
    )


def _parked(entry: InvoiceEntry, body: InvoiceState, reason: str, ref: DocumentRef) -> InvoiceDecision:
    parked = replace(entry, phase=Phase.PARKED, due=None, reason=reason, body=body)
    return Decision(
        entry=parked, notes=(_seen("newer fetch", ref), Note(action="parked", detail={"reason": reason}))
    )


def _first(
    record: Input, document: AccountingDocument, ref: DocumentRef, *, now: datetime
) -> InvoiceDecision:
    if ref.status != WAITING:
        return Decision(entry=None, notes=(_seen("not offered to us", ref),))
    body = InvoiceState(
        invoice_id=document.invoice_id,
        invoice_number=document.invoice_number or "",
        document=ref,
        currency=document.currency or "",
    )
    entry = Entry(
        key=record.key,
        connection_id=record.connection_id,
        sequence=0,
        phase=Phase.WAITING,
        step=_first_step(ref),
        due=now,
        trace_id=record.trace_id,
        body=body,
    )
    return Decision(entry=entry, notes=(_seen("received", ref),))


def _again(entry: InvoiceEntry, body: InvoiceState, ref: DocumentRef, *, now: datetime) -> InvoiceDecision:
    """Offered once more before anything was posted: corrected while it waited, or sent again after a no."""
    returned = entry.step in (Step.RETURNED, Step.DISCARDED)
    body = replace(
        body, cycle=body.cycle + 1 if returned else body.cycle, intent=None, report=None, refusal=None
    )
    attempts = entry.attempts if entry.step == Step.ACKNOWLEDGE else 0
    fresh = replace(
        entry,
        phase=Phase.WAITING,
        step=_first_step(ref),
        due=writable(body, now=now),
        attempts=attempts,
        looks=0,
        reason="",
        stop=None,
        body=body,
    )
    return Decision(entry=fresh, notes=(_seen("transferred again" if returned else "newer fetch", ref),))


def _first_step(ref: DocumentRef) -> Step:
    return Step.REHEARSE if ref.shadow else Step.ACKNOWLEDGE


def _seen(action: str, ref: DocumentRef) -> Note:
    return Note(
        action=action,
        detail={"fetch": str(ref.fetch_number), "status": ref.status, "revision": ref.revision[:12]},
        answer_digest=ref.digest,
    )
