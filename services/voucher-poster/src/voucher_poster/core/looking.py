"""What stands under an invoice's number in PeopleSoft decides whether it is created, adopted, returned or parked."""

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

from ap_domain.invoice_state import InvoiceState, Step
from ap_domain.natural_key import as_compared
from ap_domain.posting import PostingIntent, VoucherRef
from ap_domain.response import clerk_message
from chassis.ledger import transition
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision, Note, Others

from voucher_poster.core import acknowledging, documents, reporting
from voucher_poster.core.answers import Looked, Rehearsed, Revisited

InvoiceEntry = Entry[InvoiceState]
InvoiceDecision = Decision[InvoiceState]

QUEUE_SECONDS = 2.0
LONGEST_QUEUE_SECONDS = 60.0
"""How long an invoice waits before it looks again whether another one with its natural key is through."""


def looked(
    entry: InvoiceEntry, answer: Looked, *, now: datetime, others: Others[InvoiceState]
) -> InvoiceDecision:
    """Go on after a look: the only way to a `started`."""
    if entry.step != Step.POST:
        # A command or a fetch that came during the look took the invoice elsewhere.
        return _too_late(entry, "look")
    if answer.fetch_number != entry.body.document.fetch_number:
        return Decision(entry=replace(entry, phase=Phase.WAITING, due=now, reason="a newer fetch arrived"))
    rivals = _rivals(entry, answer, others)
    queued = _behind(entry, rivals, asked_at=answer.asked_at, now=now)
    if queued is not None:
        return queued
    rival_of = {each.body.voucher.voucher_id: each for each in rivals if each.body.voucher is not None}
    unclaimed = [voucher for voucher in answer.same if voucher.voucher_id not in rival_of]
    if unclaimed:
        return _found(entry, answer, unclaimed, now=now)
    if answer.same:
        return _duplicate(entry, rival_of[answer.same[0].voucher_id], answer.same[0], now=now)
    accounted = {*rival_of, *entry.body.repeats}
    strange = [each for each in answer.different if each.voucher_id not in accounted]
    if entry.body.doubted is not None and strange:
        reason = f"PeopleSoft has {names(strange)} under this number, with other values than were sent"
        return reporting.park(entry, reason)
    if entry.body.refusal is not None:
        return reporting.returned(entry, entry.body.refusal, now=now)
    return _started(entry, answer, now=now)


def claim(entry: InvoiceEntry, intent: PostingIntent) -> str:
    """What an invoice holds while a voucher of it may exist: the number at this connection's site."""
    return f"{entry.connection_id}/{intent.natural_key.claim}"


def voucher_claim(entry: InvoiceEntry, voucher: VoucherRef) -> str:
    """What an invoice holds once it has a voucher: two never have the same one."""
    return f"{entry.connection_id}/voucher/{voucher.business_unit}/{voucher.voucher_id}"


def number_claim(entry: InvoiceEntry, intent: PostingIntent) -> str:
    """What an invoice holds while a voucher may exist that nobody has seen: not all sites show whose a number is."""
    return f"{entry.connection_id}/number/{quote(as_compared(intent.natural_key.invoice_id), safe='')}"


def revisited(entry: InvoiceEntry, answer: Revisited, *, now: datetime) -> InvoiceDecision:
    """Offered again although a voucher of it is known: only a deleted one counts as absent."""
    body = entry.body
    if answer.voucher is None:
        gone = body.voucher.voucher_id if body.voucher is not None else ""
        body = replace(
            body,
            cycle=body.cycle + 1,
            voucher=None,
            intent=None,
            posted_revision=None,
            posted_at=None,
            payment=None,
            linked=False,
        )
        note = Note(action="voucher gone", detail={"voucher": gone, "reason": "deleted in PeopleSoft"})
        decision = acknowledging.onward(replace(entry, body=body), now=now)
        return replace(decision, notes=(note, *decision.notes))
    held = answer.voucher.payment_hold
    body = replace(body, voucher=answer.voucher, payment_block=body.payment_block if held is None else held)
    if body.document.revision == body.posted_revision or documents.outdated(body, body.document):
        note = Note(action="voucher stands", detail={"voucher": answer.voucher.voucher_id})
        decision = acknowledging.onward(replace(entry, body=body), now=now)
        return replace(decision, notes=(note, *decision.notes))
    # The voucher was seen; that it stands is for a person to say, and then it is acknowledged.
    return reporting.park(replace(entry, step=Step.ACKNOWLEDGE, body=body), documents.other_content(body))


def rehearsed(
    entry: InvoiceEntry, words: str, *, now: datetime, answer: Rehearsed | None = None
) -> InvoiceDecision:
    """What shadow mode found; the invoice waits for the connection to go live."""
    if answer is not None and answer.fetch_number != entry.body.document.fetch_number:
        return _too_late(entry, "rehearse")
    note = Note(
        action="rehearsed",
        detail={"outcome": words},
        mapping_digest=answer.mapping_digest if answer else None,
        request_digest=answer.request_digest if answer else None,
    )
    waiting = replace(
        entry,
        phase=Phase.WAITING,
        step=Step.ACKNOWLEDGE,
        due=documents.writable(entry.body, now=now),
        attempts=0,
        reason=f"shadow mode: {words}",
        body=replace(entry.body, rehearsal=words),
    )
    return Decision(entry=waiting, notes=(note,))


def names(vouchers: list[VoucherRef] | tuple[VoucherRef, ...]) -> str:
    """For a person."""
    return ", ".join(f"voucher {each.business_unit}/{each.voucher_id}" for each in vouchers)


def _rivals(entry: InvoiceEntry, answer: Looked, others: Others[InvoiceState]) -> tuple[InvoiceEntry, ...]:
    """Invoices with the same natural key, and whoever has a voucher that was found (a person may have linked it)."""
    claims = (claim(entry, answer.intent), *(voucher_claim(entry, each) for each in answer.same))
    found = {rival.key: rival for each in claims for rival in others(each)}
    return tuple(found[key] for key in sorted(found))


def _behind(
    entry: InvoiceEntry, rivals: tuple[InvoiceEntry, ...], *, asked_at: datetime, now: datetime
) -> InvoiceDecision | None:
    """Invoices with one natural key go one after the other."""
    ahead = [rival for rival in rivals if rival.body.voucher is None]
    undecided = [rival.key for rival in ahead if rival.phase is Phase.PARKED]
    if undecided:
        return reporting.park(entry, f"{undecided[0]} has the same natural key and is parked undecided")
    if ahead:
        reason = f"waits for {ahead[0].key}, which has the same natural key"
        return _queued(entry, reason, seconds=_patience(ahead[0], now=now), now=now)
    if any(each.body.posted_at is not None and each.body.posted_at >= asked_at for each in rivals):
        return _queued(entry, "looked before a rival was posted", seconds=QUEUE_SECONDS, now=now)
    return None


def _patience(ahead: InvoiceEntry, *, now: datetime) -> float:
    """Half as long as its create has been under way: a create soon ends, a doubt takes its settle time."""
    begun = ahead.started.at if ahead.started is not None else now
    return min(max((now - begun).total_seconds() / 2, QUEUE_SECONDS), LONGEST_QUEUE_SECONDS)


def _queued(entry: InvoiceEntry, reason: str, *, seconds: float, now: datetime) -> InvoiceDecision:
    due = now + timedelta(seconds=seconds)
    return Decision(entry=replace(entry, phase=Phase.WAITING, due=due, reason=reason))


def _found(
    entry: InvoiceEntry, answer: Looked, unclaimed: list[VoucherRef], *, now: datetime
) -> InvoiceDecision:
    """Vouchers that match and that no invoice of ours has."""
    if len(unclaimed) > 1 or len(answer.same) > 1:
        reason = f"PeopleSoft has more than one voucher for this invoice: {names(answer.same)}"
        return reporting.park(entry, reason, alert="yes")
    voucher = unclaimed[0]
    ours = replace(entry, body=replace(entry.body, intent=answer.intent, payment_block=answer.payment_block))
    # What stood under the number before the first create is not what came late of it, whatever rule it matches.
    doubted = entry.body.doubted if voucher.voucher_id not in entry.body.repeats else None
    of_older_content = doubted not in (None, entry.body.document.revision)
    if voucher.voucher_id in answer.contradicting and not of_older_content:
        reason = f"PeopleSoft has {names([voucher])} under this number, with another amount, date or style"
        return reporting.park(entry, reason)
    if doubted is not None:
        return reporting.posted(ours, voucher, now=now, action="adopted", revision=doubted)
    if voucher.closed:
        return reporting.park(
            entry, f"PeopleSoft has {names([voucher])} for this invoice, closed or paid already"
        )
    if answer.adopt:
        return reporting.posted(ours, voucher, now=now, action="adopted by the connection's rule")
    return reporting.park(
        entry, f"PeopleSoft already has {names([voucher])} for this invoice, not made by it"
    )


def _duplicate(
    entry: InvoiceEntry, rival: InvoiceEntry, voucher: VoucherRef, *, now: datetime
) -> InvoiceDecision:
    """The same invoice came in twice: the clerk can withdraw this one or correct its number."""
    words = clerk_message(
        cause=f"The same invoice was posted as voucher {voucher.voucher_id} from another Basware document",
        remedy="Remove this one, or correct its invoice number and transfer it again.",
    )
    decision = reporting.returned(entry, words, now=now)
    note = Note(action="duplicate", detail={"of": rival.key, "voucher": voucher.voucher_id})
    return replace(decision, notes=(note, *decision.notes))


def _started(entry: InvoiceEntry, answer: Looked, *, now: datetime) -> InvoiceDecision:
    repeated = sorted(each.voucher_id for each in answer.different)
    gone = (each.voucher_id for each in answer.deleted)
    intent = replace(answer.intent, known=tuple(sorted({*repeated, *gone})))
    settled_at = now + timedelta(seconds=answer.settle_seconds)
    late = replace(entry.body.late, due=settled_at) if entry.body.late is not None else None
    start = transition.started(
        replace(
            entry,
            body=replace(
                entry.body,
                repeats=intent.known,
                intent=intent,
                payment_block=answer.payment_block,
                late=late,
            ),
        ),
        settle_seconds=answer.settle_seconds,
        request_digest=intent.request_digest,
        now=now,
    )
    detail = {"natural key": intent.natural_key.claim}
    if answer.notes:
        detail["differs from the document"] = " ".join(answer.notes)
    if repeated:
        detail["repeats the number of"] = ", ".join(repeated)
    note = Note(
        action="started",
        detail=detail,
        mapping_digest=intent.mapping_digest,
        request_digest=intent.request_digest,
    )
    return Decision(entry=start, notes=(note,))


def _too_late(entry: InvoiceEntry, call: str) -> InvoiceDecision:
    return Decision(entry=entry, notes=(Note(action="too late", detail={"reason": f"{call} is not wanted"}),))
