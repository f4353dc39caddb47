"""A voucher that a person names stands for an invoice, once PeopleSoft shows that it can.

For what was keyed by hand while the invoice waited here, and for invoices that were transferred before go-live, so that
their payments reach Basware too.
"""

from dataclasses import replace
from datetime import datetime

from ap_domain.command import Command, VoucherLink
from ap_domain.invoice_state import InvoiceState, LinkOrder, PaymentState, Step
from ap_domain.natural_key import as_compared
from ap_domain.payments import PaymentStanding
from ap_domain.posting import PostingIntent, VoucherRef
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision, Input, Note, Others

from voucher_poster.core import documents, looking, paying, reporting
from voucher_poster.core.answers import Linkable, NotLinkable

InvoiceEntry = Entry[InvoiceState]
InvoiceDecision = Decision[InvoiceState]

_ENDED = (Step.RETURNED, Step.WITHDRAWN, Step.DISCARDED, *documents.AT_REST)
_STILL = " Parked before that: "
_FAILED = "TransferFailed"
_NO_POLL = -1
"""Comes before every poll."""


def why_not(entry: InvoiceEntry, link: VoucherLink | None) -> str | None:
    """Why this voucher cannot even be looked at for the invoice as it stands; None if it can.

    Beside another voucher it can be looked at: it takes that one's place where PeopleSoft shows that as deleted.
    """
    voucher = entry.body.voucher
    if link is None:
        return "it names no voucher"
    named = (link.business_unit, link.voucher_id)
    same = voucher is not None and (voucher.business_unit, voucher.voucher_id) == named
    # Linked again, a discarded invoice has its payments told.
    if same and entry.step != Step.DISCARDED:
        return f"voucher {link.business_unit}/{link.voucher_id} stands for it already"
    if entry.step in documents.PAYING:
        return "Basware is being told of its voucher's payment: wait for that, or discard it first"
    if documents.undecided(entry):
        return "a voucher of it may exist that nobody has seen yet: resubmit it first"
    if entry.step == Step.REHEARSE:
        return "it is only tried out (shadow mode)"
    ended = entry.phase is Phase.FINAL and entry.step in _ENDED
    if entry.phase is not Phase.PARKED and not ended:
        return f"it is {entry.phase} at {entry.step}: only what waits for a person, or has ended, is linked"
    return None


def ordered(entry: InvoiceEntry, link: VoucherLink, *, now: datetime) -> InvoiceEntry:
    """The voucher is looked at next."""
    before = entry.body.link
    stood = documents.not_linked(entry, before.reason if before is not None else "")
    reason = stood.reason.rpartition(_STILL)[2]
    order = LinkOrder(
        business_unit=link.business_unit,
        voucher_id=link.voucher_id,
        invoice_number=link.invoice_number,
        step=stood.step,
        parked=stood.phase is Phase.PARKED,
        reason=reason,
    )
    return replace(
        stood,
        phase=Phase.WAITING,
        step=Step.LINK,
        due=now,
        attempts=0,
        tried=False,
        reason="",
        stop=None,
        body=replace(stood.body, link=order),
    )


def first_known(record: Input, command: Command, *, now: datetime) -> InvoiceEntry:
    """An invoice that the ledger meets by its voucher, as if it had been withdrawn before."""
    number = command.voucher.invoice_number if command.voucher is not None else ""
    return Entry(
        key=record.key,
        connection_id=record.connection_id,
        sequence=0,
        phase=Phase.FINAL,
        step=Step.WITHDRAWN,
        trace_id=record.trace_id,
        body=InvoiceState(
            invoice_id=command.record_id, invoice_number=number, document=documents.nowhere(at=now)
        ),
    )


def linked(
    entry: InvoiceEntry, answer: Linkable, *, now: datetime, others: Others[InvoiceState]
) -> InvoiceDecision:
    """Basware is told the number where it waits for one; else the voucher is only watched from here on."""
    voucher = answer.voucher
    if not _asked_for(entry, voucher.business_unit, voucher.voucher_id):
        return _too_late(entry)
    taken = others(looking.voucher_claim(entry, voucher))
    if taken:
        return _refused(entry, f"it is the voucher of {_name(taken[0])}", now=now)
    same_number = others(looking.number_claim(entry, answer.intent))
    undecided = [each for each in same_number if _may_be_one(each.body.intent, answer.intent)]
    if undecided:
        reason = f"{_name(undecided[0])} has the same number, and a voucher of it may exist that nobody has seen yet"
        return _refused(entry, reason, now=now)
    if answer.document.status == _FAILED:
        reason = (
            "Basware shows its transfer as failed and would never learn of the voucher: have the clerk transfer it "
            "again first"
        )
        return _refused(entry, reason, now=now)
    stood = documents.not_linked(entry, "")
    ours = replace(stood, started=None, body=_with_voucher(stood.body, answer, now=now))
    match answer.document.status:
        case documents.IN_PROGRESS:
            return reporting.posted(ours, voucher, now=now, action="linked")
        case documents.WAITING:
            due = documents.writable(ours.body, now=now)
            waiting = replace(ours, phase=Phase.WAITING, step=Step.ACKNOWLEDGE, due=due, attempts=0)
            return _with_newer(waiting, _linked(answer), now=now)
        case _:
            return reporting.finished(ours, Step.CONFIRMED, _linked(answer), now=now)


def not_linkable(entry: InvoiceEntry, answer: NotLinkable, *, now: datetime) -> InvoiceDecision:
    """The invoice stays where it was."""
    if not _asked_for(entry, answer.business_unit, answer.voucher_id):
        return _too_late(entry)
    return _refused(entry, answer.reason, now=now)


def given_up(entry: InvoiceEntry, reason: str, *, now: datetime) -> InvoiceDecision:
    """A person lets the link go; the invoice stays where it was."""
    return _refused(entry, reason.rstrip(". "), now=now)


def _refused(entry: InvoiceEntry, reason: str, *, now: datetime) -> InvoiceDecision:
    order = entry.body.link
    if order is None:
        return Decision(entry=entry)
    said = f"voucher {order.business_unit}/{order.voucher_id} was not linked: {reason}."
    still = f"{said}{_STILL}{order.reason}" if order.parked and order.reason else said
    stood = documents.not_linked(entry, still)
    note = Note(action="not linked", detail={"reason": said})
    after = paying.over(stood, note, now=now)
    left = after.entry
    if left is not None and left.phase is Phase.FINAL and left.step in documents.AT_REST:
        return replace(after, entry=replace(left, reason=still))
    return after


def _with_newer(entry: InvoiceEntry, note: Note, *, now: datetime) -> InvoiceDecision:
    """A fetch that waited for the link is acted on."""
    newer = entry.body.newer
    after = documents.act_on(entry, newer, now=now) if newer is not None else Decision(entry=entry)
    return replace(after, notes=(note, *after.notes))


def _with_voucher(body: InvoiceState, answer: Linkable, *, now: datetime) -> InvoiceState:
    """A document that was acted on before stays: a person says that the voucher stands for it."""
    document = answer.document if body.document.partition == documents.NOWHERE else body.document
    return replace(
        body,
        invoice_number=answer.invoice_number or body.invoice_number,
        document=document,
        currency=answer.currency or body.currency,
        intent=answer.intent,
        voucher=answer.voucher,
        posted_revision=document.revision,
        posted_at=now,
        payment_block=answer.payment_block,
        linked=True,
        payment=_payment(body, answer.voucher),
        report=None,
        refusal=None,
        doubted=None,
        repeats=(),
        rehearsal="",
    )


def _payment(body: InvoiceState, voucher: VoucherRef) -> PaymentState | None:
    """Of another voucher nothing is known yet, but Basware still shows what it was told of the one before."""
    payment, before = body.payment, body.voucher
    if payment is None or before is None:
        return None
    if (before.business_unit, before.voucher_id) == (voucher.business_unit, voucher.voucher_id):
        return replace(payment, report=None, given_up=None)
    return PaymentState(
        poll_offset=_NO_POLL,
        digest="",
        standing=PaymentStanding.NOT_SCHEDULED,
        told=payment.told,
        reports=payment.reports,
    )


def _asked_for(entry: InvoiceEntry, business_unit: str, voucher_id: str) -> bool:
    order = entry.body.link
    if entry.step != Step.LINK or order is None:
        return False
    return (order.business_unit, order.voucher_id) == (business_unit, voucher_id)


def _linked(answer: Linkable) -> Note:
    voucher = answer.voucher
    detail = {
        "voucher": voucher.voucher_id,
        "business unit": voucher.business_unit,
        "status": voucher.entry_status,
    }
    return Note(action="linked", detail=detail, answer_digest=answer.document.digest)


def _may_be_one(theirs: PostingIntent | None, ours: PostingIntent) -> bool:
    """Whether two creates of one number may be of one natural key: what a site does not show is blank."""
    if theirs is None:
        return False
    one, other = theirs.natural_key, ours.natural_key
    return all(
        not a or not b or as_compared(a) == as_compared(b)
        for a, b in (
            (one.business_unit, other.business_unit),
            (one.vendor_setid, other.vendor_setid),
            (one.vendor_id, other.vendor_id),
        )
    )


def _name(entry: InvoiceEntry) -> str:
    return f"invoice {entry.body.invoice_number or entry.body.invoice_id}"


def _too_late(entry: InvoiceEntry) -> InvoiceDecision:
    reason = "another voucher was named since"
    return Decision(entry=entry, notes=(Note(action="too late", detail={"reason": reason}),))
